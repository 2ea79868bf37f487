"""空白表样和填写样例: put in with a draft version, scanned, offered wherever the material is shown, fixed with the version."""

import io

import pytest
from sqlalchemy.exc import IntegrityError

from redemption.applications.needs import entries_of
from redemption.applications.rules import Scan
from redemption.applications.views import item_papers
from redemption.catalogue import queries as catalogue
from redemption.catalogue import service as catalogue_service
from redemption.catalogue.models import ItemPaper, ItemVersion
from tests.applications.cases import PDF
from tests.factories import make_item


@pytest.fixture
def item(session, world):
    made = make_item(
        session,
        world,
        fields={"materials": {"entries": [{"text": "贷款合同复印件"}, {"text": "资金申请表"}]}},
    )
    catalogue_service.amend_item(session, world.actors["zhengce"], made.code, "放上表样")
    session.commit()
    return made


def working(session, item) -> ItemVersion:
    session.expire_all()
    return catalogue.working_version(session, item)


def upload(person, item, name="资金申请表.pdf", content=PDF, kind="template", key="m2"):
    data = {f"{kind}.{key}": (io.BytesIO(content), name)}
    return person.post(f"/editor/items/{item.code}/papers/{key}", data, content_type="multipart/form-data")


def test_a_blank_form_is_offered_where_the_material_is_shown(session, world, item, browser_of):
    maker = browser_of("zhengce")
    assert upload(maker, item).status_code == 303
    assert upload(maker, item, name="样例.pdf", kind="sample").status_code == 303
    public = browser_of("")
    assert "资金申请表.pdf" not in public.get(f"/items/{item.code}").get_data(as_text=True), (
        "not published yet"
    )
    catalogue_service.publish_item(session, world.actors["zhengce"], item.code)
    session.commit()
    entry = entries_of(working(session, item).fields)[1]
    assert [paper.title for paper in entry.papers] == ["空白表样", "填写样例"]
    seen = public.get(f"/items/{item.code}").get_data(as_text=True)
    address = entry.papers[0].address
    assert address in seen
    got = public.get(address)
    assert got.data == PDF
    assert "attachment" in got.headers["Content-Disposition"]

    filer = browser_of("qiye")
    assert address in filer.get(f"/apply/new?item={item.code}").get_data(as_text=True)
    started = filer.post("/apply/new", {"item": item.code})
    assert address in filer.get(f"{started.location}/materials").get_data(as_text=True)
    clerk = browser_of("chuangkou")
    values = {"enterprise_id": world.enterprises[0].id, "step": f"add:{item.code}"}
    desk = clerk.post("/desk/new", values).get_data(as_text=True)
    assert address in desk


def test_a_published_versions_papers_stay(session, world, item, browser_of):
    maker = browser_of("zhengce")
    upload(maker, item)
    catalogue_service.publish_item(session, world.actors["zhengce"], item.code)
    session.commit()
    assert upload(maker, item, name="晚了.pdf").status_code == 409
    first = entries_of(working(session, item).fields)[1].papers[0]
    catalogue_service.amend_item(session, world.actors["zhengce"], item.code, "换表样")
    session.commit()
    assert maker.post(f"/editor/items/{item.code}/papers/m2/{first.id}/remove").status_code == 303, (
        "the next version does without"
    )
    assert not entries_of(working(session, item).fields)[1].papers
    before = catalogue.published_versions(session, item.id)[0]
    assert entries_of(before.fields)[1].papers == (first,)
    assert browser_of("").get(first.address).status_code == 200
    row = session.query(ItemPaper).filter_by(public_id=first.id).one()
    row.name = "改名.pdf"
    with pytest.raises(IntegrityError, match="never changed"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("表.exe", b"MZ", "不是可以上传的类型"),
        ("表.pdf", b"not a pdf", "内容与文件名不符"),
        ("表.docx", b"", "空文件"),
    ],
)
def test_what_is_not_taken_is_said(item, browser_of, name, content, said):
    answer = upload(browser_of("zhengce"), item, name=name, content=content)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


@pytest.mark.parametrize(("result", "said"), [(Scan.INFECTED, "发现病毒"), (Scan.WAITING, "没有应答")])
def test_a_file_that_is_not_known_to_be_clean_is_never_offered(
    session, item, browser_of, monkeypatch, result, said
):
    monkeypatch.setattr(item_papers.scanning, "scan", lambda *_: result)
    answer = upload(browser_of("zhengce"), item)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert not entries_of(working(session, item).fields)[1].papers


@pytest.mark.parametrize("login", ["keji", "qiye", "shenpi", "guanli"])
def test_nobody_else_puts_them_in(item, browser_of, login):
    assert upload(browser_of(login), item).status_code in (403, 404)


def test_how_long_a_material_may_be_used_again_is_set_with_the_version(session, item, browser_of):
    maker, address = browser_of("zhengce"), f"/editor/items/{item.code}/papers"
    refused = maker.post(f"{address}/m2/validity", {"valid.m2": "永久"})
    assert refused.status_code == 422
    assert 'value="永久"' in refused.get_data(as_text=True)
    assert maker.post(f"{address}/m2/validity", {"valid.m2": "500"}).status_code == 422
    assert maker.post(f"{address}/m2/validity", {"valid.m2": "6"}).status_code == 303
    assert [entry.valid_months for entry in entries_of(working(session, item).fields)] == [None, 6]
    assert maker.post(f"{address}/m2/validity", {"valid.m2": ""}).status_code == 303
    assert entries_of(working(session, item).fields)[1].valid_months is None
    assert browser_of("keji").post(f"{address}/m2/validity", {"valid.m2": "6"}).status_code == 403
