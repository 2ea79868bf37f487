"""What a submission may cost, and that no page asks once for each row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from redemption.applications import queries
from redemption.kernel.storage import FolderStorage
from tests.applications.cases import FORM, Stage, make_stage
from tests.factories import make_item

SUBMIT_BUDGET = 12
NOT_WORK = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@pytest.fixture
def stage(session, world, settings) -> Stage:  # type: ignore[no-untyped-def]
    return make_stage(session, world, FolderStorage(settings.storage))


@contextmanager
def counted(session: Any) -> Iterator[list[str]]:
    """The statements that reach the database inside the block; savepoints stand for the test's transaction."""
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(NOT_WORK):
            seen.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_handing_in_takes_twelve_statements(browser_of: Callable[[str], Any], stage: Stage) -> None:
    item = make_item(stage.session, stage.world, name="三份材料补贴", form=FORM)
    draft = stage.draft(item)
    sheet = queries.sheet(stage.session, stage.filer, draft.number)
    stage.upload(draft, sheet.needs()[0].key, body=b"%PDF-1.4 third\n%%EOF\n")
    address = f"/apply/{draft.number}/check"
    stage.session.expire_all()
    client = browser_of("qiye")
    token = client.token()
    data = {"declarations.truth": "1", "declarations.consent": "1", "csrf_token": token}
    with counted(stage.session) as seen:
        answer = client.client.post(address, data=data)
    assert answer.status_code == 303
    assert len(seen) <= SUBMIT_BUDGET, "\n".join(one.split("\n")[0][:110] for one in seen)


@pytest.mark.parametrize("address", ["/apply/{draft}", "/apply/{draft}/materials", "/apply/{draft}/check"])
def test_more_items_do_not_take_more_statements(
    browser_of: Callable[[str], Any], stage: Stage, address: str
) -> None:
    one = stage.draft()
    more = [make_item(stage.session, stage.world, name=f"补贴{n}", form=FORM) for n in range(4)]
    five = stage.draft(stage.item, *more)
    client = browser_of("qiye")
    client.get(address.format(draft=one.number))
    counts = []
    for draft in (one, five):
        stage.session.expire_all()
        with counted(stage.session) as seen:
            assert client.get(address.format(draft=draft.number)).status_code == 200
        counts.append(len(seen))
    assert counts[1] <= counts[0], counts


def test_a_case_page_costs_the_same_however_long_its_history(
    browser_of: Callable[[str], Any], stage: Stage
) -> None:
    from redemption.applications import service
    from redemption.applications.rules import Action

    application = stage.accepted()
    client = browser_of("qiye")
    client.get(f"/applications/{application.number}")
    with counted(stage.session) as before:
        client.get(f"/applications/{application.number}")
    for n in range(5):
        service.move(stage.session, stage.officer, application, Action.STEP, reason=f"第{n}步")
    stage.session.flush()
    with counted(stage.session) as after:
        page = client.get(f"/applications/{application.number}")
    assert page.status_code == 200
    assert len(page.data) < 100 * 1024
    assert len(after) <= len(before)
    assert len(after) <= 14, "\n".join(one.split("\n")[0][:110] for one in after)
