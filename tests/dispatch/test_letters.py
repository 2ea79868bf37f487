"""Dead letters: one, those of a filter (reason, department, since when), or all, by page, API and command line alike."""

import datetime as dt

import pytest
from sqlalchemy import select

from redemption.dispatch import commands, service
from redemption.dispatch.models import Parcel, Referral
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, NotFound
from tests.applications.cases import make_stage
from tests.dispatch.test_pages import administrator, login_of

__all__ = ["administrator"]
DAY = dt.date(2026, 11, 20)


@pytest.fixture
def dead(session, world, storage, administrator):
    """Three that were given up: of two departments, for two reasons, on two days."""
    found = []
    for code, error, day in (
        ("QC-JX", "部门系统答复 500。", 18),
        ("QC-JX", "连接对方系统超时。", 20),
        ("QC-RS", "部门系统答复 500。", 20),
    ):
        administrator.post("/workbench/adapters/new", {"department": code, "adapter": "pull"})
        case = make_stage(session, world, storage, name=f"补贴{len(found)}", department=code).case()
        service.refer(session, case.id)
        parcel = session.scalars(
            select(Parcel).join(Referral).where(Referral.application_id == case.id)
        ).one()
        parcel.state, parcel.last_error = "dead", error
        parcel.settled_at = clock.start_of_day(dt.date(2026, 11, day)) + dt.timedelta(hours=9)
        found.append((parcel, case.number))
    session.flush()
    return found


def waiting(session, dead) -> list[int]:
    """Which of them are on their way again."""
    session.expire_all()
    return [place for place, (parcel, _) in enumerate(dead) if parcel.state == "waiting"]


FILTERS = [
    ({"reason": "500"}, [0, 2]),
    ({"department": "QC-JX"}, [0, 1]),
    ({"since": "2026-11-20"}, [1, 2]),
    ({"reason": "500", "department": "QC-RS", "since": "2026-11-20"}, [2]),
    ({"reason": "没有这样的原因"}, []),
]


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
def test_the_page_lists_and_redrives_what_the_filter_finds(session, dead, administrator, wanted, expected):
    page = administrator.get("/workbench/letters", query_string=wanted).text
    assert [place for place, (_, number) in enumerate(dead) if number in page] == expected
    administrator.post("/workbench/letters", {"scope": "all", **wanted})
    assert waiting(session, dead) == expected


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"scope": "picked"}, "请先勾选要重新投递的案件。"),
        ({"scope": "all", "reason": "没有这样的原因"}, "没有符合条件的案件，没有重新投递。"),
        ({"scope": "all", "since": "31.12."}, "请填写日期，例如 2026-11-20。"),
    ],
)
def test_nothing_sent_again_says_why(session, dead, administrator, sent, said):
    answer = administrator.post("/workbench/letters", sent, follow_redirects=True)
    assert said in answer.text
    assert waiting(session, dead) == []


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
def test_the_api_lists_and_redrives_the_same(session, dead, api_of, wanted, expected):
    program = api_of("guanli")
    listed = program.get("/api/v1/letters", query_string=wanted).get_json()
    assert [one["application"] for one in listed["items"]] == [dead[place][1] for place in expected]
    answer = program.post("/api/v1/letters/redrive", {"filter": wanted, "note": "系统已恢复"})
    assert (answer.status_code, answer.get_json()) == (200, {"redriven": len(expected)})
    assert waiting(session, dead) == expected


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
def test_the_command_line_redrives_the_same(session, dead, connected, wanted, expected):
    since = dt.date.fromisoformat(wanted["since"]) if "since" in wanted else None
    assert commands.redrive(connected, **{**wanted, "since": since}) == len(expected)
    assert waiting(session, dead) == expected


def test_one_or_all_over_the_api_and_nothing_by_mistake(session, dead, api_of):
    program = api_of("guanli")
    address = "/api/v1/letters/redrive"
    for nothing in ({}, {"filter": {}}, {"ids": []}, {"all": False}, {"all": True, "ids": [1]}):
        assert program.post(address, nothing).status_code == 422, nothing
    assert program.post(address, {"filter": {"since": "昨天"}}).status_code == 422
    assert program.post(address, {"filter": {"department": "QC-NO"}}).status_code == 404
    assert program.get("/api/v1/letters?since=x").status_code == 422
    assert waiting(session, dead) == []
    assert program.post(address, {"ids": [dead[1][0].id]}).get_json() == {"redriven": 1}
    assert waiting(session, dead) == [1]
    assert program.post(address, {"all": True}).get_json() == {"redriven": 2}
    first = program.get("/api/v1/letters").get_json()
    assert first == {"items": [], "next_cursor": None}


def test_the_list_goes_on_where_it_ended(dead, api_of):
    program, found, cursor = api_of("guanli"), [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = program.get("/api/v1/letters", query_string={"limit": 2, **more}).get_json()
        found += [one["id"] for one in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert found == [parcel.id for parcel, _ in dead]


def test_an_officer_reaches_the_own_department_and_no_other(session, world, dead, browser_of, api_of):
    login = login_of(world, Role.OFFICER, department="QC-JX")
    page = browser_of(login).get("/workbench/letters").text
    assert [number in page for _, number in dead] == [True, True, False]
    program = api_of(login)
    assert len(program.get("/api/v1/letters").get_json()["items"]) == 2
    other = {"filter": {"department": "QC-RS"}}
    assert program.get("/api/v1/letters?department=QC-RS").status_code == 404
    assert program.post("/api/v1/letters/redrive", other).status_code == 404
    assert program.post("/api/v1/letters/redrive", {"ids": [dead[2][0].id]}).get_json() == {"redriven": 0}
    assert program.post("/api/v1/letters/redrive", {"all": True}).get_json() == {"redriven": 2}
    assert waiting(session, dead) == [0, 1]
    for stranger in ("qiye", "zhengce", "gongkai"):
        assert api_of(stranger).get("/api/v1/letters").status_code == 403


def test_the_command_line_wants_to_be_told_what(connected, dead):
    with pytest.raises(Conflict):
        commands.redrive(connected)
    with pytest.raises(NotFound):
        commands.redrive(connected, department="QC-NO")
    assert commands.redrive(connected, everything=True) == 3


def test_a_day_that_is_none_is_said_at_the_field(administrator, dead):
    answer = administrator.get("/workbench/letters?since=2026-99-01")
    assert answer.status_code == 200
    assert "请填写日期" in answer.text
