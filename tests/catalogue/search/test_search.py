"""Search on the real database: words, parts, pinyin, 文号, mistakes, facets, order, pages."""

import datetime as dt

import pytest

from redemption.catalogue import facets, search
from redemption.catalogue.search import Filters
from redemption.kernel import clock
from redemption.kernel.errors import Invalid


def names(found) -> list[str]:
    return [row.name for row in found.rows]


@pytest.fixture(autouse=True, params=["few", "many"])
def as_if_many(request, monkeypatch):
    """Everything is asked twice: read from the indexes, and walked along the order as where half the catalogue matches."""
    if request.param == "many":
        monkeypatch.setattr(search, "FEW", 0)


@pytest.fixture
def filled(catalogue):
    catalogue.item("高新技术企业认定奖励")
    catalogue.item(
        "首贷贴息补助", theme="金融支持", summary="按贷款利息的50%贴息", object_classes=["small_medium"]
    )
    catalogue.item("稳岗返还", theme="就业社保", mode="without_application")
    catalogue.item("人工智能算力券", theme="科技创新", summary="按算力合同额给予补贴", mode="by_review")
    return catalogue


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("高新技术企业认定奖励", "高新技术企业认定奖励"),
        ("贴息", "首贷贴息补助"),
        ("岗", "稳岗返还"),
        ("算力", "人工智能算力券"),
        ("ＧＸＪＳ", "高新技术企业认定奖励"),
        ("sdtx", "首贷贴息补助"),
        ("wg", "稳岗返还"),
        ("suanliquan", "人工智能算力券"),
        ("企业 奖励", "高新技术企业认定奖励"),
        ("奖励 企业", "高新技术企业认定奖励"),
    ],
)
def test_finds_by_words_parts_and_pinyin(filled, session, asked, first):
    found = search.find(session, asked)
    assert names(found)[0] == first
    assert not found.forgiven


@pytest.mark.parametrize("asked", ["云科发〔2026〕8号", "云科发[2026]8号", "科发 2026", "云科发（2026）８号"])
def test_finds_by_document_number(filled, session, asked):
    assert len(search.find(session, asked).rows) == 4


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("首代贴息", "首贷贴息补助"),  # same sound
        ("稳港返还", "稳岗返还"),
        ("高新技木企业认定", "高新技术企业认定奖励"),  # same look
        ("高新技术企认定奖励", "高新技术企业认定奖励"),  # one left out
        ("人工智能算立卷", "人工智能算力券"),
        ("suanlijuan", "人工智能算力券"),  # latin, one letter wrong
    ],
)
def test_forgives_mistyped_words_and_says_so(filled, session, asked, first):
    found = search.find(session, asked)
    assert names(found)[0] == first
    assert found.forgiven


def test_what_is_not_there_is_not_invented(filled, session):
    found = search.find(session, "海洋渔业燃油")
    assert found.rows == []
    assert not found.forgiven


@pytest.mark.parametrize("asked", ["%", "_", "'", "\\", "🙂", "a" * 5000, "企业 " * 500, "\x00"])
def test_odd_questions_are_answered(filled, session, asked):
    search.find(session, asked)
    facets.count(session, asked, Filters())


def test_names_come_before_what_is_said_elsewhere(catalogue, session):
    catalogue.item("研发投入奖励", summary="与贷款无关")
    catalogue.item("知识产权质押", summary="对贷款贴息")
    catalogue.item("贷款贴息")
    catalogue.item("中小企业贷款贴息")
    assert names(search.find(session, "贷款贴息")) == ["贷款贴息", "中小企业贷款贴息", "知识产权质押"]


@pytest.mark.parametrize(
    ("state", "shown"),
    [("suspended", True), ("closed", True), ("expired", False), ("repealed", False), ("draft", False)],
)
def test_items_of_policies_in_force_are_shown_also_while_nobody_can_apply(catalogue, session, state, shown):
    item = catalogue.item("首贷贴息", closes_on=clock.today())
    assert names(search.find(session, "首贷")) == ["首贷贴息"]
    catalogue.item("首贷担保", closes_on=clock.today() + dt.timedelta(days=1))
    assert names(search.find(session, "首贷", sort="closing")) == ["首贷贴息", "首贷担保"]
    item.state = state
    search.index(session, item.id)
    assert ("首贷贴息" in names(search.find(session, "首贷"))) is shown
    assert names(search.find(session, "首贷", sort="closing")) == ["首贷担保", "首贷贴息"][: 1 + shown]


def test_validity_that_ran_out_today_is_asked_at_the_time_of_the_search(catalogue, session, monkeypatch):
    today = clock.today()
    catalogue.item("到今天为止", valid_until=today)
    assert names(search.find(session, "到今天")) == ["到今天为止"]
    monkeypatch.setattr(clock, "today", lambda: today + dt.timedelta(days=1))
    assert search.find(session, "到今天").rows == []


def test_a_new_version_replaces_the_row(catalogue, session):
    item = catalogue.item("旧名称补贴")
    session.execute(search.S.__table__.delete())
    assert search.index_many(session) == 1
    assert names(search.find(session, "旧名称")) == ["旧名称补贴"]
    assert search.find(session).rows[0].code == item.code


def test_filters_and_their_counts(filled, session):
    counted = facets.count(session, "", Filters())
    assert counted.total == 4
    assert dict(counted.choices["theme"]) == {"科技创新": 2, "金融支持": 1, "就业社保": 1}
    assert dict(counted.choices["object_class"]) == {"high_tech": 3, "small_medium": 1}
    assert counted.departments == {filled.department.id: "云州市科学技术委员会"}
    narrowed = Filters(theme=("科技创新",))
    assert sorted(names(search.find(session, "", narrowed))) == ["人工智能算力券", "高新技术企业认定奖励"]
    counted = facets.count(session, "", narrowed)
    assert counted.total == 2
    # the other choices of the picked facet stay, with what they would give
    assert dict(counted.choices["theme"])["金融支持"] == 1
    assert dict(counted.choices["mode"]) == {"within_limit": 1, "by_review": 1}


def test_above_the_cap_choices_stand_without_numbers(filled, session, monkeypatch):
    monkeypatch.setattr(facets, "CAP", 3)
    counted = facets.count(session, "", Filters())
    assert counted.total is None
    assert {value for value, _ in counted.choices["theme"]} == {"科技创新", "金融支持", "就业社保"}
    assert all(number is None for _, number in counted.choices["theme"])


def test_deadlines(catalogue, session):
    today = clock.today()
    catalogue.item("常年", closes_on=None)
    catalogue.item("快了", closes_on=today + dt.timedelta(days=3))
    catalogue.item("还早", closes_on=today + dt.timedelta(days=90))
    catalogue.item("过了", closes_on=today - dt.timedelta(days=1))
    catalogue.item("收了", state="closed")
    catalogue.item("未到", opens_on=today + dt.timedelta(days=5), closes_on=today + dt.timedelta(days=9))
    counted = dict(facets.count(session, "", Filters()).choices["deadline"])
    assert counted == {"open": 3, "soon": 1, "always": 1, "upcoming": 1, "closed": 2}
    assert names(search.find(session, "", Filters(deadline=("soon",)))) == ["快了"]
    in_order = ["快了", "未到", "还早", "收了", "过了", "常年"]
    assert names(search.find(session, sort="closing")) == in_order, (
        "what closes first, the others newest first"
    )
    assert not search.find(session, "常年", sort="closing").forgiven
    with pytest.raises(Invalid):
        search.find(session, "", Filters(deadline=("never",)))


def test_last_day_still_counts(catalogue, session):
    catalogue.item("今天截止", closes_on=clock.today())
    assert names(search.find(session, "", Filters(deadline=("open",)))) == ["今天截止"]


@pytest.mark.parametrize(
    ("asked", "sort"), [("", "newest"), ("补贴", ""), ("补贴", "newest"), ("", "closing")]
)
def test_pages_show_everything_once(catalogue, session, asked, sort):
    day = clock.today()
    made = []
    for n in range(23):
        name = f"{'补贴' if n % 3 == 0 else ''}第{n}号{'补贴' if n % 3 == 1 else ''}"
        made.append(name)
        closes = day + dt.timedelta(days=n // 4) if n % 5 else None
        catalogue.item(name, summary="补贴", closes_on=closes, published_at=clock.now())
    seen: list[str] = []
    cursor = None
    for _ in range(30):
        found = search.find(session, asked, sort=sort, cursor=cursor, limit=4)
        seen += names(found)
        cursor = found.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)


def test_newest_first(catalogue, session):
    for name in ("一", "二", "三"):
        catalogue.item(name)
    assert names(search.find(session)) == ["三", "二", "一"]


@pytest.mark.parametrize(
    "cursor", [5, "x", [1], [0, "gestern", 1], [-1, "2026-01-01", 1], ["similar", "a"], {}]
)
def test_made_up_cursors_are_refused(filled, session, cursor):
    with pytest.raises(Invalid):
        search.find(session, "企业", cursor=cursor)
