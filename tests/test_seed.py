"""The demonstration data: made by the services, so that everything in it is as real as what people make."""

from collections import Counter

from sqlalchemy import select

from redemption.applications.models import Application
from redemption.applications.rules import Status
from redemption.catalogue.models import Item
from redemption.kernel import uscc
from redemption.seed.cases import fill_cases
from redemption.seed.filling import POLICIES, publish
from tests.factories import BOX


def test_the_city_has_policies_items_and_cases_in_every_state(session, world, storage):
    for published in POLICIES:
        publish(session, world, published)
    fill_cases(session, world, BOX, storage)
    assert all(uscc.is_uscc(firm.uscc) for firm in world.enterprises)
    items = session.scalars(select(Item)).all()
    assert len(items) >= 17
    assert {item.state for item in items} == {"in_force"}
    states = Counter(session.scalars(select(Application.status)))
    assert {Status(state) for state in states if state} == set(Status), states
    assert states[None] == 1, "and a draft"
