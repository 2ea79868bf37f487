"""How an item and a policy look to their makers, and the version conditions of requests that change them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from redemption.catalogue import lint, queries, review
from redemption.catalogue.models import Item, ItemVersion
from redemption.kernel import clock
from redemption.kernel.errors import DomainError, Fields, Invalid, Stale
from redemption.kernel.workdays import Deadline
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.policies.models import Policy, PolicyVersion

COLUMNS = (
    "no", "name", "summary", "mode", "theme", "object_classes", "fields", "extracted", "values", "conditions",
    "lacking", "form", "money_rules", "time_limit_days", "acceptance_days", "deemed_acceptance", "correction_days",
    "publicity_days", "payment_days", "opens_on", "closes_on", "valid_from", "valid_until",
)  # fmt: skip


class VersionNeeded(DomainError):
    """A change must say which version it was made from."""

    default_code = "if_match_needed"
    default_status = 428
    default_message = "请在请求头 If-Match 中给出查询时得到的 ETag，以免覆盖他人的修改。"


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def expected_version(*, needed: bool = True) -> int | None:
    """The version of If-Match. VersionNeeded without one, Invalid if it is none of ours; `*` means any."""
    said = request.headers.get("If-Match", "").strip()
    if not said and needed:
        raise VersionNeeded
    if not said or said == "*":
        return None
    match = re.fullmatch(r'"(\d{1,9})"', said)
    if match is None:
        raise Invalid('If-Match 应是查询时得到的 ETag，例如 "3"。', code="if_match_invalid", status=400)
    return int(match[1])


@contextmanager
def preconditions() -> Iterator[None]:
    """A stale version is 412 to a program that sent If-Match (RFC 9110)."""
    try:
        yield
    except Stale as error:
        raise Stale(error.message, status=412, **error.detail) from None


def item(session: Session, found: Item, draft: ItemVersion | None = None) -> dict[str, Any]:
    """One item as its makers see it."""
    return items(session, [found], {found.id: draft} if draft else None)[0]


def items(
    session: Session, found: Sequence[Item], drafts: Mapping[int, ItemVersion] | None = None
) -> list[dict[str, Any]]:
    """Items as their makers see them, in as many statements for many as for one."""
    drafts = drafts or queries.working_versions(session, [one.id for one in found])
    numbers = policies.numbers(session, {one.policy_id for one in found})
    codes = policies.department_codes(session, {one.department_id for one in found})
    named = queries.names_in_policies(session, {one.policy_id for one in found})
    return [
        _item(
            one,
            drafts[one.id],
            numbers[one.policy_id],
            codes[one.department_id],
            [name for other, name in named[one.policy_id].items() if other != one.id],
        )
        for one in found
    ]


def _item(
    found: Item, draft: ItemVersion, policy_number: str, department: str, others: list[str]
) -> dict[str, Any]:
    return {
        "code": found.code,
        "state": found.state,
        "policy": policy_number,
        "department": department,
        "version": found.version,
        "draft": draft.published_at is None,
        **{name: getattr(draft, name) for name in COLUMNS},
        "checklist": review.checklist(draft.name, draft.fields, draft.lacking),
        "findings": draft.extracted.get("findings", []),
        "remarks": lint.remarks(lint.Draft.of(draft, others), clock.today()),
    }


def policy(session: Session, found: Policy, *, with_text: bool = False) -> dict[str, Any]:
    """One policy as its makers see it; `with_text` adds its text and its 政策解读."""
    shape = policies_of(session, [found])[0]
    if with_text:
        shape["interpretations"] = policies.interpretations(session, found.id)
        draft = policies.working_version(session, found)
        shape["text"] = policies.version_with_text(session, draft.id).text
    return shape


def policies_of(session: Session, found: Sequence[Policy]) -> list[dict[str, Any]]:
    """Policies as their makers see them, in as many statements for many as for one."""
    ids = [one.id for one in found]
    drafts = policies.working_versions(session, ids)
    unpublished = [(one, drafts[one.id]) for one in found if drafts[one.id].published_at is None]
    missing = policy_service.missing_of_each(session, unpublished)
    codes = queries.items_of_policies(session, ids)
    return [
        _policy(
            one,
            drafts[one.id],
            policy_service.deadline_of(session, drafts[one.id]),
            missing.get(one.id, {}),
            [made.code for made in codes[one.id]],
        )
        for one in found
    ]


def _policy(
    found: Policy, draft: PolicyVersion, due: Deadline | None, missing: Fields, codes: list[str]
) -> dict[str, Any]:
    return {
        "number": found.number,
        "state": found.state,
        "version": found.version,
        "draft": draft.published_at is None,
        "no": draft.no,
        "title": draft.title,
        "document_number": draft.document_number,
        "issuer": draft.issuer,
        "publication_date": draft.publication_date,
        "issue_date": draft.issue_date,
        "valid_from": draft.valid_from,
        "valid_until": draft.valid_until,
        "in_government_name": found.in_government_name,
        "published_at": found.published_at,
        "report_due": due.date if due else None,
        "report_due_provisional": bool(due and due.provisional),
        "findings": draft.findings,
        "answers": found.answers,
        "lacking": draft.lacking,
        "missing": missing,
        "items": codes,
    }
