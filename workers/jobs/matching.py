"""Jobs of matching: tell those whom a new item fits; turn confirmed offers into applications."""

from sqlalchemy.orm import Session

from redemption.applications.service import make_computed
from redemption.catalogue.models import Item
from redemption.identity.models import Person, Post
from redemption.identity.service import actor_of
from redemption.kernel.errors import DomainError
from redemption.matching import offers, service
from redemption.matching.models import Offer
from workers.runtime import Payload, job, runtime


@job("item.announced")
def announced(session: Session, payload: Payload) -> None:
    """Tell the enterprises that fit, a batch a time."""
    service.announce(session, payload["item_id"], payload["version_id"], payload.get("after", 0))


@job("offer.accepted")
def accepted(session: Session, payload: Payload) -> None:
    """免申即享: one click made it; the application comes into being already filled."""
    offer = session.get_one(Offer, payload["offer_id"])
    post = session.get_one(Post, payload["post_id"])
    actor = actor_of(session, post, session.get_one(Person, payload["person_id"]))
    try:
        with session.begin_nested():
            submission = make_computed(
                session,
                actor,
                enterprise_id=offer.enterprise_id,
                item_code=session.get_one(Item, offer.item_id).code,
                data=offer.data,
                box=runtime().box,
                client_key=f"offer:{offer.id}",
            )
    except DomainError as error:
        offers.failed(session, offer.id, error.message)
        return
    offers.fulfilled(session, offer.id, submission.number)
