"""The life of an application (申报件) as one table (DOMAIN §4), and the words around it."""

from enum import StrEnum

from redemption.kernel.states import Machine


class Status(StrEnum):
    """Where an application stands. A submission is a draft until it is handed in; this begins there."""

    RECEIVED = "received"
    CORRECTION_REQUESTED = "correction_requested"
    ACCEPTANCE_REFUSED = "acceptance_refused"
    ACCEPTED = "accepted"
    PUBLICITY = "publicity"
    OBJECTION_REVIEW = "objection_review"
    APPROVED = "approved"
    DENIED = "denied"
    DISBURSING = "disbursing"
    PAYMENT_FAILED = "payment_failed"
    DISBURSED = "disbursed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return STATUS_NAMES[self]


STATUS_NAMES = {
    Status.RECEIVED: "已收件",
    Status.CORRECTION_REQUESTED: "待补正",
    Status.ACCEPTANCE_REFUSED: "不予受理",
    Status.ACCEPTED: "已受理",
    Status.PUBLICITY: "公示中",
    Status.OBJECTION_REVIEW: "异议核查",
    Status.APPROVED: "予以兑现",
    Status.DENIED: "不予兑现",
    Status.DISBURSING: "拨付中",
    Status.PAYMENT_FAILED: "退汇待处理",
    Status.DISBURSED: "已拨付",
    Status.WITHDRAWN: "已撤回",
    Status.LAPSED: "补正超时",
    Status.REVOKED: "已撤销",
}


class Action(StrEnum):
    """What moves an application. A resubmission goes back to where the correction was asked from, hence two."""

    RECEIVE = "receive"
    """The first row of every application: it came in. Not in the table, because before it there is no state."""
    ACCEPT = "accept"
    DEEM_ACCEPTED = "deem_accepted"
    ASK_CORRECTION = "ask_correction"
    ASK_SUPPLEMENT = "ask_supplement"
    RESUBMIT = "resubmit"
    RESUBMIT_SUPPLEMENT = "resubmit_supplement"
    TIME_OUT = "time_out"
    REFUSE_ACCEPTANCE = "refuse_acceptance"
    WITHDRAW = "withdraw"
    STEP = "step"
    PAUSE = "pause"
    RESUME = "resume"
    PROPOSE_APPROVE = "propose_approve"
    APPROVE = "approve"
    DENY = "deny"
    OBJECT = "object"
    DISMISS_OBJECTION = "dismiss_objection"
    END_PUBLICITY = "end_publicity"
    ORDER_PAYMENT = "order_payment"
    PAY = "pay"
    RETURN_PAYMENT = "return_payment"
    NEW_ACCOUNT = "new_account"
    REVOKE = "revoke"

    @property
    def label(self) -> str:
        return ACTION_NAMES[self]


ACTION_NAMES = {
    Action.RECEIVE: "收件",
    Action.ACCEPT: "受理",
    Action.DEEM_ACCEPTED: "视为受理",
    Action.ASK_CORRECTION: "要求补正",
    Action.ASK_SUPPLEMENT: "要求补充材料",
    Action.RESUBMIT: "提交补正",
    Action.RESUBMIT_SUPPLEMENT: "提交补充材料",
    Action.TIME_OUT: "补正超时",
    Action.REFUSE_ACCEPTANCE: "不予受理",
    Action.WITHDRAW: "撤回",
    Action.STEP: "办理进展",
    Action.PAUSE: "特别程序开始",
    Action.RESUME: "特别程序结束",
    Action.PROPOSE_APPROVE: "拟予兑现并公示",
    Action.APPROVE: "予以兑现",
    Action.DENY: "不予兑现",
    Action.OBJECT: "提出异议",
    Action.DISMISS_OBJECTION: "异议不成立",
    Action.END_PUBLICITY: "公示结束",
    Action.ORDER_PAYMENT: "发起拨付",
    Action.PAY: "拨付到账",
    Action.RETURN_PAYMENT: "银行退汇",
    Action.NEW_ACCOUNT: "更换账户",
    Action.REVOKE: "撤销",
}

S, A = Status, Action

MACHINE: Machine[Status, Action] = Machine(
    "申报件",
    S.RECEIVED,
    {
        (S.RECEIVED, A.ACCEPT): S.ACCEPTED,
        (S.RECEIVED, A.DEEM_ACCEPTED): S.ACCEPTED,
        (S.RECEIVED, A.ASK_CORRECTION): S.CORRECTION_REQUESTED,
        (S.RECEIVED, A.REFUSE_ACCEPTANCE): S.ACCEPTANCE_REFUSED,
        (S.RECEIVED, A.WITHDRAW): S.WITHDRAWN,
        (S.CORRECTION_REQUESTED, A.RESUBMIT): S.RECEIVED,
        (S.CORRECTION_REQUESTED, A.RESUBMIT_SUPPLEMENT): S.ACCEPTED,
        (S.CORRECTION_REQUESTED, A.TIME_OUT): S.LAPSED,
        (S.CORRECTION_REQUESTED, A.WITHDRAW): S.WITHDRAWN,
        (S.ACCEPTED, A.STEP): S.ACCEPTED,
        (S.ACCEPTED, A.PAUSE): S.ACCEPTED,
        (S.ACCEPTED, A.RESUME): S.ACCEPTED,
        (S.ACCEPTED, A.ASK_SUPPLEMENT): S.CORRECTION_REQUESTED,
        (S.ACCEPTED, A.PROPOSE_APPROVE): S.PUBLICITY,
        (S.ACCEPTED, A.APPROVE): S.APPROVED,
        (S.ACCEPTED, A.DENY): S.DENIED,
        (S.ACCEPTED, A.WITHDRAW): S.WITHDRAWN,
        (S.PUBLICITY, A.OBJECT): S.OBJECTION_REVIEW,
        (S.PUBLICITY, A.END_PUBLICITY): S.APPROVED,
        (S.OBJECTION_REVIEW, A.DISMISS_OBJECTION): S.PUBLICITY,
        (S.OBJECTION_REVIEW, A.APPROVE): S.APPROVED,
        (S.OBJECTION_REVIEW, A.DENY): S.DENIED,
        (S.APPROVED, A.ORDER_PAYMENT): S.DISBURSING,
        (S.APPROVED, A.REVOKE): S.REVOKED,
        (S.DISBURSING, A.PAY): S.DISBURSED,
        (S.DISBURSING, A.RETURN_PAYMENT): S.PAYMENT_FAILED,
        (S.PAYMENT_FAILED, A.NEW_ACCOUNT): S.DISBURSING,
        (S.DISBURSED, A.REVOKE): S.REVOKED,
    },
    finals=(
        S.ACCEPTANCE_REFUSED,
        S.DENIED,
        S.APPROVED,
        S.DISBURSED,
        S.WITHDRAWN,
        S.LAPSED,
        S.REVOKED,
    ),
)
"""Approved is final where the item pays no money (`is_over` asks); both it and disbursed may still be revoked."""

del S, A

RUNNING = (
    Status.RECEIVED,
    Status.CORRECTION_REQUESTED,
    Status.ACCEPTED,
    Status.PUBLICITY,
    Status.OBJECTION_REVIEW,
)
"""Undecided: while one of these runs, the same item is not applied for again."""

WITHDRAWABLE = MACHINE.sources(Action.WITHDRAW)
"""Until the decision."""


def is_over(status: Status, pays_money: bool) -> bool:
    """办结: no further step is expected. An approval that pays money is over when it is disbursed."""
    if status is Status.APPROVED:
        return not pays_money
    return MACHINE.is_final(status)


class Channel(StrEnum):
    """How a submission came: online, on paper at the window, or confirmed from a computed list (免申即享)."""

    ONLINE = "online"
    WINDOW = "window"
    COMPUTED = "computed"


CHANNEL_NAMES = {Channel.ONLINE: "网上申报", Channel.WINDOW: "窗口申报", Channel.COMPUTED: "免申即享"}


class DueKind(StrEnum):
    """Which clock runs."""

    ACCEPTANCE = "acceptance"
    CORRECTION = "correction"
    DECISION = "decision"
    PUBLICITY = "publicity"
    OBJECTION = "objection"
    PAYMENT = "payment"


DUE_NAMES = {
    DueKind.ACCEPTANCE: "受理期限",
    DueKind.CORRECTION: "补正期限",
    DueKind.DECISION: "办理期限",
    DueKind.PUBLICITY: "公示截止",
    DueKind.OBJECTION: "异议核查",
    DueKind.PAYMENT: "兑现期限",
}


class Scan(StrEnum):
    """What the virus scan says of a file. A file that waits is in quarantine: nobody can open or hand it in."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_CONFIGURED = "not_configured"


class MaterialForm(StrEnum):
    """How a material was handed in."""

    FILE = "file"
    ORIGINAL_SEEN = "original_seen"
    COPY_KEPT = "copy_kept"


MATERIAL_FORM_NAMES = {
    MaterialForm.FILE: "电子文件",
    MaterialForm.ORIGINAL_SEEN: "已核验原件",
    MaterialForm.COPY_KEPT: "已留存复印件",
}

MATERIALS_AT_MOST = 300
ITEMS_AT_MOST = 20

DECLARATIONS = {
    "truth": (
        "信用承诺",
        "本单位承诺：所填信息和提交的材料真实、准确、完整；如有虚假，愿意退回已兑现的资金，并依法承担相应责任。",
    ),
    "consent": (
        "信息使用告知",
        "本单位已知悉：所填信息（包括收款账户）仅用于本次申报的审核、公示和资金拨付，由受理部门依法保管；"
        "需要核验时，受理部门可以通过数据共享核对相关信息。",
    ),
}
"""What the applicant declares when handing in: key → (title, text). The texts are kept with the submission."""
DECLARATIONS_VERSION = "2026-11"


class MaterialKind(StrEnum):
    """What a material is made of, as far as it decides how long it is kept."""

    ORDINARY = "ordinary"
    IDENTITY = "identity"
    STAFF = "staff"
    BANK = "bank"


_KIND_WORDS = (
    (MaterialKind.IDENTITY, ("身份证", "护照", "户口", "居住证", "通行证", "身份证明")),
    (
        MaterialKind.STAFF,
        (
            "花名册",
            "名册",
            "人员名单",
            "职工名单",
            "员工名单",
            "工资",
            "社保",
            "社会保险",
            "劳动合同",
            "学历",
        ),
    ),
    (MaterialKind.BANK, ("开户", "银行账户", "银行账号", "银行卡", "账户信息")),
)


def kind_of(text: str) -> MaterialKind:
    """The kind of a line of the list of materials, from its words."""
    for kind, words in _KIND_WORDS:
        if any(word in text for word in words):
            return kind
    return MaterialKind.ORDINARY


UNSERVED_REASONS = {
    "no_item": "找不到对应的事项",
    "conditions": "对是否符合条件有争议",
    "materials": "材料确实无法提供",
    "system": "系统故障或网络中断",
    "department": "部门推诿或答复不一致",
    "closed": "已过申报期或额满",
    "other": "其他",
}
"""办不成事: why somebody who came could not hand in what they came for; the window notes it, the office counts it."""
