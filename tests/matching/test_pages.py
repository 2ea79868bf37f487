"""Matching in the browser: the panel on an item, the package, offers from list to application."""

import io
import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from redemption.applications.models import Application, Submission
from redemption.identity.models import Enterprise
from redemption.kernel.outbox import OutboxRow
from redemption.matching.models import Offer
from tests.factories import make_item

HIGH_TECH = {"attribute": "qualifications", "op": "holds_any", "value": ["high_tech"]}
NEVER = {"attribute": "revenue", "op": "at_least", "value": 10**15}
FLOOR = {"attribute": "floor_area", "op": "at_least", "value": 10}


def own(session, world) -> Enterprise:
    return session.get_one(Enterprise, world.actors["qiye"].enterprise_id)


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return answer.get_data(as_text=True)


def test_panel_says_for_each_condition_how_it_stands(browser_of, session, world):
    item = make_item(session, world, conditions={"all": [HIGH_TECH, NEVER, FLOOR]})
    html = text(browser_of("qiye").get(f"/items/{item.code}"))
    panel = re.search(r'id="fits".*?</section>', html, re.S)[0]
    assert "暂不符合" in panel
    assert "是有效期内的高新技术企业" in panel
    assert "尚缺“经营面积”" in panel
    assert "我要申报" in html, "the panel never stands in the way"


@pytest.mark.parametrize("login", ["", "chuangkou", "shenpi"])
def test_panel_is_for_enterprises(browser_of, session, world, login):
    item = make_item(session, world, conditions=HIGH_TECH)
    assert 'id="fits"' not in text(browser_of(login).get(f"/items/{item.code}"))


def test_no_panel_where_nothing_is_claimed(browser_of, session, world):
    item = make_item(session, world)
    assert 'id="fits"' not in text(browser_of("qiye").get(f"/items/{item.code}"))


def test_package_at_the_window_and_for_oneself(browser_of, session, world):
    import pdfplumber

    make_item(session, world, name="高企奖励", conditions=HIGH_TECH)
    make_item(session, world, name="要面积的", conditions=FLOOR)
    uscc = own(session, world).uscc
    for login in ("chuangkou", "qiye"):
        html = text(browser_of(login).get(f"/packages/{uscc}"))
        assert html.index("高企奖励") < html.index("要面积的")
        assert "尚缺：经营面积" in html
    answer = browser_of("chuangkou").get(f"/packages/{uscc}.pdf")
    with pdfplumber.open(io.BytesIO(answer.data)) as pdf:
        printed = "".join(sheet.extract_text() for sheet in pdf.pages)
    assert "高企奖励" in printed
    assert uscc in printed
    text(browser_of("qiye2").get(f"/packages/{uscc}"), 404)
    text(browser_of("qiye2").get(f"/packages/{uscc}.pdf"), 404)
    text(browser_of("chuangkou").get("/packages/nobody"), 404)
    firm = own(session, world)
    assert f'href="/packages/{uscc}"' in text(browser_of("chuangkou").get(f"/packages?q={firm.name[2:6]}"))
    assert "没有找到" in text(browser_of("chuangkou").get("/packages?q=nobody"))
    text(browser_of("qiye").get("/packages"), 403)
    text(browser_of("shenpi").get(f"/packages/{uscc}"), 403)


def test_from_the_list_to_the_application(browser_of, session, world, settings, connected, monkeypatch):
    from redemption.kernel.secrets import SecretBox
    from workers.jobs import matching as jobs

    item = make_item(session, world, mode="without_application", conditions=HIGH_TECH, name="稳岗返还")
    firm = own(session, world)
    department = browser_of("shenpi")
    assert "稳岗返还" in text(department.get("/workbench/offers"))
    assert firm.uscc in text(department.get(f"/workbench/offers/{item.code}"))
    assert "请至少勾选一家企业" in text(department.post(f"/workbench/offers/{item.code}"), 422)
    answer = department.post(f"/workbench/offers/{item.code}", {"uscc": firm.uscc})
    assert answer.status_code == 303
    made = session.scalars(select(Offer)).one()
    enterprise = browser_of("qiye")
    assert "稳岗返还" in text(enterprise.get("/offers"))
    text(browser_of("qiye2").post(f"/offers/{made.public_id}/accept"), 404)
    assert enterprise.post(f"/offers/{made.public_id}/accept").status_code == 303
    row = session.scalars(select(OutboxRow).where(OutboxRow.topic == "offer.accepted")).one()
    monkeypatch.setattr(jobs, "runtime", lambda: SimpleNamespace(box=SecretBox(settings.field_keys)))
    for _ in range(2):
        jobs.accepted(session, row.payload)
    found = session.execute(
        select(Submission.channel, Application.status, Application.item_id).join(
            Application, Application.submission_id == Submission.id
        )
    ).all()
    assert found == [("computed", "received", item.id)]
    assert "申报单" in text(enterprise.get("/offers"))


def test_lists_belong_to_their_department(browser_of, session, world):
    item = make_item(session, world, mode="without_application", conditions=HIGH_TECH)
    text(browser_of("keji").get(f"/workbench/offers/{item.code}"), 404)
    text(browser_of("qiye").get(f"/workbench/offers/{item.code}"), 403)
    assert "没有免申即享事项" in text(browser_of("keji").get("/workbench/offers"))
    assert "还没有免申即享通知" in text(browser_of("qiye").get("/offers"))
