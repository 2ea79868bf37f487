"""评审排名: the cases of a ranked item in order of their points, and the line of what is left."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from redemption.applications.models import Application
from redemption.applications.rules import Action
from redemption.applications.service import move
from redemption.decisions import competing, ranking
from redemption.decisions.competing import Competitor, Side
from redemption.identity.rules import Role
from redemption.kernel.errors import Conflict, NotFound
from tests.decisions.test_money import accepted, approve


def drawn(*cases: tuple[str, str, str], left=None, places=None) -> tuple[str, int | None]:
    """Sides by their first letters, and the line, of (points, asks, decided)."""
    made = [Competitor(None, "", Decimal(p), "", Decimal(a), decided) for p, a, decided in cases]
    ranked, line = competing.draw_line(made, None if left is None else Decimal(left), places)
    return " ".join(f"{one.rank}{one.side[0]}" for one in ranked), line


def test_the_line_of_a_quota():
    assert drawn(("90", "1", ""), ("80", "1", ""), ("70", "1", ""), places=2) == ("1i 2i 3o", 2)
    assert drawn(("90", "1", ""), ("80", "1", ""), places=2) == ("1i 2i", 2)
    assert drawn(("90", "1", ""), places=0) == ("1o", 0)
    assert drawn(("90", "1", ""), ("80", "1", "")) == ("1i 2i", None), "no limit, no line"


def test_equal_points_share_a_place_and_where_the_line_runs_through_it_nobody_is_inside():
    cases = [("90", "1", ""), ("80", "1", ""), ("80", "1", ""), ("70", "1", "")]
    assert drawn(*cases, places=2) == ("1i 2t 2t 4o", 3)
    assert drawn(*cases, places=3) == ("1i 2i 2i 4o", 3)
    assert drawn(*cases, places=1) == ("1i 2o 2o 4o", 1)


def test_the_line_of_a_budget_is_strict():
    """A cheaper case further down does not jump over one for which the money is kept (`money` says the same)."""
    cases = [("90", "60", ""), ("80", "60", ""), ("70", "10", "")]
    assert drawn(*cases, left="100") == ("1i 2o 3o", 1)
    assert drawn(*cases, left="130", places=2) == ("1i 2i 3o", 2)


def test_what_is_decided_takes_no_place_twice():
    cases = [("90", "1", "approve"), ("85", "1", "deny"), ("80", "1", ""), ("70", "1", "")]
    assert drawn(*cases, places=1) == ("1g 2d 3i 4o", 3)


@pytest.fixture
def stage(make):
    return make(money_rules={"quota": 2, "order": "ranking"})


def test_the_page_shows_the_line_and_the_rule_agrees_with_it(stage, browser_of, world):
    session = stage.session
    best, second, same, without, gone = (
        accepted(stage, world.actor(Role.ENTERPRISE, enterprise=firm)) for firm in range(5)
    )
    ranking.score(session, stage.officer, gone, "99")
    move(session, world.actor(Role.ENTERPRISE, enterprise=4), gone, Action.WITHDRAW, reason="另行申报")
    officer = browser_of("shenpi")
    address = f"/workbench/rankings/{stage.item.code}"
    assert stage.item.code in officer.get("/workbench/rankings").text
    fields = {
        f"points.{one.number}": points for one, points in ((best, "92.5"), (second, "86"), (same, "86"))
    }
    assert officer.post(address, fields).status_code == 303
    page = officer.get(address).text
    assert gone.number not in page, "what is void does not stand in the ranking"
    order = [page.index(one.number) for one in (best, second, same, without)]
    assert order == sorted(order)
    assert "入围线" in page
    assert page.count("同分，待部门择定") == 2
    assert "还有 1 件没有评分" in page
    found = competing.competition(session, stage.officer, stage.item.code)
    assert [one.side for one in found.ranked] == [Side.INSIDE, Side.TIED, Side.TIED]
    assert ranking.place_of(session, same).rank == found.ranked[2].rank == 2
    with pytest.raises(Conflict):
        approve(session, stage, second)
    ranking.score(session, stage.officer, without, "50")
    for one in (best, same):
        approve(session, stage, one)
    found = competing.competition(session, stage.officer, stage.item.code)
    sides = {one.application.number: one.side for one in found.ranked}
    assert sides == {
        best.number: Side.GIVEN,
        same.number: Side.GIVEN,
        second.number: Side.OUTSIDE,
        without.number: Side.OUTSIDE,
    }
    assert address in officer.get(f"/workbench/applications/{without.number}").text


def test_points_are_kept_all_or_none_and_a_colleagues_are_not_overwritten(stage, browser_of):
    session = stage.session
    first, second = accepted(stage), accepted(stage, stage.other)
    officer, address = browser_of("shenpi"), f"/workbench/rankings/{stage.item.code}"
    wrong = officer.post(address, {f"points.{first.number}": "80", f"points.{second.number}": "很好"})
    assert wrong.status_code == 422
    assert "请填写得分，例如 86.5。" in wrong.text
    assert re.search(r'value="很好"', wrong.text), "what was typed stays"
    assert ranking.place_of(session, first).points is None
    ranking.score(session, stage.officer, first, "80")
    late = officer.post(address, {f"points.{first.number}": "70", f"before.{first.number}": ""})
    assert late.status_code == 422
    assert "同事刚把得分改为 80" in late.text
    kept = {f"points.{first.number}": "80", f"before.{first.number}": "80", f"points.{second.number}": "81"}
    assert officer.post(address, kept).status_code == 303
    assert ranking.place_of(session, second).points == Decimal("81")


def test_only_the_department_of_the_item_sees_and_scores(stage, make, browser_of, world):
    session, address = stage.session, f"/workbench/rankings/{stage.item.code}"
    case = accepted(stage)
    stranger = browser_of("keji")
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {f"points.{case.number}": "99"}).status_code == 404
    assert stage.item.code not in stranger.get("/workbench/rankings").text
    assert browser_of("zhengce").get(address).status_code in {302, 303, 403}
    by_receipt = make(name="先到先得", money_rules={"quota": 1})
    assert browser_of("shenpi").get(f"/workbench/rankings/{by_receipt.item.code}").status_code == 404
    other = accepted(by_receipt)
    refused = browser_of("shenpi").post(address, {f"points.{other.number}": "99"})
    assert refused.status_code == 404, "a case of another item"
    with pytest.raises(NotFound):
        competing.competition(session, world.actors["keji"], stage.item.code)
    assert session.scalar(select(Application.id).where(Application.id == case.id))
