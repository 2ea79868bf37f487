"""Judging and changing fields, and confirming conditions: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redemption.catalogue import checking, proposals, review
from redemption.catalogue.rules import FIELDS, REQUIRED_FIELDS
from redemption.catalogue.service import values
from redemption.catalogue.views import source as shown
from redemption.kernel.errors import Invalid
from redemption.policies.models import PolicyVersion

CHINESE = st.text(alphabet="申报条件一二三 \n\t万元ab", max_size=60)


@given(before=CHINESE, words=CHINESE.filter(lambda text: text.strip()), after=CHINESE)
def test_words_are_found_wherever_white_space_falls(before, words, after):
    source = review.Source(before + words + after)
    loose = " ".join(words)
    start, end = source.locate(loose)
    assert source.holds(loose, [(start, end)])


def test_words_that_are_not_there_have_no_place():
    assert review.Source("申报条件").locate("补贴标准") is None
    assert review.Source("申报条件").locate("  ") is None


@given(
    st.lists(
        st.fixed_dictionaries(
            {"text": st.text(min_size=1)}, optional={"key": st.sampled_from(["m1", "m2", "m7"])}
        ),
        max_size=8,
    )
)
def test_materials_keep_their_keys_and_new_ones_are_distinct(entries):
    keys = [entry["key"] for entry in entries if "key" in entry]
    if len(set(keys)) != len(keys):
        return
    done = review.with_keys({"materials": {"state": "found", "entries": entries}}).get("materials", {})
    after = [entry["key"] for entry in done.get("entries", [])]
    assert len(set(after)) == len(after)
    assert [a for a, e in zip(after, entries, strict=True) if "key" in e] == keys


def test_the_extractors_details_of_a_paper_become_ours():
    entry = {"text": "执照", "original": "scan", "copies": 2, "form": "electronic"}
    [done] = review.with_keys({"materials": {"state": "found", "entries": [entry]}})["materials"]["entries"]
    assert (done["form"], done["count"], done["medium"], done["required"]) == ("copy", 2, "electronic", True)


def test_the_checklist_names_every_field_of_article_24():
    checks = review.checklist("", {}, {})
    assert [check.field for check in checks] == ["name", *REQUIRED_FIELDS]
    assert not any(check.settled for check in checks)
    given_all = {name: {"state": "found", "text": "有", "entries": [{"text": "有"}]} for name in FIELDS}
    assert all(check.settled for check in review.checklist("名", given_all, {}))


def test_an_empty_field_is_missing_whatever_it_claims():
    assert review.state_of({"state": "found", "text": ""}) == "missing"
    assert review.state_of({"state": "found", "entries": []}) == "missing"
    assert review.state_of({"state": "external"}) == "external"
    assert review.state_of(None) == "missing"


def test_selected_words_keep_the_place_they_were_selected_from():
    source = review.Source("企业。企业。")
    done = review.changed({}, {"target": {"text": "企业", "spans": [[3, 5]]}}, source)
    assert done["target"] == {"state": "found", "edited": True, "text": "企业", "spans": [[3, 5]]}
    forged = review.changed({}, {"target": {"text": "企业", "spans": [[0, 4]]}}, source)
    assert forged["target"]["spans"] == [[0, 2]]


# --- the source pane -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_marks_never_change_the_text(pairs):
    text = "第一段文字。第二段文字，较长一些。第三段。最后一段文字在这里"
    cuts = [(0, 6), (6, 17), (17, 21), (21, len(text))]
    blocks = [{"kind": "paragraph", "start": a, "end": b} for a, b in cuts]
    fields = {"target": {"state": "found", "text": "x", "spans": [list(pair) for pair in pairs]}}
    marks = shown.marks_of(None, fields, len(text))
    excerpt = shown.shown(text, blocks, marks)
    done = excerpt.blocks
    assert "".join(piece.text for block in done for piece in block.pieces) == text
    assert (excerpt.part, excerpt.parts) == (1, 1)
    marked = {at for a, b in pairs if a < b <= len(text) for at in range(a, b)}
    at = 0
    for block in done:
        for piece in block.pieces:
            assert bool(piece.fields) == (at in marked)
            at += len(piece.text)


@pytest.mark.parametrize(("blocks_each", "characters_each"), [(3, 10**6), (10**6, 40), (4, 25)])
def test_an_overlong_source_comes_in_parts_and_nothing_is_left_out(monkeypatch, blocks_each, characters_each):
    monkeypatch.setattr(shown, "MOST_BLOCKS", blocks_each)
    monkeypatch.setattr(shown, "MOST_CHARACTERS", characters_each)
    lines = [f"第{n}段的文字" * (1 + n % 5) for n in range(40)]
    text, blocks, at = "\n".join(lines), [], 0
    for line in lines:
        blocks.append({"kind": "paragraph", "start": at, "end": at + len(line)})
        at += len(line) + 1
    start = text.index("第31段")
    marks = shown.marks_of(None, {"target": {"state": "found", "spans": [[start, start + 4]]}}, len(text))
    opened = shown.shown(text, blocks, marks)
    assert opened.parts > 2
    assert opened.part == opened.where["target"]
    assert "第31段" in "".join(p.text for block in opened.blocks for p in block.pieces if p.fields)
    parts = [shown.shown(text, blocks, marks, part) for part in range(1, opened.parts + 1)]
    assert ["".join(piece.text for piece in block.pieces) for part in parts for block in part.blocks] == lines
    anchors = [block.anchor for part in parts for block in part.blocks]
    assert len(set(anchors)) == len(lines)
    assert shown.shown(text, blocks, marks, 99).part == opened.parts
    assert shown.shown(text, blocks, marks, -1).part == 1


# --- conditions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "comparison", "value", "node"),
    [
        ("revenue", "不低于", "2000万", {"attribute": "revenue", "op": "at_least", "value": 20_000_000}),
        ("rd_share", "高于", "3.5%", {"attribute": "rd_share", "op": "more_than", "value": 3.5}),
        ("staff", "不超过", "300人", {"attribute": "staff", "op": "at_most", "value": 300}),
        ("founded_on", "满", "1年", {"attribute": "founded_on", "op": "age_at_least", "value": {"n": 1, "unit": "year"}}),
        ("founded_on", "不早于", "2020-01-01", {"attribute": "founded_on", "op": "on_or_after", "value": "2020-01-01"}),
        ("founded_on", "不晚于", "2020年1月1日", {"attribute": "founded_on", "op": "on_or_before", "value": "2020-01-01"}),
        ("qualifications", "具有其一", "高新技术企业、瞪羚企业", {"attribute": "qualifications", "op": "holds_any", "value": ["high_tech", "gazelle"]}),
        ("size_class", "属于", "小型企业", {"attribute": "size_class", "op": "in", "value": ["small"]}),
        ("industry", "属于", "C39", {"attribute": "industry", "op": "under", "value": ["C39"]}),
        ("listed", "是", "否", {"attribute": "listed", "op": "is", "value": False}),
    ],
)  # fmt: skip
def test_a_condition_is_read_from_three_boxes(attribute, comparison, value, node):
    assert proposals.typed(attribute, comparison, value) == node
    assert checking.check(node) == []


@pytest.mark.parametrize(
    ("attribute", "comparison", "value"),
    [
        ("shoe_size", "不低于", "40"),
        ("revenue", "具有其一", "1"),
        ("revenue", "不低于", ""),
        ("staff", "不低于", "很多"),
        ("revenue", "不低于", "不少"),
        ("founded_on", "满", "很久"),
        ("founded_on", "不早于", "明年"),
        ("size_class", "属于", "巨型"),
        ("industry", "属于", "火箭"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_at_its_boxes(attribute, comparison, value):
    with pytest.raises(Invalid) as refused:
        proposals.typed(attribute, comparison, value)
    assert set(refused.value.fields) == {"conditions.new"}


def test_only_what_was_ticked_computes_and_what_cannot_be_computed_is_left_to_a_person():
    good = {"attribute": "staff", "op": "at_most", "value": 300, "text": "300人以下", "span": [1, 7]}
    bad = {"attribute": "shoe_size", "op": "at_most", "value": 3, "text": "小脚"}
    by_hand = {"manual": True, "text": "小脚"}
    offered = proposals.units({}, {"all": [good, bad]})
    assert [(unit.node, unit.confirmed) for unit in offered] == [(good, False), (by_hand, False)]
    conditions = proposals.confirmed([proposals.unpack(offered[0].packed)])
    assert conditions == {"all": [good]}
    again = proposals.units(conditions, {"all": [good, bad]})
    assert [unit.confirmed for unit in again] == [True, False], "what was confirmed is not offered twice"
    assert proposals.confirmed([]) == {}


# --- numbers ---------------------------------------------------------------------------------------------


def columns(process="", standard=None, **more):
    fields = {"process": {"state": "found", "text": process}}
    return values.columns(fields, {"standard": standard or {}, **more}, PolicyVersion())


@pytest.mark.parametrize(
    ("text", "publicity", "payment"),
    [
        ("结果公示5个工作日，公示无异议的，10个工作日内拨付资金。", 5, 10),
        ("公示期为7个工作日。资金拨付13个工作日。", 7, 13),
        ("初审公示3个工作日，终审公示5个工作日。", 0, None),
        ("公示后拨付。", 0, None),
    ],
)
def test_days_are_taken_only_where_the_text_names_one_number(text, publicity, payment):
    found = columns(text)
    assert (found["publicity_days"], found["payment_days"]) == (publicity, payment)


def test_a_contradictory_period_is_left_open():
    clear = columns(application_period={"from": "2026-03-01", "to": "2026-04-01", "problems": []})
    assert (str(clear["opens_on"]), str(clear["closes_on"])) == ("2026-03-01", "2026-04-01")
    for wrong in (
        {"from": "2026-05-01", "to": "2026-04-01", "problems": []},
        {"from": "2026-03-01", "to": "2026-04-01", "problems": [{"code": "contradictory_dates"}]},
    ):
        assert columns(application_period=wrong)["closes_on"] is None


def test_the_summary_is_an_amount_or_nothing_doubtful():
    assert columns(standard={"amount": 200_000, "once": True})["summary"] == "一次性20万元"
    assert columns(standard={"cap": 1_000_000})["summary"] == "最高100万元"
