"""A department's own catalogue in and out."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redemption.catalogue import learning, queries, service
from redemption.catalogue.exchange import plan
from redemption.catalogue.exchange.columns import BY_KEY, COLUMNS, Unreadable, read_cell, written
from redemption.catalogue.exchange.sheet import read_json, read_workbook, write_workbook
from redemption.catalogue.models import ItemVersion
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from redemption.policies import queries as policies
from tests.factories import make_item, make_policy


@pytest.fixture
def maker(world):
    return world.actor(Role.POLICY_MAKER, department="QC-JX")


def row(**more):
    return {
        "source_id": "A-1",
        "policy_title": "关于导入的通知",
        "name": "导入补贴",
        "standard": "给予1万元。",
        **more,
    }


def taken(session, maker, *rows, take=(), look=True):
    kept = service.keep_import(session, maker, read_json({"items": list(rows)}), "目录.json")
    seen = plan.fingerprint(service.preview_import(session, maker, kept)) if look else None
    return service.apply_import(session, maker, kept.key, fingerprint=seen, take=take)


def only_item(session, maker):
    [found] = session.scalars(queries.of_department(maker.department_id))
    return found


def draft_of(session, item):
    session.expire_all()
    return queries.working_version(session, item)


# --- files -----------------------------------------------------------------------------------------------


def workbook(*lines):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_columns_are_found_by_their_headers_in_any_order():
    data = workbook(
        ["2026年事项目录"],
        ["事项名称", "备注", "申报截止", "来源编号", "咨询电话", "办理时限（工作日）"],
        ["补贴甲", "x", dt.date(2026, 12, 31), 12, "010-1\n010-2", 20],
        [None, None, None, None, None, None],
    )
    rows = read_workbook(data)
    assert rows.faults == {}
    assert rows.ignored == ["备注"]
    [one] = rows.rows
    assert one == {
        "name": "补贴甲", "closes_on": "2026-12-31", "source_id": "12", "phone": ["010-1", "010-2"], "time_limit_days": 20,
    }  # fmt: skip


def test_every_fault_is_named_with_its_place():
    data = workbook(
        ["来源编号", "事项名称", "申报截止", "兑现方式", "公示期（工作日）"],
        ["1", "甲", "明年", "随便", "很久"],
        ["1", "", None, None, None],
    )
    faults = read_workbook(data).faults
    assert set(faults) == {
        "rows.0.closes_on", "rows.0.mode", "rows.0.publicity_days", "rows.1.name", "rows.1.source_id",
    }  # fmt: skip
    assert faults["rows.0.closes_on"][0].startswith("第 2 行“申报截止”")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", workbook(["甲", "乙"], [1, 2])])
def test_a_workbook_without_a_catalogue_says_so(data):
    assert set(read_workbook(data).faults) == {"file"}


def test_json_names_unknown_keys():
    rows = read_json({"items": [row(colour="red"), "x"]})
    assert set(rows.faults) == {"rows.0.colour", "rows.1"}


LINE = st.text(alphabet="材料名称一二ab12（）", min_size=1, max_size=12)
MATERIAL = st.fixed_dictionaries(
    {
        "text": LINE,
        "form": st.sampled_from(["original", "copy", "either"]),
        "count": st.integers(1, 99),
        "required": st.booleans(),
    }
)
VALUES = {
    "day": st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)).map(dt.date.isoformat),
    "count": st.none() | st.integers(0, 1000),
    "lines": st.lists(LINE, max_size=4),
    "materials": st.lists(MATERIAL, max_size=4),
    "classes": st.lists(st.sampled_from(["high_tech", "private", "foreign"]), unique=True, max_size=3),
    "mode": st.sampled_from(["instant", "by_review"]),
    "money": st.fixed_dictionaries(
        {},
        optional={
            "budget": st.integers(50_000, 10**9).map(lambda yuan: f"{yuan}.50"),
            "cap": st.integers(1, 10_000).map(lambda yuan: f"{yuan}.00"),
            "quota": st.integers(1, 500),
            "order": st.sampled_from(["receipt", "ranking"]),
            "group": st.sampled_from(["rent", "loan"]),
            "exclude_bad_credit": st.just(True),
        },
    ),
    "computed": st.sampled_from([{}, {"all": [{"attribute": "staff", "op": "at_least", "value": 30}]}]),
    "text": st.text(alphabet="甲乙=+12\n、 ", max_size=20).map(str.strip),
}
ROW = st.fixed_dictionaries({c.key: VALUES[c.kind] for c in COLUMNS if c.key not in ("source_id", "name")})


@settings(max_examples=25, deadline=None)
@given(ROW)
def test_what_is_exported_is_imported_again(made):
    full = {**made, "source_id": "A-1", "name": "名称"}
    for first, last in (("opens_on", "closes_on"), ("valid_from", "valid_until")):
        if full[first] and full[last] and full[last] < full[first]:
            full[first], full[last] = full[last], full[first]
    back = read_workbook(write_workbook([full], clock.now()))
    assert back.faults == {}
    [again] = back.rows
    assert {key: value for key, value in again.items() if not plan.same(value, full[key])} == {}


def test_a_formula_in_a_cell_stays_words():
    data = write_workbook([{"source_id": "1", "name": "=1+1"}], clock.now())
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    cell = next(cell for cell in sheet[2] if cell.value == "=1+1")
    assert cell.data_type == "s"


@pytest.mark.parametrize("line", ["执照 | 彩印", "执照 | 0份", "执照 | 100份"])
def test_a_material_that_cannot_be_read_is_refused(line):
    with pytest.raises(Unreadable):
        read_cell(BY_KEY["materials"], line)


def test_a_material_may_be_written_short():
    [entry] = read_cell(BY_KEY["materials"], "营业执照 | 选交 | 复印件")
    assert entry == {"text": "营业执照", "form": "copy", "count": 1, "required": False}
    assert written(BY_KEY["materials"], [entry]) == "营业执照 | 复印件 | 1份 | 选交"


# --- three ways ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "kind"),
    [
        ("甲", "甲", "甲", None),
        ("甲", "甲", "乙", "update"),
        ("甲", "乙", "甲", None),
        ("甲", "乙", "乙", None),
        ("甲", "乙", "丙", "conflict"),
        ("甲", "乙", "", "conflict"),
        ("", "", "甲", "update"),
    ],
)
def test_a_persons_change_is_never_lost_in_silence(base, mine, theirs, kind):
    found = plan.compare({"standard": theirs}, {"standard": mine}, {"standard": base})
    assert [each.kind for each in found] == ([kind] if kind else [])


def test_what_was_never_imported_was_made_by_a_person():
    found = plan.compare({"standard": "乙", "target": "丙"}, {"standard": "甲", "target": ""}, None)
    assert {each.key: each.kind for each in found} == {"standard": "conflict", "target": "update"}


# --- taking over -----------------------------------------------------------------------------------------


def test_new_rows_are_drafts_that_wait_for_review(session, maker):
    taken(
        session,
        maker,
        row(materials=["执照 | 复印件"], closes_on="2026-12-31", mode="instant", phone=["010-1"]),
    )
    item = only_item(session, maker)
    draft = draft_of(session, item)
    assert (item.state, draft.name, draft.closes_on, draft.mode) == (
        "draft",
        "导入补贴",
        dt.date(2026, 12, 31),
        "instant",
    )
    assert draft.fields["materials"]["entries"][0]["key"] == "m1"
    assert "edited" not in draft.fields["standard"]


def test_a_policy_without_its_text_is_not_published(session, maker):
    taken(session, maker, row(issuer="测试局", publication_date="2026-03-02"))
    item = only_item(session, maker)
    policy = queries.seen_by(session, maker, item.code)[1]
    with pytest.raises(Invalid) as refused:
        service.publish_policy(session, maker, policy.number, without_answers="正在收集")
    assert set(refused.value.fields) == {"text"}
    service.replace_text(session, maker, policy.number, service.read_pasted("关于导入的通知\n给予1万元。"))
    service.publish_policy(session, maker, policy.number, without_answers="正在收集")
    assert draft_of(session, item).fields["standard"]["spans"] == [[8, 14]]


def test_rows_find_their_policy_by_number_document_number_or_title(session, world, maker):
    policy = make_policy(session, world, document_number="测经信发〔2026〕9号")
    title = policies.working_version(session, policy).title
    taken(
        session, maker,
        row(source_id="1", policy=policy.number), row(source_id="2", document_number="测经信发[2026]9号", policy_title=""),
        row(source_id="3", policy_title=title), row(source_id="4"), row(source_id="5"),
    )  # fmt: skip
    numbers = [
        item.policy_id
        for item in session.scalars(queries.of_department(maker.department_id))
        if item.source_id
    ]
    assert numbers.count(policy.id) == 3
    assert len(set(numbers)) == 2, "two rows of one unknown policy share one draft"
    nowhere = row(source_id="6", document_number="测经信发〔2026〕10号", policy_title="")
    kept = service.keep_import(session, maker, read_json({"items": [nowhere]}), "x")
    assert service.preview_import(session, maker, kept)[0].kind == "blocked"


def test_the_same_file_again_changes_nothing(session, maker):
    taken(session, maker, row())
    item = only_item(session, maker)
    before = item.version
    again = taken(session, maker, row())
    assert again.result["same"] == 1
    session.expire_all()
    assert draft_of(session, item).fields["standard"]["text"] == "给予1万元。"
    assert item.version == before


def test_a_persons_edit_stays_until_a_person_gives_it_up(session, maker):
    taken(session, maker, row())
    item = only_item(session, maker)
    service.save_item(session, maker, item.code, {"fields": {"standard": {"text": "给予2万元。"}}})
    done = taken(session, maker, row(standard="给予3万元。", theme="科技"))
    assert done.result["conflicts"] == 1
    draft = draft_of(session, item)
    assert (draft.fields["standard"]["text"], draft.theme) == ("给予2万元。", "科技")
    taken(session, maker, row(standard="给予4万元。"), take=[("A-1", "standard")])
    assert draft_of(session, item).fields["standard"]["text"] == "给予4万元。"


def test_a_published_item_changes_only_by_an_amendment(session, world, maker):
    item = make_item(session, world)
    taken(
        session,
        maker,
        row(source_id=item.code, standard="给予9万元。"),
        take=[(item.code, "standard"), (item.code, "name")],
    )
    assert (item.state, draft_of(session, item).no) == ("in_force", 2)
    assert (
        session.get_one(ItemVersion, item.current_version_id).fields["standard"]["text"] == "给予10万元补贴。"
    )
    assert draft_of(session, item).fields["standard"]["text"] == "给予9万元。"


def test_a_preview_that_is_out_of_date_is_not_applied(session, maker):
    taken(session, maker, row())
    item = only_item(session, maker)
    kept = service.keep_import(session, maker, read_json({"items": [row(standard="给予3万元。")]}), "x")
    seen = plan.fingerprint(service.preview_import(session, maker, kept))
    service.save_item(session, maker, item.code, {"fields": {"standard": {"text": "给予2万元。"}}})
    with pytest.raises(Conflict):
        service.apply_import(session, maker, kept.key, fingerprint=seen)
    assert draft_of(session, item).fields["standard"]["text"] == "给予2万元。"


def test_applying_twice_is_applying_once(session, maker):
    kept = service.keep_import(session, maker, read_json({"items": [row()]}), "x")
    service.apply_import(session, maker, kept.key)
    service.apply_import(session, maker, kept.key)
    assert only_item(session, maker)


def test_rows_of_other_departments_are_out_of_reach(session, world, maker):
    foreign = make_policy(session, world, department="QC-KJ")
    theirs = make_item(session, world, department="QC-KJ", name="他局事项")
    kept = service.keep_import(
        session, maker, read_json({"items": [row(policy=foreign.number), row(source_id=theirs.code)]}), "x"
    )
    first, second = service.preview_import(session, maker, kept)
    assert (first.kind, second.kind) == ("blocked", "new"), (
        "another department's code is just an unknown source id"
    )
    other = world.actor(Role.POLICY_MAKER, department="QC-KJ")
    with pytest.raises(NotFound):
        service.find_import(session, other, kept.key)
    with pytest.raises(NotAllowed):
        service.keep_import(
            session, world.actor(Role.OFFICER, department="QC-JX"), read_json({"items": [row()]}), "x"
        )


def test_two_departments_may_use_the_same_source_ids(session, world, maker):
    other = world.actor(Role.POLICY_MAKER, department="QC-KJ")
    taken(session, maker, row())
    taken(session, other, row())
    assert only_item(session, maker).id != only_item(session, other).id


def test_faults_keep_everything_out(session, maker):
    with pytest.raises(Invalid) as refused:
        service.keep_import(
            session, maker, read_json({"items": [row(), row(source_id="2", closes_on="x")]}), "x"
        )
    assert set(refused.value.fields) == {"rows.1.closes_on"}


def test_the_export_of_a_department_comes_back_unchanged(session, world, maker):
    rules = {"budget": "5000000", "order": "receipt"}
    make_item(session, world, money_rules=rules, lacking={"phone": "另行公布"})
    taken(session, maker, row(materials=["执照 | 复印件"], object_classes=["private"]))
    make_item(session, world, department="QC-KJ", name="他局事项")
    rows = service.export_rows(session, maker)
    assert {each["name"] for each in rows} == {"测试补贴", "导入补贴"}
    file = write_workbook(rows, clock.now())
    sheet = openpyxl.load_workbook(io.BytesIO(file)).active
    cells = dict(zip((cell.value for cell in sheet[1]), (cell.value for cell in sheet[2]), strict=True))
    assert cells["资金规则"] == "预算总额：5000000元\n分配次序：按收件先后，额满即止"
    assert cells["暂缺内容和原因"] == "咨询电话：另行公布"
    kept = service.keep_import(session, maker, back := read_workbook(file), "x")
    assert back.ignored == []
    assert {each.kind for each in service.preview_import(session, maker, kept)} == {"same"}


# --- pages and JSON --------------------------------------------------------------------------------------


def test_the_pages_lead_from_a_file_to_drafts(browser_of, session, maker):
    browser = browser_of("zhengce")
    data = workbook(
        ["来源编号", "事项名称", "政策标题", "兑现标准"], ["1", "页面补贴", "关于页面的通知", "给予1万元。"]
    )
    sent = browser.post("/editor/catalogue", {"file": (io.BytesIO(data), "目录.xlsx")})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    page = browser.get(sent.location).get_data(as_text=True)
    assert "页面补贴" in page
    assert "新增草稿" in page
    print_ = page.split('name="fingerprint" value="')[1].split('"')[0]
    assert browser.post(sent.location, {"fingerprint": "0" * 64}).status_code == 409
    assert browser.post(sent.location, {"fingerprint": print_}).status_code == 303
    assert only_item(session, maker).state == "draft"
    listed = browser.get("/editor/catalogue").get_data(as_text=True)
    assert "新增 1 项" in listed
    book = browser.get("/editor/catalogue.xlsx")
    assert read_workbook(book.get_data()).rows[0]["name"] == "页面补贴"


def test_a_wrong_catalogue_names_its_faults_and_takes_nothing(browser_of, session, maker):
    browser = browser_of("zhengce")
    data = workbook(["来源编号", "事项名称", "申报截止"], ["1", "甲", "明年"])
    sent = browser.post("/editor/catalogue", {"file": (io.BytesIO(data), "目录.xlsx")})
    assert sent.status_code == 422
    assert "第 2 行“申报截止”" in sent.get_data(as_text=True)
    assert browser.post("/editor/catalogue", {}).status_code == 422
    assert session.scalars(queries.of_department(maker.department_id)).all() == []


def test_json_in_and_out(api_of, session, maker):
    program = api_of("zhengce")
    made = program.post(
        "/api/v1/catalogue/imports", {"items": [row(), row(source_id="A-2", policy="ZC1900-1")]}
    )
    assert made.status_code == 201, made.json
    assert made.json["counts"] == {"new": 1, "changed": 0, "same": 0, "blocked": 1, "conflicts": 0}
    done = program.post(
        f"/api/v1/catalogue/imports/{made.json['key']}/apply", {"fingerprint": made.json["fingerprint"]}
    )
    assert done.json["applied_at"]
    item = only_item(session, maker)
    service.save_item(session, maker, item.code, {"fields": {"standard": {"text": "给予2万元。"}}})
    again = program.post("/api/v1/catalogue/imports", {"items": [row(standard="给予3万元。")]})
    [changed] = again.json["rows"]
    assert [each["kind"] for each in changed["differences"]] == ["conflict"]
    exported = program.get("/api/v1/catalogue/export").json["items"]
    assert [each["source_id"] for each in exported] == ["A-1"]
    wrong = program.post("/api/v1/catalogue/imports", {"items": [row(colour="red")]})
    assert [error["pointer"] for error in wrong.json["errors"]] == ["/rows/0/colour"]


@pytest.mark.parametrize(
    ("words", "heading", "word"),
    [
        ("在线提交", "第六条 帮办渠道：", "帮办渠道"),
        ("申请表；", "第五条 帮扶要件：", "帮扶要件"),
        ("须连续经营", "（二）帮扶要点", "帮扶要点"),
        ("企业。", "一、支持对象", "支持对象"),
        ("前言", "", ""),
    ],
)
def test_the_source_has_its_own_word_for_a_field(words, heading, word):
    lines = [
        "前言", "一、支持对象", "企业。", "（二）帮扶要点", "须连续经营。", "第五条 帮扶要件：", "1.证明；", "2.申请表；",
        "第六条 帮办渠道：在线提交。",
    ]  # fmt: skip
    text, blocks = "\n".join(lines), []
    for line in lines:
        kind = "heading" if line in ("一、支持对象", "（二）帮扶要点") else "paragraph"
        blocks.append({"kind": kind, "start": (at := text.index(line)), "end": at + len(line)})
    said = learning.heading_above(text, blocks, text.index(words))
    assert said == heading
    assert learning.Learned(None, None, None, said).word == word


def test_what_people_changed_is_listed_with_the_heading_it_stood_under(
    api_of, browser_of, session, world, maker
):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    service.save_item(
        session, maker, item.code, {"fields": {"target": {"text": "信用良好，未被列入严重违法失信名单。"}}}
    )
    make_item(session, world, department="QC-KJ", name="他局事项")
    listed = api_of("zhengce").get("/api/v1/catalogue/differences").json["items"]
    [target] = [each for each in listed if each["field"] == "target"]
    assert "申报条件" in target["heading"]
    assert {each["item"] for each in listed} == {item.code}
    assert "识别差异" in browser_of("guanli").get("/editor/differences").get_data(as_text=True)
    assert browser_of("qiye").get("/editor/differences").status_code == 403
