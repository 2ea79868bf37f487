"""免申即享: the enterprise confirmed what was computed for it; the submission is made and handed in by itself."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from redemption.applications import forms, queries
from redemption.applications.models import Submission
from redemption.applications.rules import DECLARATIONS_VERSION, Channel
from redemption.applications.service.starting import start
from redemption.applications.service.submitting import receive
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.secrets import SecretBox


def make_computed(
    session: Session,
    actor: Actor,
    *,
    enterprise_id: int,
    item_code: str,
    data: Mapping[str, Any],
    box: SecretBox,
    client_key: str,
) -> Submission:
    """One application of one item, filled in from what is known, received at once.

    Args:
        actor: who confirmed, in their post of this enterprise.
        data: values of the item's form; those the form does not have are dropped.
        client_key: of the offer: confirming twice gives the same submission.
    """
    submission = start(
        session,
        actor,
        [item_code],
        box=box,
        client_key=client_key,
        enterprise_id=enterprise_id,
        channel=Channel.COMPUTED,
    )
    if submission.received_at is not None:
        return submission
    sheet = queries.sheet(session, actor, submission.number, lock=True)
    line = sheet.lines[0]
    known = {declared["name"] for declared in forms.fields_of(line.version.form)}
    loaded = forms.load(line.version.form, {k: v for k, v in data.items() if k in known}, partial=True)
    line.application.data = loaded.data
    now = clock.now()
    declarations = {
        "version": DECLARATIONS_VERSION,
        "declared": {},
        "at": now.isoformat(),
        "by": actor.ref,
    }
    receive(session, actor, sheet, received_at=now, entered_at=now, declarations=declarations)
    return submission
