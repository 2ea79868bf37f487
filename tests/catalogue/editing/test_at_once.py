"""Two people, or two processes, at the same moment, on real connections."""

import threading

import time_machine
from sqlalchemy import func, select

from redemption.catalogue import queries, service
from redemption.catalogue.models import Item
from redemption.catalogue.rules import REQUIRED_FIELDS
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.errors import Stale
from redemption.kernel.outbox import OutboxRow
from redemption.kernel.uow import unit_of_work
from redemption.policies.models import Policy
from redemption.policies.reading import read_text
from tests.factories import TEXT, make_item, make_policy, make_world


def at_once(database, *verbs):
    """Run each verb in a transaction of its own, started together; what each gave, or the error."""
    ready, results = threading.Barrier(len(verbs)), [None] * len(verbs)

    def run(at, verb):
        ready.wait()
        try:
            with unit_of_work(database) as session:
                results[at] = verb(session)
        except Exception as error:  # handed back to the test
            results[at] = error

    threads = [threading.Thread(target=run, args=(at, verb)) for at, verb in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_everything_happens_once(fresh_database):
    with unit_of_work(fresh_database) as session:
        world = make_world(session)
        maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
        policy = make_policy(session, world)
        [item] = queries.items_of_policy(session, policy.id)
        service.save_item(session, maker, item.code, {"lacking": dict.fromkeys(REQUIRED_FIELDS, "测试")})
        code, version = item.code, item.version
        ending = make_item(session, world, name="到期", valid_until=clock.today()).code

    saves = at_once(
        fresh_database,
        *(
            lambda s, n=n: service.save_item(s, maker, code, {"summary": n}, version=version).code
            for n in "甲乙"
        ),
    )
    assert sorted(type(result) for result in saves if not isinstance(result, str)) == [Stale]

    published = at_once(
        fresh_database, *(lambda s: service.publish_item(s, maker, code).state for _ in range(3))
    )
    assert published == ["in_force"] * 3

    document = read_text(TEXT.format(department="测试局", name="同时"))
    taken = at_once(
        fresh_database,
        *(lambda s: service.take_in(s, maker, document, source_id="form:same").number for _ in range(3)),
    )
    assert len(set(taken)) == 1, taken

    with time_machine.travel(clock.end_of_day(clock.today()), tick=True):
        expired = at_once(fresh_database, *(service.expire_due for _ in range(3)))
    assert sum(expired) == 1

    with unit_of_work(fresh_database) as session:
        rows = session.scalars(select(OutboxRow.topic).where(OutboxRow.key == code)).all()
        assert sorted(rows) == ["item.announced", "item.published"]
        made = select(func.count()).select_from(Policy).where(Policy.source_id == "form:same")
        assert session.scalar(made) == 1
        twin = session.scalar(select(Policy.id).where(Policy.source_id == "form:same"))
        assert session.scalar(select(func.count()).select_from(Item).where(Item.policy_id == twin)) == 1
        assert session.scalar(select(Item.state).where(Item.code == ending)) == "expired"
