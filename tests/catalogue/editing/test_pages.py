"""The editor in a browser without JavaScript."""

import dataclasses
import html
import io
import re

import docx
import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from redemption.catalogue import queries
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.views import form_rows
from redemption.policies.models import Policy
from tests.factories import TEXT, make_item, make_policy

FULL = (
    TEXT.format(department="清川市经济和信息化局", name="贯通补贴") + "\n清川市经济和信息化局\n2026年3月2日"
)


@pytest.fixture
def maker(browser_of):
    return browser_of("zhengce")


def body(answer):
    return html.unescape(answer.get_data(as_text=True))


def boxes(answer):
    """What a browser would send from the item form: every named box with its value."""
    page = answer.get_data(as_text=True)
    form = re.search(r'<form[^>]*id="item-form".*?</form>', page, re.S)[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = re.search(r'name="([^"]+)"', tag), re.search(r'type="([^"]+)"', tag)
        if not name or name[1] == "csrf_token" or (kind and kind[1] == "checkbox" and " checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        sent[name[1]] = html.unescape(value[1]) if value else ""
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = html.unescape(inner)
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        picked = re.search(r'value="([^"]*)" selected', inner) or re.search(r'value="([^"]*)"', inner)
        sent[name] = picked[1]
    return sent


def word_file(text):
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("政策.txt", FULL.encode()),
        ("政策.txt", FULL.encode("gbk")),
        (
            "政策.html",
            (
                "<html><body>" + "".join(f"<p>{line}</p>" for line in FULL.splitlines()) + "</body></html>"
            ).encode(),
        ),
        ("政策.docx", word_file(FULL)),
    ],
    ids=["utf-8", "gbk", "html", "docx"],
)
def test_a_file_of_any_kind_becomes_a_draft_with_its_item(maker, session, name, data):
    answer = maker.post(
        "/editor/policies/new", {"text": "", "file": (io.BytesIO(data), name), "once": "a" * 32}
    )
    assert answer.status_code == 303, body(answer)
    page = body(maker.get(answer.location))
    assert "贯通补贴" in page
    assert session.scalar(select(func.count()).select_from(Item)) == 1


def test_from_pasted_text_to_a_public_item(maker, session):
    answer = maker.post("/editor/policies/new", {"text": FULL, "once": "b" * 32})
    address = answer.location
    number = address.rsplit("/", 1)[1]
    details = {
        "version": session.scalar(select(Policy.version).where(Policy.number == number)),
        "title": "关于申报贯通补贴的通知", "issuer": "清川市经济和信息化局", "document_number": "清经信发[2026]8号",
        "publication_date": "2026-03-02", "lead_department": "QC-JX",
    }  # fmt: skip
    assert maker.post(f"{address}/details", details).status_code == 303
    assert "清经信发〔2026〕8号" in body(maker.get(address))
    code = session.scalar(select(Item.code))
    sent = boxes(maker.get(f"/editor/items/{code}")) | {
        "fields.target.text": "在本市依法登记的中小企业。",
        "time_limit_days": "20",
        "action": "publish",
    }
    saved = maker.post(f"/editor/items/{code}", sent)
    assert (saved.status_code, saved.location) == (303, f"/editor/items/{code}/publish"), body(saved)
    confirm = body(maker.get(f"{address}/publish"))
    assert "3 个工作日" in confirm
    version = re.search(r'name="version" value="(\d+)"', confirm)[1]
    published = maker.post(
        f"{address}/publish", {"version": version, "items": code, "without_answers": "正在收集"}
    )
    assert published.status_code == 303, body(published)
    found = session.scalar(select(Item).where(Item.code == code).execution_options(populate_existing=True))
    assert found.state == "in_force"
    assert "中小企业" in session.get_one(ItemVersion, found.current_version_id).fields["target"]["text"]
    assert "可申报" in body(maker.get(address))


def test_saving_the_page_untouched_changes_no_field(maker, session, world):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    before = dict(queries.working_version(session, item).fields)
    sent = boxes(maker.get(f"/editor/items/{item.code}"))
    assert maker.post(f"/editor/items/{item.code}", sent).status_code == 303
    session.expire_all()
    assert queries.working_version(session, item).fields == before


def test_a_double_click_makes_one_policy(maker, session):
    form = {"text": FULL, "once": "c" * 32}
    first, second = maker.post("/editor/policies/new", form), maker.post("/editor/policies/new", form)
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Policy)) == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("空.txt", b"", "空"),
        ("假.docx", b"this is plain text", "内容与文件名不符"),
        ("假.pdf", b"PK\x03\x04 no zip", "内容与文件名不符"),
        ("表.exe", b"MZ", "不是可以上传的类型"),
    ],
)
def test_a_wrong_file_is_refused_at_the_field_and_the_rest_is_kept(maker, session, name, data, said):
    answer = maker.post(
        "/editor/policies/new", {"text": "", "file": (io.BytesIO(data), name), "once": "d" * 32}
    )
    page = body(answer)
    assert answer.status_code == 422
    assert name in page
    assert said in page
    assert 'value="' + "d" * 32 in page
    assert session.scalar(select(func.count()).select_from(Policy)) == 0


def test_text_and_file_at_once_are_refused_and_the_text_is_kept(maker):
    answer = maker.post("/editor/policies/new", {"text": FULL, "file": (io.BytesIO(FULL.encode()), "a.txt")})
    assert answer.status_code == 422
    assert "在本市依法登记的企业。" in body(answer)


def test_a_mistyped_item_form_keeps_what_was_typed_and_says_where(maker, session, world):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    sent = boxes(maker.get(f"/editor/items/{item.code}"))
    wrong = {"name": "", "opens_on": "2026-06-01", "closes_on": "2026-05-01", "summary": "我写的话"}
    answer = maker.post(f"/editor/items/{item.code}", sent | wrong)
    page = body(answer)
    assert answer.status_code == 422
    assert "我写的话" in page
    assert 'id="f-name-error"' in page
    assert 'id="f-closes_on-error"' in page
    answer = maker.post(
        f"/editor/items/{item.code}", sent | {"time_limit_days": "很快", "money_rules.cap": "若干"}
    )
    assert answer.status_code == 422
    assert 'id="f-time_limit_days-error"' in body(answer)
    assert 'id="f-money_rules.cap-error"' in body(answer)


def test_two_people_at_one_item_do_not_overwrite_each_other(maker, session, world):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    sent = boxes(maker.get(f"/editor/items/{item.code}"))
    assert maker.post(f"/editor/items/{item.code}", sent | {"summary": "甲"}).status_code == 303
    late = maker.post(f"/editor/items/{item.code}", sent | {"summary": "乙"})
    assert late.status_code == 422
    assert "已有人保存了新的内容" in body(late)
    assert "乙" in body(late)
    session.expire_all()
    assert queries.working_version(session, item).summary == "甲"


def test_a_missing_field_is_explained_before_it_is_published(maker, session, world):
    policy = make_policy(
        session,
        world,
        issuer="测试局",
        text="关于补贴的通知\n一、申报对象\n企业。\n二、补贴标准\n给予1万元补贴。",
    )
    [item] = queries.items_of_policy(session, policy.id)
    address = f"/editor/items/{item.code}/publish"
    page = body(maker.get(address))
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    asked = re.findall(r'name="(lacking\.[a-z_]+)"', page)
    assert "lacking.phone" in asked
    refused = maker.post(address, {"version": version, **dict.fromkeys(asked, "")})
    assert refused.status_code == 422
    assert 'id="f-lacking.phone-error"' in body(refused)
    taken = maker.post(address, {"version": version, **dict.fromkeys(asked, "另行公布")})
    assert taken.status_code == 303, body(taken)
    session.expire_all()
    assert item.state == "in_force"


def test_reasons_are_kept_before_the_document_is_published(maker, session, world):
    policy = make_policy(session, world, published=False)
    [item] = queries.items_of_policy(session, policy.id)
    address = f"/editor/items/{item.code}/publish"
    page = body(maker.get(address))
    asked = re.findall(r'name="(lacking\.[a-z_]+)"', page)
    given = dict.fromkeys(asked, "另行公布") | {
        "version": re.search(r'name="version" value="(\d+)"', page)[1]
    }
    taken = maker.post(address, given)
    assert taken.headers["Location"] == f"/editor/policies/{policy.number}/publish"
    session.expire_all()
    assert item.state == "draft"
    assert f'value="{item.code}" checked' in body(maker.get(taken.headers["Location"]))


@pytest.mark.parametrize(
    "path",
    ["/editor/policies/{policy}", "/editor/policies/{policy}/details", "/editor/policies/{policy}/publish",
     "/editor/policies/{policy}/delete", "/editor/items/{item}", "/editor/items/{item}/publish", "/editor/items/{item}/delete"],
)  # fmt: skip
def test_another_departments_pages_do_not_exist(maker, session, world, path):
    policy = make_policy(session, world, department="QC-KJ")
    [item] = queries.items_of_policy(session, policy.id)
    address = path.format(policy=policy.number, item=item.code)
    assert maker.get(address).status_code == 404
    assert maker.post(address, {"version": "1"}).status_code in (404, 405)


def test_the_list_says_what_to_do_next(maker, session, world):
    assert "还没有政策文件" in body(maker.get("/editor"))
    make_item(session, world)
    make_policy(session, world, name="未核对", published=False)
    page = body(maker.get("/editor"))
    assert "已发布" in page
    assert "草稿" in page
    assert "后发布" in page


def test_questions_of_the_form_are_edited_as_rows(maker, session, world):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    address = f"/editor/items/{item.code}"
    loan = {
        "form.fields.0.label": "贷款金额", "form.fields.0.type": "money", "form.fields.0.required": "1",
        "form.fields.0.is_amount": "1", "form.fields.1.label": "类型", "form.fields.1.type": "choice",
        "form.fields.1.choices": "a=首次、续贷",
    }  # fmt: skip
    saved = maker.post(address, boxes(maker.get(address)) | loan)
    assert saved.status_code == 303, body(saved)
    session.expire_all()
    first, second = queries.working_version(session, item).form["fields"]
    assert first == {"name": "q1", "label": "贷款金额", "type": "money", "required": True, "is_amount": True}
    assert second["choices"] == [["a", "首次"], ["续贷", "续贷"]]
    sent = boxes(maker.get(address))
    assert maker.post(address, sent | {"form.fields.0.label": ""}).status_code == 303
    session.expire_all()
    assert [row["name"] for row in queries.working_version(session, item).form["fields"]] == ["q2"]


def test_what_the_rows_do_not_show_is_kept():
    stored = {
        "fields": [
            {"name": "loans", "label": "明细", "type": "table", "columns": [{"name": "a"}], "required": True}
        ],
        "rules": [{"kind": "sum_equals"}],
    }
    posted = MultiDict(
        {"form.fields.0.name": "loans", "form.fields.0.label": "贷款明细", "form.fields.0.type": "table"}
    )
    done = form_rows.form_typed(posted, stored)
    assert done["rules"] == stored["rules"]
    assert done["fields"] == [
        {"name": "loans", "label": "贷款明细", "type": "table", "columns": [{"name": "a"}], "required": False}
    ]


def test_conditions_compute_only_when_ticked(maker, session, world):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    address = f"/editor/items/{item.code}"
    assert queries.working_version(session, item).conditions == {}
    new = {
        "conditions.new.attribute": "revenue",
        "conditions.new.op": "不低于",
        "conditions.new.value": "2000万",
    }
    assert maker.post(address, boxes(maker.get(address)) | new).status_code == 303
    session.expire_all()
    leaf = {"attribute": "revenue", "op": "at_least", "value": 20_000_000}
    assert queries.working_version(session, item).conditions == {"all": [leaf]}
    shown = maker.get(address)
    assert "营业收入不低于" in body(shown)
    wrong = maker.post(address, boxes(shown) | new | {"conditions.new.value": "许多"})
    assert wrong.status_code == 422
    assert 'id="f-conditions.new-error"' in body(wrong)
    unticked = {name: value for name, value in boxes(shown).items() if name != "conditions.confirm"}
    assert maker.post(address, unticked).status_code == 303
    session.expire_all()
    assert queries.working_version(session, item).conditions == {}


def test_a_published_item_is_suspended_resumed_and_amended(maker, session, world):
    item = make_item(session, world)
    address = f"/editor/items/{item.code}"
    assert "暂停申报" in body(maker.get(address))
    assert maker.post(f"{address}/state/suspend", {"reason": ""}).status_code == 422
    assert maker.post(f"{address}/state/suspend", {"reason": "预算调整"}).status_code == 303
    assert "预算调整" in body(maker.get(address))
    assert maker.post(f"{address}/state/close", {"reason": "x", "version": "1"}).status_code == 422, (
        "an old page"
    )
    assert maker.post(f"{address}/state/resume", {}).status_code == 303
    assert maker.post(f"{address}/amend", {"reason": ""}).status_code == 422
    assert maker.post(f"{address}/amend", {"reason": "提高标准"}).status_code == 303
    assert "第 2 版" in body(maker.get(address))
    assert maker.get(f"{address}/state/expire").status_code == 404


def test_a_policy_is_interpreted_amended_and_repealed(maker, session, world):
    item = make_item(session, world)
    number = session.get_one(Policy, item.policy_id).number
    address = f"/editor/policies/{number}"
    assert maker.post(f"{address}/interpret", {"title": "", "text": ""}).status_code == 422
    assert maker.post(f"{address}/interpret", {"title": "一图读懂", "text": "说明"}).status_code == 303
    assert "一图读懂" in body(maker.get(address))
    assert maker.post(f"{address}/amend", {"text": FULL}).status_code == 422
    assert maker.post(f"{address}/amend", {"text": FULL, "change_note": "调整"}).status_code == 303
    assert "第 2 版" in body(maker.get(address))
    assert maker.post(f"{address}/text", {"text": FULL + "\n附件"}).status_code == 303
    assert maker.post(f"{address}/delete", {}).status_code == 303
    assert maker.post(f"{address}/repeal", {"reason": ""}).status_code == 422
    assert maker.post(f"{address}/repeal", {"reason": "已有新规定"}).status_code == 303
    assert "已废止" in body(maker.get(address))


def test_items_are_split_and_merged(maker, session, world):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    split = maker.post(f"/editor/items/{item.code}/split", {"name": "另一项"})
    other = split.location.rsplit("/", 1)[1]
    assert other != item.code
    merged = maker.post(f"/editor/policies/{policy.number}/merge", {"items": [item.code, other]})
    assert merged.location == f"/editor/items/{item.code}"
    assert maker.get(f"/editor/items/{other}").status_code == 404


def test_a_policy_without_items_says_why_and_is_published(maker, session):
    text = "关于调整办公时间的通知\n请各单位自3月1日起调整办公时间。\n清川市经济和信息化局\n2026年2月27日"
    address = maker.post("/editor/policies/new", {"text": text}).location
    page = body(maker.get(address))
    assert "没有识别出可以申报的事项" in page
    number = address.rsplit("/", 1)[1]
    version = session.scalar(select(Policy.version).where(Policy.number == number))
    details = {
        "version": version,
        "title": "关于调整办公时间的通知",
        "issuer": "清川市经济和信息化局",
        "publication_date": "2026-02-27",
    }
    assert maker.post(f"{address}/details", details).status_code == 303
    confirm = body(maker.get(f"{address}/publish"))
    assert "只发布文件本身" in confirm
    version = re.search(r'name="version" value="(\d+)"', confirm)[1]
    assert (
        maker.post(f"{address}/publish", {"version": version, "without_answers": "正在收集"}).status_code
        == 303
    )


def test_a_deadline_in_a_year_without_a_schedule_is_provisional(maker, session):
    address = maker.post("/editor/policies/new", {"text": FULL}).location
    number = address.rsplit("/", 1)[1]
    version = session.scalar(select(Policy.version).where(Policy.number == number))
    details = {"version": version, "title": "通知", "issuer": "测试局", "publication_date": "2030-12-30"}
    assert maker.post(f"{address}/details", details).status_code == 303
    page = body(maker.get(address))
    assert "暂定" in page
    assert "还没有到" in page, "a day in the future keeps it from being published"
    refused = maker.post(
        f"{address}/publish",
        {"version": session.scalar(select(Policy.version).where(Policy.number == number))},
    )
    assert refused.status_code == 422


def test_a_path_in_a_file_name_is_refused(maker, session):
    sent = {"text": "", "file": (io.BytesIO(FULL.encode()), "../../etc/政策.txt")}
    answer = maker.post("/editor/policies/new", sent)
    assert answer.status_code == 422
    assert "路径" in body(answer)


def test_a_file_that_is_too_big_is_refused_with_its_name(app, maker):
    parts = app.extensions["redemption"]
    parts["settings"] = dataclasses.replace(parts["settings"], file_limit=1000)
    answer = maker.post("/editor/policies/new", {"text": "", "file": (io.BytesIO(b"a" * 1001), "巨大.txt")})
    assert answer.status_code == 422
    assert "巨大.txt" in body(answer)
