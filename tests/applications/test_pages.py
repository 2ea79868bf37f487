"""The journey in a browser without script: every page, every refusal at its field, nothing typed lost."""

import io
import re

import pytest
from sqlalchemy import select

from redemption.applications import queries, service
from redemption.applications.models import Application, Material, Submission
from redemption.applications.rules import Action
from redemption.kernel.storage import FolderStorage
from tests.applications.cases import COMMON, PDF, Stage, make_stage
from tests.factories import BOX


@pytest.fixture
def stage(session, world, settings) -> Stage:  # type: ignore[no-untyped-def]
    return make_stage(session, world, FolderStorage(settings.storage))


@pytest.fixture
def client(browser_of, stage):  # type: ignore[no-untyped-def]
    return browser_of("qiye")


def started(client, stage: Stage) -> str:  # type: ignore[no-untyped-def]
    page = client.get(f"/apply/new?item={stage.item.code}")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "测试补贴" in text
    key = re.search(r'name="client_key" value="([^"]+)"', text)
    assert key
    answer = client.post("/apply/new", {"item": stage.item.code, "client_key": key[1]})
    assert answer.status_code == 303
    again = client.post("/apply/new", {"item": stage.item.code, "client_key": key[1]})
    assert again.location == answer.location
    return answer.location.rsplit("/", 1)[1]


def text_of(answer) -> str:  # type: ignore[no-untyped-def]
    return answer.get_data(as_text=True)


def filled(client, stage: Stage) -> str:  # type: ignore[no-untyped-def]
    number = started(client, stage)
    base = f"/apply/{number}"
    assert client.post(f"{base}/enterprise", COMMON).status_code == 303
    assert client.post(f"{base}/items/1", {"a.loan": "20万", "a.bank": "清川银行"}).status_code == 303
    sheet = queries.sheet(stage.session, stage.filer, number)
    files = {
        f"file-1-{need.key}": (io.BytesIO(PDF), f"材料{at}.pdf")
        for at, need in enumerate(sheet.needs())
        if need.required
    }
    answer = client.post(f"{base}/materials", files, content_type="multipart/form-data")
    assert answer.status_code == 303, text_of(answer)
    return number


def test_from_the_item_to_the_receipt(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = filled(client, stage)
    tasks = text_of(client.get(f"/apply/{number}"))
    assert "已完成" in tasks
    check = text_of(client.get(f"/apply/{number}/check"))
    assert "20万元" in check
    assert "6222020200012345678" not in check
    refused = client.post(f"/apply/{number}/check", {})
    assert refused.status_code == 422
    assert "信用承诺" in text_of(refused)
    done = client.post(f"/apply/{number}/check", {"declarations.truth": "1", "declarations.consent": "1"})
    assert done.status_code == 303
    submitted = text_of(client.get(done.location))
    assert number in submitted
    receipt = re.search(r'/documents/[^"]+\.pdf', submitted)
    assert receipt
    case = client.get(f"/applications/{number}-01")
    assert case.status_code == 200
    assert "正在审核是否受理" in text_of(case)
    assert "受理期限" in text_of(case)
    again = client.post(f"/apply/{number}/check", {"declarations.truth": "1", "declarations.consent": "1"})
    assert again.location == done.location
    assert stage.session.query(Application).count() == 1


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = started(client, stage)
    answer = client.post(f"/apply/{number}/items/1", {"a.loan": "很多", "a.bank": "字" * 300})
    assert answer.status_code == 422
    page = text_of(answer)
    assert 'value="很多"' in page
    assert "字" * 300 in page
    assert "请不要超过200个字" in page
    assert 'id="f-a.loan-error"' in page
    answer = client.post(
        f"/apply/{number}/enterprise", {**COMMON, "contact_phone": "12", "bank_account": "abc"}
    )
    assert answer.status_code == 422
    assert 'value="12"' in text_of(answer)


def test_an_autosave_keeps_unreadable_typing_and_answers_in_json(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = started(client, stage)
    headers = {"X-Autosave": "1", "Accept": "application/json"}
    answer = client.post(f"/apply/{number}/items/1", {"a.loan": "很多", "version": "1"}, headers=headers)
    assert answer.status_code == 200
    saved = answer.get_json()
    assert saved["saved_at"]
    assert 'value="很多"' in text_of(client.get(f"/apply/{number}/items/1"))
    stale = client.post(f"/apply/{number}/items/1", {"a.loan": "1万", "version": "1"}, headers=headers)
    assert stale.status_code == 409
    assert "已有人保存" in stale.get_json()["detail"]
    fresh = client.post(
        f"/apply/{number}/items/1", {"a.loan": "1万", "version": str(saved["version"])}, headers=headers
    )
    assert fresh.status_code == 200


def test_a_second_tab_keeps_its_typing_and_is_told(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = started(client, stage)
    one = client.post(f"/apply/{number}/items/1", {"a.loan": "1万", "a.bank": "甲", "version": "1"})
    assert one.status_code == 303
    two = client.post(f"/apply/{number}/items/1", {"a.loan": "2万", "a.bank": "乙", "version": "1"})
    assert two.status_code == 409
    assert 'value="乙"' in text_of(two)
    assert "另一处保存的是“甲”" in text_of(two), "what the other one saved is shown at the field"
    again = client.post(f"/apply/{number}/items/1", {"a.loan": "1万", "a.bank": "甲", "version": "1"})
    assert again.status_code == 303, "the same once more is no conflict"


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("空.pdf", b"", "空文件"),
        ("假.pdf", b"hello", "与文件名不符"),
        ("../../etc/passwd.pdf", PDF, "路径"),
        ("脚本.exe", b"MZ", "不是可以上传的类型"),
    ],
)
def test_a_bad_file_is_named_and_the_good_one_kept(
    client, stage: Stage, name: str, body: bytes, said: str
) -> None:  # type: ignore[no-untyped-def]
    number = started(client, stage)
    files = {"file-1-m1": (io.BytesIO(PDF), "好.pdf"), "file-1-m2": (io.BytesIO(body), name)}
    answer = client.post(f"/apply/{number}/materials", files, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "好.pdf" in text_of(answer)
    names = stage.session.scalars(select(Material.name)).all()
    assert names == ["好.pdf"]


def test_one_upload_a_request_answers_json(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = started(client, stage)
    answer = client.post(
        f"/apply/{number}/materials/1/m1",
        {"file": (io.BytesIO(PDF), "申请表.pdf")},
        content_type="multipart/form-data",
        headers={"Accept": "application/json"},
    )
    row = answer.get_json()
    assert {"id", "name", "size", "url", "remove_url"} <= set(row)
    shown = client.get(row["url"])
    assert shown.data == PDF
    assert "inline" in shown.headers["Content-Disposition"]
    refused = client.post(
        f"/apply/{number}/materials/1/m1",
        {"file": (io.BytesIO(b"x"), "坏.pdf")},
        content_type="multipart/form-data",
        headers={"Accept": "application/json"},
    )
    assert refused.status_code == 422
    assert "坏.pdf" in refused.get_json()["detail"]
    assert client.post(row["remove_url"], headers={"Accept": "application/json"}).status_code == 200
    assert client.get(row["url"]).status_code == 404


def test_another_enterprise_gets_404_everywhere(client, browser_of, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = filled(client, stage)
    material = stage.session.scalars(select(Material)).first()
    assert material
    other = browser_of("qiye2")
    base = f"/apply/{number}"
    for address in (
        base,
        f"{base}/enterprise",
        f"{base}/items/1",
        f"{base}/items/add",
        f"{base}/items/1/amended",
        f"{base}/materials",
        f"{base}/materials/{material.public_id}",
        f"{base}/check",
        f"{base}/submitted",
        f"{base}/discard",
    ):
        assert other.get(address).status_code == 404, address
    for address, data in (
        (f"{base}/enterprise", COMMON),
        (f"{base}/items/1", {"a.loan": "1万"}),
        (f"{base}/items/add", {"item": stage.item.code}),
        (f"{base}/items/1/remove", {}),
        (f"{base}/items/1/amended", {}),
        (f"{base}/materials", {}),
        (f"{base}/materials/{material.public_id}/remove", {}),
        (f"{base}/check", {"declarations.truth": "1", "declarations.consent": "1"}),
        (f"{base}/discard", {}),
    ):
        assert other.post(address, data).status_code == 404, address
    client.post(f"{base}/check", {"declarations.truth": "1", "declarations.consent": "1"})
    case = f"/applications/{number}-01"
    for address in (
        case,
        f"{case}/correction",
        f"{case}/withdraw",
        f"{case}/rating",
        f"{case}/materials/{material.public_id}",
    ):
        assert other.get(address).status_code == 404, address
    for address in (f"{case}/correction", f"{case}/withdraw", f"{case}/rating"):
        assert other.post(address, {"stars": "5"}).status_code == 404, address
    assert client.get(case).status_code == 200


def test_officers_and_clerks_do_not_fill_in_for_an_enterprise(client, browser_of, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = started(client, stage)
    for login in ("shenpi", "chuangkou", "gongkai", "zhengce", "guanli"):
        assert browser_of(login).get(f"/apply/{number}").status_code == 403


def test_a_correction_is_answered_on_its_page(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = filled(client, stage)
    client.post(f"/apply/{number}/check", {"declarations.truth": "1", "declarations.consent": "1"})
    application = queries.received(stage.session, stage.session.scalars(select(Submission.id)).one())[0]
    asked = service.ask_correction(
        stage.session,
        stage.officer,
        application,
        [
            {"kind": "field", "key": "loan", "message": "与合同不一致"},
            {"kind": "material", "key": "m1", "message": "缺少公章"},
            {"kind": "common", "key": "contact_phone", "message": "打不通"},
        ],
    )
    case = f"/applications/{application.number}"
    assert "缺少公章" in text_of(client.get(case))
    page = text_of(client.get(f"{case}/correction"))
    assert "与合同不一致" in page
    assert 'name="a.bank"' not in page
    wrong = client.post(
        f"{case}/correction",
        {
            "correction": str(asked.id),
            "a.loan": "十来万",
            "material.m1": (io.BytesIO(PDF + b"1"), "盖章.pdf"),
        },
        content_type="multipart/form-data",
    )
    assert wrong.status_code == 422
    assert 'value="十来万"' in text_of(wrong)
    assert "盖章.pdf" in text_of(wrong)
    right = client.post(
        f"{case}/correction",
        {"correction": str(asked.id), "a.loan": "18万", "common.contact_phone": "13900000009"},
    )
    assert right.status_code == 303, text_of(right)
    stage.session.refresh(application)
    assert application.status == "received"
    assert client.get(f"{case}/correction").status_code == 303
    late = client.post(f"{case}/correction", {"correction": str(asked.id), "a.loan": "18万"})
    assert late.status_code == 409


def test_withdrawing_asks_first(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = filled(client, stage)
    client.post(f"/apply/{number}/check", {"declarations.truth": "1", "declarations.consent": "1"})
    case = f"/applications/{number}-01"
    assert "不能恢复" in text_of(client.get(f"{case}/withdraw"))
    assert client.post(f"{case}/withdraw", {"reason": "x" * 501}).status_code == 422
    assert client.post(f"{case}/withdraw", {"reason": "不需要了"}).status_code == 303
    assert "已撤回" in text_of(client.get(case))
    assert client.get(f"{case}/withdraw").status_code == 303


def test_rating_after_the_end(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = filled(client, stage)
    client.post(f"/apply/{number}/check", {"declarations.truth": "1", "declarations.consent": "1"})
    application = stage.session.scalars(select(Application)).one()
    case = f"/applications/{number}-01"
    assert client.get(f"{case}/rating").status_code == 303
    service.move(stage.session, stage.officer, application, Action.ACCEPT)
    service.move(stage.session, stage.officer, application, Action.DENY, reason="不符合条件")
    assert "去评价" in text_of(client.get(case))
    assert client.post(f"{case}/rating", {}).status_code == 422
    assert client.post(f"{case}/rating", {"stars": "1", "reasons": "slow"}).status_code == 303
    assert "非常不满意" in text_of(client.get(f"{case}/rating"))


def test_the_departments_page_shows_no_names(client, browser_of, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    test_rating_after_the_end(client, stage)
    officer = browser_of("shenpi")
    page = text_of(officer.get("/workbench/ratings"))
    assert "青禾" not in page
    link = re.search(r'href="(/workbench/ratings/[^"]+)"', page)
    assert link
    assert officer.get(link[1]).status_code == 200
    assert officer.post(link[1], {"note": "核实"}).status_code == 422
    assert officer.post(link[1], {"note": "核实", "founded": "yes"}).status_code == 303
    assert browser_of("keji").get(link[1]).status_code == 404


def test_an_amended_item_is_shown_before_it_goes_on(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    from redemption.catalogue import service as catalogue
    from redemption.identity.rules import Role
    from tests.applications.cases import FORM

    number = filled(client, stage)
    maker = stage.world.actor(Role.POLICY_MAKER, department="QC-JX")
    catalogue.amend_item(stage.session, maker, stage.item.code, "增加期限")
    fields = [*FORM["fields"], {"name": "term", "label": "贷款期限", "type": "number", "required": True}]
    catalogue.save_item(stage.session, maker, stage.item.code, {"form": {"fields": fields}})
    catalogue.publish_item(stage.session, maker, stage.item.code)
    stage.session.flush()
    assert "内容有更新" in text_of(client.get(f"/apply/{number}"))
    ticked = {"declarations.truth": "1", "declarations.consent": "1"}
    refused = client.post(f"/apply/{number}/check", ticked)
    assert refused.location.endswith("/items/1/amended")
    shown = text_of(client.get(refused.location))
    assert "新增：贷款期限" in shown
    assert client.post(refused.location).status_code == 303
    assert client.post(f"/apply/{number}/check", ticked).status_code == 422
    client.post(f"/apply/{number}/items/1", {"a.loan": "20万", "a.bank": "清川银行", "a.term": "12"})
    assert client.post(f"/apply/{number}/check", ticked).location.endswith("/submitted")


def test_several_items_on_one_sheet(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    from tests.factories import make_item

    other = make_item(stage.session, stage.world, department="QC-KJ", name="科技补贴")
    number = started(client, stage)
    assert "科技补贴" in text_of(client.get(f"/apply/{number}/items/add?q=科技"))
    assert client.post(f"/apply/{number}/items/add", {"item": other.code}).status_code == 303
    assert client.post(f"/apply/{number}/items/add", {"item": other.code}).status_code == 409
    page = text_of(client.get(f"/apply/{number}"))
    assert "科技补贴" in page
    assert "几个事项共用" in text_of(client.get(f"/apply/{number}/materials"))
    assert client.get(f"/apply/{number}/items/2/remove").status_code == 200
    assert client.post(f"/apply/{number}/items/2/remove").status_code == 303
    assert client.post(f"/apply/{number}/items/1/remove").status_code == 409
    assert client.post(f"/apply/{number}/discard").status_code == 303
    assert client.get(f"/apply/{number}").status_code == 404


def test_a_long_table_is_pasted_and_a_longer_one_refused_with_its_text_kept(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    from tests.factories import make_item

    columns = [{"name": "bank", "label": "银行"}, {"name": "amount", "label": "金额", "type": "money"}]
    form = {"fields": [{"name": "loans", "label": "明细", "type": "table", "columns": columns}]}
    item = make_item(stage.session, stage.world, name="明细补贴", form=form)
    draft = service.start(stage.session, stage.filer, [item.code], box=BOX)
    stage.session.flush()
    address = f"/apply/{draft.number}/items/1"
    assert (
        client.post(address, {"a.loans.paste": "甲\t1万\n乙\t2万\n", "a.loans.0.bank": "丙"}).status_code
        == 303
    )
    page = text_of(client.get(address))
    assert 'value="甲"' in page
    long = "\n".join(f"银行{n}\t1" for n in range(5000))
    refused = client.post(address, {"a.loans.paste": long})
    assert refused.status_code == 422
    assert "您填写了5000行" in text_of(refused)
    assert "银行4999" in text_of(refused)


def test_the_same_item_twice_is_told_on_the_page(client, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    ticked = {"declarations.truth": "1", "declarations.consent": "1"}
    first, second = filled(client, stage), filled(client, stage)
    assert client.post(f"/apply/{first}/check", ticked).status_code == 303
    refused = client.post(f"/apply/{second}/check", ticked)
    assert refused.status_code == 409
    assert f"{first}-01" in text_of(refused)
    assert client.get(f"/apply/{second}").status_code == 200
