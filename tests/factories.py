"""Rows for tests: the demonstration world, and published policies and items made through the real services."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from redemption.catalogue import service as catalogue
from redemption.catalogue.models import Item
from redemption.catalogue.queries import items_of_policy, working_version
from redemption.catalogue.rules import REQUIRED_FIELDS
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.secrets import SecretBox
from redemption.policies.models import Policy
from redemption.policies.reading import read_text
from redemption.seed.world import World, build

BOX = SecretBox(["key-of-the-tests-only-0123456789-0123456789"])

TEXT = """{department}关于申报{name}的通知
一、申报对象
在本市依法登记的企业。
二、申报条件
信用良好，未被列入严重违法失信名单。
三、补贴标准
给予10万元补贴。
四、申报材料
1.{name}申请表（原件1份）
2.付款凭证（复印件1份）
五、申报方式
网上申报，网址https://duixian.example/items
六、办理流程
申报、受理、审核、拨付。
七、办理时限
20个工作日
八、办理地址
政通路3号
九、咨询电话
0990-5550102
"""


def make_world(session: Session) -> World:
    """The invented city with its people; `world.actors["qiye"]` and the like are ready to act."""
    return build(session, BOX)


def make_policy(
    session: Session,
    world: World,
    *,
    department: str = "QC-JX",
    name: str = "测试补贴",
    text: str | None = None,
    published: bool = True,
    **details: Any,
) -> Policy:
    """A policy with its draft items; published (without items) unless told otherwise."""
    maker = world.actor(Role.POLICY_MAKER, department=department)
    full = text or TEXT.format(department=world.departments[department].name, name=name)
    policy = catalogue.take_in(
        session, maker, read_text(full), details={"publication_date": clock.today(), **details}
    )
    if published:
        catalogue.publish_policy(session, maker, policy.number, without_answers="测试中不写")
    return policy


def make_item(
    session: Session, world: World, *, department: str = "QC-JX", name: str = "测试补贴", **over: Any
) -> Item:
    """A published item in force of a policy of its own.

    Args:
        over: columns of the version (`publicity_days=3`, `closes_on=…`, `form=…`), see `catalogue.service.save_item`.
    """
    maker = world.actor(Role.POLICY_MAKER, department=department)
    policy = make_policy(session, world, department=department, name=name)
    item = items_of_policy(session, policy.id)[0]
    version = working_version(session, item)
    missing = [
        field for field in REQUIRED_FIELDS if (version.fields.get(field) or {}).get("state") != "found"
    ]
    changes: dict[str, Any] = {
        "name": name,
        "time_limit_days": 20,
        "payment_days": 15,
        "lacking": dict.fromkeys(missing, "测试中不列"),
        **over,
    }
    catalogue.save_item(session, maker, item.code, changes)
    catalogue.publish_item(session, maker, item.code)
    session.flush()
    return item


def days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)
