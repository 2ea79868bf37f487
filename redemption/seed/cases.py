"""Applications in every state, as the last weeks would have left them.

Each case is a line of the table: who applied for what, how long ago, and what happened since. Every step goes through
the services, with the clock at the moment it happened.
"""

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications import needs, queries
from redemption.applications import service as applications
from redemption.applications.models import Application
from redemption.applications.rules import DECLARATIONS, Action
from redemption.applications.service import sweeping
from redemption.catalogue.models import Item, ItemVersion
from redemption.decisions import ranking
from redemption.decisions import service as decisions
from redemption.decisions.rules import EventType
from redemption.disbursement import service as disbursement
from redemption.disbursement.queries import orders_of
from redemption.evaluation import service as evaluation
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.secrets import SecretBox
from redemption.kernel.storage import Storage
from redemption.seed.paper import scanned_page
from redemption.seed.settling import settle
from redemption.seed.world import World

Step = tuple[int, str, dict[str, Any]]
"""(days ago, what happened, with what)."""


@dataclass(frozen=True)
class Case:
    """One application: index of the enterprise, the item's name (a part of it), when it was handed in, what followed."""

    firm: int
    item: str
    days_ago: int
    amount: str
    statement: str
    steps: tuple[Step, ...] = ()
    at_window: bool = False
    draft: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    """What the item's own form asks beside the amount."""


def _accepted(days_ago: int) -> Step:
    return (days_ago, "accepted", {})


def _approved(days_ago: int, amount: str) -> Step:
    return (
        days_ago,
        "decided",
        {"result": "approve", "amount": Decimal(amount), "reasons": "申报材料齐全，符合兑现条件。"},
    )


CASES = (
    Case(0, "数字化转型补贴", 30, "186000.00", "建设生产管理和仓储管理系统，合同金额62万元，已验收。",
         (_accepted(28), _approved(22, "186000.00"), (14, "end_publicity", {}), (9, "paid", {}),
          (8, "rate", {"stars": 5, "comment": "网上一次办完，提醒很及时。"}))),
    Case(1, "数字化转型补贴", 20, "200000.00", "建设制造执行系统，合同金额96万元，已验收。",
         (_accepted(18), _approved(12, "200000.00"), (5, "end_publicity", {}))),
    Case(4, "数字化转型补贴", 9, "90000.00", "建设实验数据管理系统，合同金额30万元。",
         (_accepted(8), _approved(1, "90000.00"))),
    Case(9, "数字化转型补贴", 12, "30000.00", "建设门店点单系统，合同金额12万元。",
         (_accepted(11), (6, "decided", {"result": "deny", "reasons": "合同签订时间早于规定时间，不符合申报条件第（二）项。"}),
          (5, "rate", {"stars": 3, "comment": "希望申报前能先提示合同时间要求。"})), True),
    Case(7, "数字化转型补贴", 6, "60000.00", "建设订单管理系统，合同金额20万元。",
         ((4, "acceptance_refused", {"reason": "企业被列入经营异常名录，请先到登记机关办理移出后再申报。"}),)),
    Case(1, "专精特新中小企业认定奖励", 15, "100000.00", "首次认定为专精特新中小企业。",
         (_accepted(13), _approved(8, "100000.00"))),
    Case(8, "小巨人", 11, "500000.00", "首次认定为国家级专精特新“小巨人”企业。",
         (_accepted(10), (6, "paused", {"reason": "组织专家现场核查", "kind": "专家评审"}),)),
    Case(5, "单项冠军", 8, "1000000.00", "申报制造业单项冠军奖励。", ((5, "withdraw", {"reason": "认定文件有误，核对后重新申报。"}),)),
    Case(0, "专精特新中小企业认定奖励", 3, "100000.00", "首次认定为专精特新中小企业。",
         ((1, "correction_requested", {"entries": [
             {"kind": "material", "key": "m2", "message": "认定文件复印件不清晰，请重新扫描后上传。"},
             {"kind": "field", "key": "statement", "message": "请写明认定批次和证书编号。"}]}),)),
    Case(2, "小微企业房租补贴", 5, "24000.00", "租赁湖滨路创意园办公用房一处，年租金12万元。", (_accepted(3),), True),
    Case(6, "小微企业房租补贴", 1, "18000.00", "租赁软件园办公用房，年租金9万元。"),
    Case(3, "发明专利授权资助", 4, "3000.00", "获得发明专利一件。", (_accepted(2),)),
    Case(9, "一次性吸纳就业补贴", 6, "3000.00", "招用应届毕业生2人。", (_accepted(5), _approved(2, "3000.00")), True, answers={"hired": "2"}),
    Case(8, "高新技术企业认定奖励", 1, "100000.00", "重新认定为高新技术企业。"),
    Case(4, "人才公寓优先配租", 10, "", "拟入住骨干人才3名。", (_accepted(9), (4, "decided", {"result": "approve", "reasons": "符合配租条件。"}))),
    Case(8, "数字化转型补贴", 35, "120000.00", "建设能耗管理系统，合同金额40万元。",
         ((33, "correction_requested", {"entries": [{"kind": "material", "key": "m4", "message": "缺少项目验收报告，请补交原件扫描件。"}]}),
          (14, "lapse", {}))),
    Case(3, "数字化转型补贴", 26, "80000.00", "建设外贸订单系统，合同金额28万元。",
         (_accepted(25), _approved(18, "80000.00"), (12, "end_publicity", {}), (6, "returned", {"reason": "户名与账号不符，请核对开户名称。"}))),
    Case(2, "数字化转型补贴", 32, "36000.00", "建设内容管理系统，合同金额12万元。",
         (_accepted(31), _approved(25, "36000.00"), (19, "end_publicity", {}), (15, "paid", {}),
          (7, "revoke", {"reason": "复核发现所附发票已作废，依据申报承诺撤销兑现并追回资金。"}))),
    Case(6, "数字化转型补贴", 16, "30000.00", "建设软件测试平台，合同金额10万元。",
         (_accepted(15), _approved(9, "30000.00"), (8, "object", {"reason": "该企业的改造合同与公示内容不符，请核查。"}))),
    Case(8, "智能制造示范工厂", 20, "500000.00", "建成光伏组件智能工厂，人均产出提高42%。", (_accepted(7), (2, "score", {"points": "92.5"}))),
    Case(1, "智能制造示范工厂", 18, "500000.00", "精密零件车间全流程数字化，交付周期缩短三分之一。", (_accepted(7), (2, "score", {"points": "86"}))),
    Case(4, "智能制造示范工厂", 16, "500000.00", "生物制剂生产线在线质检，一次合格率99.2%。", (_accepted(6), (2, "score", {"points": "86"}))),
    Case(0, "智能制造示范工厂", 14, "400000.00", "为制造企业提供设备联网和预测维护服务。", (_accepted(6), (1, "score", {"points": "78.5"}))),
    Case(3, "智能制造示范工厂", 10, "500000.00", "跨境仓储分拣自动化。", (_accepted(6),)),
    Case(1, "标准制定资助", 0, "200000.00", "主导制定国家标准一项。", draft=True),
)  # fmt: skip


def fill_cases(session: Session, world: World, box: SecretBox, storage: Storage) -> None:
    """Make every case of the table, oldest step first within each."""
    settle(session)
    for number, case in enumerate(CASES):
        _Run(session, world, box, storage, case, number).play()


@dataclass
class _Run:
    session: Session
    world: World
    box: SecretBox
    storage: Storage
    case: Case
    number: int

    def play(self) -> None:
        item = self._item()
        with clock.replaying(self._moment(self.case.days_ago, hour=1)):
            application = self._paper(item) if self.case.at_window else self._online(item)
            settle(self.session)
        for days_ago, what, data in self.case.steps:
            with clock.replaying(self._moment(days_ago, hour=3)):
                self._step(application, what, data)
                settle(self.session)

    def _moment(self, days_ago: int, hour: int) -> dt.datetime:
        calendar = load_calendar(self.session)
        day = clock.today() - dt.timedelta(days=days_ago)
        while not calendar.is_workday(day):
            day -= dt.timedelta(days=1)
        moment = clock.start_of_day(day) + dt.timedelta(hours=8 + hour, minutes=7 * self.number % 60)
        return min(moment, clock.now() - dt.timedelta(minutes=1))

    def _item(self) -> Item:
        query = (
            select(Item)
            .join(ItemVersion, ItemVersion.id == Item.current_version_id)
            .where(ItemVersion.name.contains(self.case.item))
        )
        return self.session.scalars(query).one()

    def _filer(self) -> Actor:
        known = [actor for actor in self.world.actors.values() if actor.enterprise_id == self._firm_id()]
        return known[0] if known else self.world.actor(Role.ENTERPRISE, enterprise=self.case.firm)

    def _firm_id(self) -> int:
        return self.world.enterprises[self.case.firm].id

    def _online(self, item: Item) -> Application:
        actor, session = self._filer(), self.session
        submission = applications.start(session, actor, [item.code], box=self.box)
        applications.save_item(session, actor, submission.number, 1, self._answers())
        sheet = queries.sheet(session, actor, submission.number)
        for need in sheet.needs():
            page = scanned_page(need.text, self.world.enterprises[self.case.firm].name)
            applications.add_material(
                session,
                actor,
                submission.number,
                need.key,
                applications.NewFile(
                    io.BytesIO(page), f"{need.text[:20].strip('；。，')}.pdf", "application/pdf"
                ),
                storage=self.storage,
                place=1,
            )
        if not self.case.draft:
            applications.submit(session, actor, submission.number, declared=dict.fromkeys(DECLARATIONS, True))
        return session.scalars(select(Application).where(Application.submission_id == submission.id)).one()

    def _paper(self, item: Item) -> Application:
        firm, clerk = self.world.enterprises[self.case.firm], self.world.actors["chuangkou"]
        version = self.session.get_one(ItemVersion, item.current_version_id)
        listed = {entry.key: "original_seen" for entry in needs.entries_of(version.fields)}
        submission = applications.enter_paper(
            self.session,
            clerk,
            applications.PaperEntry(
                enterprise_id=firm.id,
                codes=[item.code],
                common={
                    "contact_name": firm.contact_name,
                    "contact_phone": firm.contact_phone,
                    "address": firm.address,
                    "account_name": firm.name,
                    "bank_name": firm.bank_name,
                    "bank_account": f"62009900001{firm.id:08d}",
                },
                items={item.code: self._answers()},
                checklist={item.code: listed},
                counter={
                    "name": firm.contact_name,
                    "phone": firm.contact_phone,
                    "mandate_seen": True,
                    "relation": "employee",
                },
                id_number="",
            ),
            box=self.box,
        )
        return self.session.scalars(
            select(Application).where(Application.submission_id == submission.id)
        ).one()

    def _answers(self) -> dict[str, Any]:
        amount = {"amount": self.case.amount} if self.case.amount else {}
        return {**amount, **self.case.answers, "statement": self.case.statement}

    def _step(self, application: Application, what: str, data: dict[str, Any]) -> None:
        special: dict[str, Callable[[], Any]] = {
            "withdraw": lambda: applications.withdraw(
                self.session, self._filer(), application.number, data["reason"]
            ),
            "end_publicity": lambda: decisions.conclude_publicity(
                self.session, self._officer(application), application
            ),
            "lapse": lambda: sweeping.lapse(self.session, application.id),
            "returned": lambda: self._return(application, data["reason"]),
            "revoke": lambda: decisions.revoke(
                self.session, self._officer(application), application, data["reason"]
            ),
            "object": lambda: self._object(application, data["reason"]),
            "paid": lambda: self._pay(application),
            "rate": lambda: self._rate(application, data),
            "score": lambda: ranking.score(
                self.session, self._officer(application), application, data["points"]
            ),
        }
        if what in special:
            special[what]()
        else:
            decisions.act(self.session, self._officer(application), application, EventType(what), data)

    def _officer(self, application: Application) -> Actor:
        known = [
            actor
            for actor in self.world.actors.values()
            if actor.role is Role.OFFICER and actor.department_id == application.department_id
        ]
        if known:
            return known[0]
        code = next(c for c, d in self.world.departments.items() if d.id == application.department_id)
        return self.world.actor(Role.OFFICER, department=code)

    def _pay(self, application: Application) -> None:
        for order in orders_of(self.session, application.id):
            disbursement.paid(self.session, self._officer(application), order)

    def _return(self, application: Application, reason: str) -> None:
        for order in orders_of(self.session, application.id):
            disbursement.returned(self.session, self._officer(application), order, reason)

    def _object(self, application: Application, reason: str) -> None:
        move = applications.move
        move(self.session, self._officer(application), application, Action.OBJECT, reason=reason)

    def _rate(self, application: Application, data: dict[str, Any]) -> None:
        evaluation.rate(
            self.session,
            self._filer(),
            application.number,
            stars=data["stars"],
            reasons=[],
            comment=data["comment"],
            occasion="end",
        )
