"""The editor in a browser without JavaScript."""

import html
import io
import re

import docx
import pytest
from sqlalchemy import func, select

from redemption.catalogue import queries
from redemption.catalogue.models import Item
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


def boxes(page):
    """What a browser would send from the item form: every named box with its value."""
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
    item_page = body(maker.get(f"/editor/items/{code}"))
    sent = boxes(item_page) | {
        "fields.target.text": "在本市依法登记的中小企业。",
        "time_limit_days": "20",
        "action": "publish",
    }
    saved = maker.post(f"/editor/items/{code}", sent)
    assert (saved.status_code, saved.location) == (303, f"/editor/items/{code}/publish"), body(saved)
    confirm = body(maker.get(f"{address}/publish"))
    assert "3 个工作日" in confirm
    version = re.search(r'name="version" value="(\d+)"', confirm)[1]
    published = maker.post(f"{address}/publish", {"version": version, "items": code})
    assert published.status_code == 303, body(published)
    found = session.scalar(select(Item).where(Item.code == code).execution_options(populate_existing=True))
    assert found.state == "in_force"
    assert "中小企业" in queries.version(session, found.current_version_id).fields["target"]["text"]
    assert "可申报" in body(maker.get(address))


def test_saving_the_page_untouched_changes_no_field(maker, session, world):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    before = dict(queries.working_version(session, item).fields)
    sent = boxes(body(maker.get(f"/editor/items/{item.code}")))
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
    sent = boxes(body(maker.get(f"/editor/items/{item.code}")))
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
    sent = boxes(body(maker.get(f"/editor/items/{item.code}")))
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
