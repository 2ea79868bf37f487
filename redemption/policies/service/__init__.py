"""What is done to policy documents.

`create` and `revise` work on the draft, `publish` makes it public and immutable, `amend` begins the next version,
`repeal` ends it. `interpret` writes a 政策解读 that becomes public with the draft (`rewrite` and `withdraw` it before),
`count_answers` is told how many 简明问答 there are. Only the lead department, or the department that drafted a document in
the government's name, may change it; for anybody else it does not exist. Nothing here commits.
"""

from redemption.policies.service.drafting import amend, create, discard, replace_text, revise
from redemption.policies.service.interpreting import interpret, rewrite, waits, withdraw
from redemption.policies.service.owning import count_answers, mine
from redemption.policies.service.publishing import (
    deadline_of,
    missing_of_each,
    publish,
    repeal,
    what_is_missing,
)

__all__ = [
    "amend",
    "count_answers",
    "create",
    "deadline_of",
    "discard",
    "interpret",
    "mine",
    "missing_of_each",
    "publish",
    "repeal",
    "replace_text",
    "revise",
    "rewrite",
    "waits",
    "what_is_missing",
    "withdraw",
]
