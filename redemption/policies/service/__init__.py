"""What is done to policy documents.

`create` and `revise` work on the draft, `publish` makes it public and immutable, `amend` begins the next version,
`repeal` ends it, `interpret` adds a 政策解读. Only the lead department, or the department that drafted a document in
the government's name, may change it; for anybody else it does not exist. Nothing here commits.
"""

from redemption.policies.service.drafting import amend, create, discard, replace_text, revise
from redemption.policies.service.owning import mine
from redemption.policies.service.publishing import deadline_of, interpret, publish, repeal, what_is_missing

__all__ = [
    "amend",
    "create",
    "deadline_of",
    "discard",
    "interpret",
    "mine",
    "publish",
    "repeal",
    "replace_text",
    "revise",
    "what_is_missing",
]
