"""The consent to how personal data are used, with its version, at the first use (个人信息保护法 13, 14, 17, 29)."""

from sqlalchemy.orm import Session

from redemption.identity import queries
from redemption.identity.models import Person
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import NotFound

VERSION = "2026-11"
"""Raised when the words change: everybody is asked again."""

TEXT = (
    (
        "收集哪些信息",
        "您的姓名、手机号、电子邮箱；到窗口办理时的身份证号码；本企业的登记信息、联系方式、收款账户，以及您为申报提交的材料。",
    ),
    (
        "用来做什么",
        "核验身份和办理资格，审核申报，公示结果，拨付资金，通知您办理进展。不用于其他目的，不向无关单位提供。",
    ),
    (
        "敏感信息怎么保护",
        "身份证号码和银行账号加密保存，页面上只显示部分数字；每次查看完整号码都记录时间、人员和用途。",
    ),
    (
        "提供给谁",
        "受理您申报的部门和收件的政务服务中心。公示时只公开企业名称、事项和金额等依法应当公开的内容。",
    ),
    (
        "保存多久",
        "按材料种类和档案管理规定保存，到期清除；没有提交的草稿超过一年未改动的，自动清除。",
    ),
    (
        "您的权利",
        "您可以查看、更正本企业的信息，导出系统里保存的全部信息，也可以撤回同意；撤回后不能继续在线办理，已提交的申报不受影响，仍可到窗口办理。",
    ),
)


def is_given(person: Person) -> bool:
    """Whether the words in force now were agreed to."""
    return bool(person.consent.get("version") == VERSION)


def give(session: Session, person: Person) -> None:
    """Keep which words were agreed to, and when."""
    person.consent = {"version": VERSION, "at": clock.now().isoformat()}
    session.flush()
    audit.record(session, f"account:{person.id}", f"person:{person.id}", "give_consent", {"version": VERSION})


def withdraw(session: Session, actor: Actor) -> None:
    """Take the consent back; what was handed in goes on."""
    person = queries.person_by_id(session, actor.person_id)
    if person is None:
        raise NotFound
    person.consent = {"withdrawn": clock.now().isoformat()}
    session.flush()
    audit.record(session, f"account:{person.id}", actor.ref, "withdraw_consent")
