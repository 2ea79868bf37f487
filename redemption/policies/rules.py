"""The life of a policy document."""

from enum import StrEnum


class PolicyState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    REPEALED = "repealed"


POLICY_STATE_NAMES = {
    PolicyState.DRAFT: "草稿",
    PolicyState.PUBLISHED: "已发布",
    PolicyState.REPEALED: "已废止",
}
