"""Filling an empty database, through the services that pages use, as the weeks before today would have filled it."""

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from redemption.catalogue import proposals
from redemption.catalogue import service as catalogue
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.queries import items_of_policy, working_version
from redemption.catalogue.rules import REQUIRED_FIELDS, Mode
from redemption.config import Settings
from redemption.consultation import service as consultation
from redemption.identity.models import Jurisdiction
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.db import Database
from redemption.kernel.secrets import SecretBox
from redemption.kernel.storage import Storage, open_storage
from redemption.kernel.uow import unit_of_work
from redemption.matching import offers
from redemption.policies import service as policies
from redemption.policies.models import Policy
from redemption.policies.reading import read_text
from redemption.seed import answers
from redemption.seed.cases import fill_cases
from redemption.seed.connecting import connect
from redemption.seed.reports import file_reports, send_to_gazette
from redemption.seed.settling import settle
from redemption.seed.world import World, build, simulator_secret

TEXTS = Path(__file__).parent / "policies"
AMOUNT = {
    "name": "amount",
    "label": "申请金额",
    "type": "money",
    "required": True,
    "hint": "按兑现标准计算，单位：元",
}
STATEMENT = {
    "name": "statement",
    "label": "情况说明",
    "type": "textarea",
    "max_length": 300,
    "required": True,
    "hint": "说明项目或事由，300字以内",
}
BY_HEAD: dict[str, list[dict[str, Any]]] = {
    "一次性吸纳就业补贴": [
        {
            "name": "hired",
            "label": "招用人数",
            "type": "number",
            "unit": "人",
            "integer": True,
            "min": 1,
            "required": True,
        },
        {
            "name": "amount",
            "label": "申请金额",
            "type": "money",
            "hint": "每招用1人1500元，每年最高15万元",
            "computed": {"of": "hired", "unit_amount": "1500", "cap": "150000"},
            "is_amount": True,
        },
    ],
}
"""Items whose amount follows from what the enterprise fills in; the others ask for it."""
_MARK = re.compile(r"\{([+-]\d+)\}")


@dataclass(frozen=True)
class Published:
    """One demonstration policy: its text, when it was published, by whom, and what a person added to its items."""

    file: str
    department: str
    days_ago: int
    theme: str
    classes: tuple[str, ...] = ("small_medium",)
    publicity_days: int = 0
    payment_days: int | None = 15
    money: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    mode: Mode = Mode.WITHIN_LIMIT
    left_to_people: tuple[str, ...] = ()
    """Attributes whose proposed conditions nobody confirmed: the text says more than they do."""


POLICIES = (
    Published("01_digital", "QC-JX", 40, "数字化转型", publicity_days=3, left_to_people=("revenue", "staff"), money={"budget": "3000000.00", "cap": "200000.00"}),
    Published("02_specialised", "QC-JX", 33, "企业培育", money={"quota": 50}),
    Published("03_hightech", "QC-KJ", 27, "科技创新", ("high_tech", "small_medium"), publicity_days=5),
    Published("11_factory", "QC-JX", 25, "企业培育", ("small_medium", "private"), publicity_days=5, mode=Mode.BY_REVIEW, money={"quota": 2, "order": "ranking", "cap": "500000.00"}),
    Published("05_patent", "QC-SC", 21, "知识产权"),
    Published("06_rent", "WH-FG", 14, "降低成本", ("small_medium", "private")),
    Published("04_jobs", "QC-RS", 9, "稳岗就业", ("private", "small_medium"), title="一次性吸纳就业补贴办事指南"),
    Published("09_housing", "WH-FG", 12, "人才服务", ("high_tech", "small_medium"), payment_days=None, title="望湖区人才公寓优先配租办事指南"),
    Published("07_trade", "DL-SW", 6, "外贸外资", ("foreign", "private")),
    Published("10_direct", "QC-KJ", 3, "科技创新", ("high_tech",), payment_days=10, mode=Mode.WITHOUT_APPLICATION, left_to_people=("penalised",)),
    Published("08_training", "QC-RS", 1, "稳岗就业", ("private", "state_owned"), title="企业职工技能提升补贴和见习补贴申报指南"),
)  # fmt: skip


def fill(settings: Settings, *, department_port: int = 0) -> bool:
    """Fill the database if it is empty; returns whether it was.

    Args:
        department_port: where the demonstration department listens on this machine; its connection is brought up
            to date on every start, since the port may change.
    """
    database = Database(settings.database_url)
    box, storage = SecretBox(settings.field_keys), open_storage(settings.storage)
    try:
        with unit_of_work(database) as session:
            empty = not session.scalar(select(func.count()).select_from(Jurisdiction))
            if empty:
                secret = simulator_secret(settings)
                world = _fill(session, box, storage, department_port, secret)
        if empty:
            file_reports(database, storage, settings, world)
            send_to_gazette(database, world)
        if department_port:
            with unit_of_work(database) as session:
                connect(session, box, department_port, simulator_secret(settings))
    finally:
        database.dispose()
    return bool(empty)


def _fill(session: Session, box: SecretBox, storage: Storage, port: int, secret: str) -> World:
    world = build(session, box)
    if port:
        connect(session, box, port, secret)
    for published in POLICIES:
        publish(session, world, published)
    fill_cases(session, world, box, storage)
    return world


def workday_before(session: Session, days_ago: int, hour: int = 2) -> dt.datetime:
    """A moment in office hours (UTC hour 2 is 10:00 there) on the last workday not later than so many days ago."""
    calendar = load_calendar(session)
    day = clock.today() - dt.timedelta(days=days_ago)
    while not calendar.is_workday(day):
        day -= dt.timedelta(days=1)
    moment = clock.start_of_day(day) + dt.timedelta(hours=8 + hour)
    return min(moment, clock.now() - dt.timedelta(minutes=1))


def text_of(published: Published) -> str:
    """The policy's text with its dates set around today: `{-40}` is the day forty days ago."""
    raw = (TEXTS / f"{published.file}.txt").read_text("utf-8")
    today = clock.today()
    raw = raw.replace("{year}", str((today - dt.timedelta(days=published.days_ago)).year))
    return _MARK.sub(lambda mark: clock.day_text(today + dt.timedelta(days=int(mark[1]))), raw)


def publish(session: Session, world: World, published: Published) -> Policy:
    """Take one text in, complete its items as a policy maker would, and publish everything."""
    maker = world.actor(Role.POLICY_MAKER, department=published.department)
    text, at = text_of(published), workday_before(session, published.days_ago)
    with clock.replaying(at):
        details: dict[str, Any] = {"publication_date": clock.day_of(at)}
        if published.title:
            details.update(title=published.title, issuer=maker.place)
        policy = catalogue.take_in(session, maker, read_text(text), details=details)
        codes = []
        for item in items_of_policy(session, policy.id):
            catalogue.save_item(session, maker, item.code, _completed(session, published, item.id))
            codes.append(item.code)
        without = _explain_beforehand(session, maker, policy, published.file)
        catalogue.publish_policy(session, maker, policy.number, items=codes, without_answers=without)
        if published.mode is Mode.WITHOUT_APPLICATION:
            _offer(session, maker, codes)
        settle(session)
    return policy


def _offer(session: Session, maker: Actor, codes: list[str]) -> None:
    """The department confirms the computed list; the enterprises have not answered yet."""
    for code in codes:
        _, listed, _ = offers.candidates(session, maker, code)
        offers.offer(session, maker, code, [one.enterprise.uscc for one in listed])


def _explain_beforehand(session: Session, maker: Actor, policy: Policy, file: str) -> str:
    """解读 and 简明问答, to be public with the policy; gives the reason where there are no answers."""
    if file in answers.INTERPRETATIONS:
        title, words = answers.INTERPRETATIONS[file]
        policies.interpret(session, maker, policy.number, title, words)
    if file not in answers.QUESTIONS:
        return answers.WITHOUT
    asked, said, source = answers.QUESTIONS[file]
    consultation.write(session, maker, text=asked, answer=said, source=source, policy_number=policy.number)
    return ""


def _completed(session: Session, published: Published, item_id: int) -> dict[str, Any]:
    version = working_version(session, session.get_one(Item, item_id))
    missing = [name for name in REQUIRED_FIELDS if (version.fields.get(name) or {}).get("state") != "found"]
    return {
        "theme": published.theme,
        "object_classes": list(published.classes),
        "mode": published.mode,
        "conditions": _confirmed(version, published.left_to_people),
        "publicity_days": published.publicity_days,
        "payment_days": published.payment_days,
        "time_limit_days": version.time_limit_days or 15,
        "money_rules": published.money,
        "lacking": dict.fromkeys(missing, "文件未单列，咨询时由经办人说明"),
        "form": {
            "fields": [
                *(BY_HEAD.get(version.name) or ([AMOUNT] if published.payment_days else [])),
                STATEMENT,
            ]
        },
    }


def _confirmed(version: ItemVersion, left_to_people: tuple[str, ...]) -> dict[str, Any]:
    """What a person ticked of the proposed conditions."""
    nodes = [
        json.loads(unit.packed)
        for unit in proposals.units({}, version.values.get("conditions"))
        if not any(f'"{name}"' in unit.packed for name in left_to_people)
    ]
    return {"all": nodes} if nodes else {}
