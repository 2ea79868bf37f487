"""What a department found differently stands beside what was declared, on the page of either side."""

import pytest

from redemption.decisions import service as decisions
from tests.applications.cases import Stage, make_stage


@pytest.fixture
def stage(session, world, storage) -> Stage:
    """On the world that the browsers sign in to."""
    return make_stage(session, world, storage)


def test_both_sides_see_both_values(stage, browser_of):
    application = stage.accepted()
    found = {"loan": "150000.00", "bank": "清川农商银行"}
    application.differences = {}
    decisions._keep_differences(application, found, "event-1", application.received_at)
    stage.session.commit()
    for login, address in (
        ("qiye", f"/applications/{application.number}"),
        ("shenpi", f"/workbench/applications/{application.number}"),
    ):
        page = browser_of(login).get(address).get_data(as_text=True)
        part = page[page.index("不一致") :]
        for words in ("贷款金额", "20万元", "15万元", "放款银行", "清川银行", "清川农商银行"):
            assert words in part, (login, words)
    assert browser_of("qiye2").get(f"/applications/{application.number}").status_code == 404


def test_a_case_without_differences_shows_none(stage, browser_of):
    application = stage.accepted()
    stage.session.commit()
    page = browser_of("qiye").get(f"/applications/{application.number}").get_data(as_text=True)
    assert "不一致" not in page
