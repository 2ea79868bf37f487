"""The words of the catalogue: what article 24 asks for, redemption modes, the life of an item."""

from enum import StrEnum

from redemption.kernel.states import Machine


class ItemState(StrEnum):
    """Only items in force take applications; applications made before stay on their version."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    EXPIRED = "expired"
    REPEALED = "repealed"

    @property
    def label(self) -> str:
        """The word people read."""
        return ITEM_STATE_NAMES[self]


ITEM_STATE_NAMES = {
    ItemState.DRAFT: "草稿",
    ItemState.IN_FORCE: "可申报",
    ItemState.SUSPENDED: "暂停申报",
    ItemState.CLOSED: "已截止",
    ItemState.EXPIRED: "已失效",
    ItemState.REPEALED: "已废止",
}


OVER = (ItemState.REPEALED, ItemState.EXPIRED)
"""Nobody applies for these again, whatever the season."""


SHOWN = (ItemState.IN_FORCE, ItemState.SUSPENDED, ItemState.CLOSED)
"""What the 兑现专栏 shows: the standards of every policy in force (第二十六条), also while nobody can apply."""


class ItemAction(StrEnum):
    """What is done to an item. `PUBLISH` also publishes a later version of it."""

    PUBLISH = "publish"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"
    EXPIRE = "expire"
    REPEAL = "repeal"

    @property
    def label(self) -> str:
        """The word people read."""
        return ITEM_ACTION_NAMES[self]


ITEM_ACTION_NAMES = {
    ItemAction.PUBLISH: "发布",
    ItemAction.SUSPEND: "暂停申报",
    ItemAction.RESUME: "恢复申报",
    ItemAction.CLOSE: "截止申报",
    ItemAction.REOPEN: "重新开放",
    ItemAction.EXPIRE: "到期失效",
    ItemAction.REPEAL: "废止",
}

ITEM_MACHINE = Machine(
    "事项",
    ItemState.DRAFT,
    {
        (ItemState.DRAFT, ItemAction.PUBLISH): ItemState.IN_FORCE,
        (ItemState.IN_FORCE, ItemAction.PUBLISH): ItemState.IN_FORCE,
        (ItemState.IN_FORCE, ItemAction.SUSPEND): ItemState.SUSPENDED,
        (ItemState.IN_FORCE, ItemAction.CLOSE): ItemState.CLOSED,
        (ItemState.IN_FORCE, ItemAction.EXPIRE): ItemState.EXPIRED,
        (ItemState.IN_FORCE, ItemAction.REPEAL): ItemState.REPEALED,
        (ItemState.SUSPENDED, ItemAction.PUBLISH): ItemState.SUSPENDED,
        (ItemState.SUSPENDED, ItemAction.RESUME): ItemState.IN_FORCE,
        (ItemState.SUSPENDED, ItemAction.CLOSE): ItemState.CLOSED,
        (ItemState.SUSPENDED, ItemAction.EXPIRE): ItemState.EXPIRED,
        (ItemState.SUSPENDED, ItemAction.REPEAL): ItemState.REPEALED,
        # a new batch: a version with new dates, or the same one again
        (ItemState.CLOSED, ItemAction.PUBLISH): ItemState.IN_FORCE,
        (ItemState.CLOSED, ItemAction.REOPEN): ItemState.IN_FORCE,
        (ItemState.CLOSED, ItemAction.EXPIRE): ItemState.EXPIRED,
        (ItemState.CLOSED, ItemAction.REPEAL): ItemState.REPEALED,
        # prolonged: only by a version with a later end
        (ItemState.EXPIRED, ItemAction.PUBLISH): ItemState.IN_FORCE,
        (ItemState.EXPIRED, ItemAction.REPEAL): ItemState.REPEALED,
    },
)


class Mode(StrEnum):
    """兑现方式."""

    WITHOUT_APPLICATION = "without_application"
    INSTANT = "instant"
    WITHIN_LIMIT = "within_limit"
    BY_REVIEW = "by_review"


MODE_NAMES = {
    Mode.WITHOUT_APPLICATION: "免申即享",
    Mode.INSTANT: "即申即享",
    Mode.WITHIN_LIMIT: "限时兑现",
    Mode.BY_REVIEW: "评审兑现",
}

TEXT_FIELDS = (
    "target",
    "conditions",
    "standard",
    "channels",
    "process",
    "time_limit",
    "application_period",
    "legal_basis",
)
LIST_FIELDS = ("materials", "online_url", "onsite_address", "phone")
FIELDS = TEXT_FIELDS + LIST_FIELDS

FIELD_NAMES = {
    "name": "事项名称",
    "target": "适用对象",
    "conditions": "适用条件",
    "standard": "兑现标准",
    "materials": "申报材料",
    "channels": "申报渠道",
    "process": "办理流程",
    "online_url": "在线办理链接",
    "onsite_address": "现场办理地址",
    "time_limit": "办理时限",
    "phone": "咨询电话",
    "application_period": "申报时间",
    "legal_basis": "政策依据",
}

REQUIRED_FIELDS = (
    "target",
    "conditions",
    "standard",
    "materials",
    "channels",
    "process",
    "online_url",
    "onsite_address",
    "time_limit",
    "phone",
)
"""What the Measure orders to be listed with every item (第二十四条), with the redemption standard of article 25."""

MATERIAL_FORMS = {"original": "原件", "copy": "复印件", "either": "原件或复印件"}
"""In which form a paper is handed in."""

CODE_PREFIX = "SX"
