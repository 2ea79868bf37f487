"""A catalogue of 100,000 items: a search takes at most 50 ms in the database and 150 ms as a page (p95).

The questions are those people type: words of two characters that half of the catalogue has, rare ones, whole names,
parts, pinyin and its initials, document numbers, facets, further pages, and mistyped words.
"""

import datetime as dt
import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from redemption import local, migrate
from redemption.catalogue import search, terms
from redemption.catalogue.search import Filters
from redemption.kernel import clock
from redemption.kernel.db import Database
from redemption.kernel.uow import unit_of_work

ITEMS = 100_000
ROUNDS = 6

WHERE = (
    "望湖区",
    "东岭区",
    "西河区",
    "南桥区",
    "北苑区",
    "清川市",
    "高新区",
    "经开区",
    "临港新片区",
    "自贸试验区",
)
WHOM = (
    "高新技术企业", "专精特新中小企业", "科技型中小企业", "小微企业", "制造业企业", "外贸企业", "软件企业", "农业龙头企业",
    "生物医药企业", "人工智能企业", "集成电路企业", "跨境电商企业", "文化创意企业", "餐饮住宿企业", "物流企业", "建筑业企业",
    "创业孵化基地", "个体工商户", "养老服务机构", "新能源汽车企业",
)  # fmt: skip
WHAT = (
    "研发投入", "首次认定", "贷款贴息", "房租减免", "设备购置", "技术改造", "人才引进", "稳岗返还", "社保缴费", "出口信用保险",
    "知识产权质押", "发明专利", "标准制定", "品牌建设", "展会参展", "数字化转型", "绿色工厂", "节能降碳", "上市挂牌", "融资担保",
    "算力使用", "成果转化", "联合实验室", "一次性吸纳就业", "见习培训", "首台套装备", "供应链金融", "老字号创新", "冷链建设", "场景示范",
)  # fmt: skip
HOW = ("补贴", "奖励", "补助", "资助", "扶持资金", "后补助", "专项支持", "贴息", "配套支持", "奖补")
THEMES = (
    "科技创新",
    "金融支持",
    "就业社保",
    "外贸",
    "绿色发展",
    "房租减免",
    "人才",
    "数字经济",
    "文化旅游",
    "农业农村",
)
CLASSES = ("high_tech", "foreign", "small_medium", "private", "state_owned", "public_institution", "citizens")
MODES = ("without_application", "instant", "within_limit", "by_review")

_GROUND = """
INSERT INTO jurisdiction (code, name, short_name, level) VALUES ('990100', '清川市', '清', 'city');
INSERT INTO jurisdiction (code, name, short_name, level, parent_id)
  SELECT (990101 + n)::text, '第' || n || '区', '区', 'district', j.id FROM jurisdiction j, generate_series(1, 9) n;
INSERT INTO department (code, name, short_name, jurisdiction_id, phone, address, contact_email, auto_report, settings)
  SELECT 'D' || n, '第' || n || '局', '局', (SELECT min(id) FROM jurisdiction) + n % 10, '', '', '', false, '{}'
  FROM generate_series(1, 60) n;
INSERT INTO policy (number, state, jurisdiction_id, lead_department_id, in_government_name, source, created_at,
    created_by, published_at, repeal_reason, answers, version)
  SELECT 'P' || n, 'published', d.jurisdiction_id, d.id, false, 'typed', now(), 'bench', now(), '', 0, 1
  FROM generate_series(1, 5000) n JOIN department d ON d.id = (SELECT min(id) FROM department) + n % 60;
INSERT INTO policy_version (policy_id, no, title, document_number, issuer, text, blocks, findings, source_name,
    source_sha256, change_note, lacking, created_at, created_by, published_at)
  SELECT p.id, 1, '第' || p.id || '号措施', '清科发〔' || 2020 + p.id % 7 || '〕' || p.id % 300 || '号', '', '正文', '[]',
    '[]', '', '', '', '{}', now(), 'bench', now() FROM policy p;
UPDATE policy p SET current_version_id = v.id FROM policy_version v WHERE v.policy_id = p.id;
"""
_ITEMS = """
INSERT INTO item (code, policy_id, department_id, jurisdiction_id, state, state_reason, created_at, published_at, version)
  SELECT 'SX' || n, p.id, p.lead_department_id, p.jurisdiction_id, 'in_force', '', now(), now(), 1
  FROM generate_series(1, :count) n JOIN policy p ON p.id = (SELECT min(id) FROM policy) + n % 5000
"""


def run() -> dict[str, dict[str, Any]]:
    """Fill a database of its own, ask it everything several times in random order, and the pages after it."""
    Path("var/bench").mkdir(parents=True, exist_ok=True)
    server = local.start_postgres(local.data_folder(Path("var/bench"), "postgres"), durable=False)
    name = f"bench_search_{int(time.time())}"
    database = Database(local.database(server, name))
    try:
        migrate.upgrade(database)
        fill(database)
        in_database = _ask(database)
        as_page = _browse(database)
    finally:
        database.dispose()
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    return {
        "search of 100,000 items, in the database, p95": {
            "value": round(in_database, 1), "unit": "ms", "bar": 50, "better": "lower"
        },
        "search of 100,000 items, as a page, p95": {
            "value": round(as_page, 1), "unit": "ms", "bar": 150, "better": "lower"
        },
    }  # fmt: skip


def fill(database: Database, count: int = ITEMS) -> None:
    """Items by insert-select, their search rows by COPY, the indexes after it."""
    with unit_of_work(database) as session:
        for statement in _GROUND.strip().split(";\n"):
            session.execute(text(statement))
        session.execute(text(_ITEMS), {"count": count})
        defined = session.execute(
            text(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'item_search' AND indexdef LIKE '%gin%'"
            )
        ).all()
        for index, _ in defined:
            session.execute(text(f"DROP INDEX {index}"))
        _copy(session.connection().connection.driver_connection, count)
        session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        for _, definition in defined:
            session.execute(text(definition))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


COLUMNS = (
    "item_id", "code", "name", "summary", "state", "open", "name_folded", "body", "grams", "name_grams", "pinyin", "theme",
    "object_classes", "mode", "level", "jurisdiction_id", "department_id", "department", "document_number",
    "policy_number", "opens_on", "closes_on", "valid_until", "published_at",
)  # fmt: skip


def _copy(connection: Any, count: int) -> None:
    with connection.cursor() as cursor:
        ids = cursor.execute(
            "SELECT i.id, i.code, i.jurisdiction_id, i.department_id, d.name, v.document_number, p.number, v.title "
            "FROM item i JOIN department d ON d.id = i.department_id JOIN policy p ON p.id = i.policy_id "
            "JOIN policy_version v ON v.id = p.current_version_id ORDER BY i.id"
        ).fetchall()
        with cursor.copy(f"COPY item_search ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in _rows(ids):
                copy.write_row(row)


def _rows(ids: list[Any]) -> Iterator[tuple[Any, ...]]:
    rng = random.Random(7)
    today, now = clock.today(), clock.now()
    parts = list(itertools.product(WHERE, WHOM, WHAT, HOW))
    rng.shuffle(parts)
    for n, (item_id, code, place, department, department_name, document, policy, title) in enumerate(ids):
        where, whom, what, how = parts[n % len(parts)]
        name = f"{where}{whom}{what}{how}" + (f"第{n // len(parts) + 1}批" if n >= len(parts) else "")
        theme, klass, mode = rng.choice(THEMES), rng.choice(CLASSES), rng.choice(MODES)
        amount = rng.choice((5, 10, 20, 30, 50, 100, 200, 500))
        summary = f"按{what}实际支出的{rng.randint(5, 50)}%给予{how}，最高{amount}万元"
        target = f"在{where}注册登记、具有独立法人资格、信用良好的{whom}，上年度营业收入不低于{rng.randint(1, 90)}00万元"
        standard = (
            f"符合条件的，{summary}；同一事项不重复享受，就高不就低，由{department_name}审核后拨付至企业账户"
        )
        folded = terms.fold(name)
        body = terms.join([name, document, code, title, theme, department_name, summary, target, standard])
        pieces = [terms.fold(piece) for piece in (where, whom, what, how)]
        sound, short = "".join(map(terms.pinyin, pieces)), "".join(map(terms.initials, pieces))
        closes = None if n % 3 else today + dt.timedelta(days=rng.randint(-20, 300))
        yield (
            item_id, code, name, summary, "in_force", True, folded, body, terms.grams(body),
            _name_grams(folded, short, (where, whom, what, how)), f"{sound}|{short}", theme, [klass], mode,
            "city" if n % 10 == 0 else "district", place, department, department_name, document, policy, None, closes,
            None, now - dt.timedelta(minutes=n),
        )  # fmt: skip


def _name_grams(folded: str, short: str, pieces: tuple[str, ...]) -> list[str]:
    """As `terms.name_grams`, with the slow reading of pinyin done once for each piece."""
    pairs = [f"~{pair}" for pair in terms.grams(short)]
    heard = [sound for piece in pieces for sound in terms.sounds(terms.fold(piece))]
    return [*terms.grams(folded), *dict.fromkeys(folded), *pairs, *dict.fromkeys(heard)]


Ask = tuple[str, Filters, str]


def questions() -> list[Ask]:
    """What is asked, with facets and order."""
    none = Filters()
    words = (
        "补贴", "企业", "奖励", "高新", "贴息", "稳岗", "老字号", "首台套", "算力", "冷链", "软件企业", "专精特新", "研发投入",
        "高新技术企业研发投入补贴", "望湖区", "人工智能", "知识产权质押", "独立法人资格", "不重复享受", "最高500万元", "企 业",
        "企业 贴息", "望湖区 软件 上市", "gxjs", "rgzn", "lzh", "zj", "ruanjian", "suanli", "清科发〔2024〕18号", "科发2025",
        "SX4711", "高新技木企业研发", "稳港返还", "首太套装备", "老字好创新", "人工知能企业", "ruanjain", "区块链医院",
    )  # fmt: skip
    asked: list[Ask] = [(word, none, "") for word in words]
    asked += [("", none, ""), ("", none, "closing"), ("企业", none, "newest"), ("补贴", none, "closing")]
    asked += [("", Filters(theme=("外贸",)), ""), ("", Filters(mode=("instant",), level=("city",)), "")]
    asked += [("补贴", Filters(theme=("人才", "外贸"), object_class=("private",)), "")]
    asked += [("企业", Filters(deadline=("soon",)), ""), ("", Filters(object_class=("foreign",)), "closing")]
    return asked


def _ask(database: Database) -> float:
    """p95 of `search.find` in milliseconds, second pages included."""
    taken: list[tuple[float, Any]] = []
    with unit_of_work(database) as session:
        for asked, filters, sort in _shuffled():
            found = search.Found()
            for cursor in (None, "next"):
                if cursor and found.next_cursor is None:
                    continue
                began = time.perf_counter()
                found = search.find(session, asked, filters, sort=sort, cursor=cursor and found.next_cursor)
                taken.append(((time.perf_counter() - began) * 1000, (asked, sort, bool(cursor))))
    return p95(taken)


def _browse(database: Database) -> float:
    """p95 of the whole page, facets and template included, in milliseconds."""
    from redemption.app import create_app
    from redemption.config import Settings
    from redemption.kernel.storage import open_storage

    settings = Settings(
        database_url=database.url, redis_url="memory://", secret_key="bench" * 8, field_keys=("b" * 43,),
        audit_key="11" * 32, storage="var/bench/files", log_level="ERROR",
    )  # fmt: skip
    client = create_app(settings, database, open_storage(settings.storage)).test_client()
    taken: list[tuple[float, Any]] = []
    for asked, filters, sort in _shuffled():
        query = {
            "q": asked,
            "sort": sort,
            **{key: list(value) for key, value in filters.__dict__.items() if value},
        }
        began = time.perf_counter()
        answer = client.get("/items", query_string=query)
        taken.append(((time.perf_counter() - began) * 1000, (asked, filters, sort)))
        if answer.status_code != 200:
            raise RuntimeError(f"{asked}: {answer.status_code}")
    return p95(taken)


def _shuffled() -> list[Ask]:
    """Every question several times, the first round only to warm up what a running system has warm."""
    asked = questions() * ROUNDS
    random.Random(11).shuffle(asked)
    return asked


def p95(taken: list[tuple[float, Any]]) -> float:
    """The 95th percentile of the first parts."""
    times = sorted(one for one, _ in taken)
    return times[int(len(times) * 0.95)]
