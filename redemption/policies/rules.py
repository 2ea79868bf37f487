"""The life of a policy document."""

from enum import StrEnum

from redemption.kernel.states import Machine


class PolicyState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    REPEALED = "repealed"

    @property
    def label(self) -> str:
        """The word people read."""
        return POLICY_STATE_NAMES[self]


POLICY_STATE_NAMES = {
    PolicyState.DRAFT: "草稿",
    PolicyState.PUBLISHED: "已发布",
    PolicyState.REPEALED: "已废止",
}


class PolicyAction(StrEnum):
    PUBLISH = "publish"
    REPEAL = "repeal"

    @property
    def label(self) -> str:
        """The word people read."""
        return {"publish": "发布", "repeal": "废止"}[self.value]


POLICY_MACHINE = Machine(
    "政策文件",
    PolicyState.DRAFT,
    {
        (PolicyState.DRAFT, PolicyAction.PUBLISH): PolicyState.PUBLISHED,
        # an amended text is published again
        (PolicyState.PUBLISHED, PolicyAction.PUBLISH): PolicyState.PUBLISHED,
        (PolicyState.PUBLISHED, PolicyAction.REPEAL): PolicyState.REPEALED,
    },
)
