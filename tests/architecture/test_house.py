"""What the import linter cannot see."""

import ast
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from redemption import migrate
from redemption.tables import metadata
from workers import routes
from workers.runtime import JOBS, PERIODIC

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for folder in ("redemption", "workers") for path in (ROOT / folder).rglob("*.py")]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager"}


def code(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in SOURCES}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").exists()]


def test_every_module_says_what_it_is():
    assert not [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(code(path))]


def test_no_room_is_named_after_nothing():
    names = {part for path in SOURCES for part in (path.stem, path.parent.name)}
    assert not names & FORBIDDEN_NAMES


def test_only_the_unit_of_work_commits():
    found = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(code(path))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    allowed = {"redemption/kernel/uow.py"}
    assert set(found) <= allowed, "a transaction ends where a request or a job ends"


def published_topics() -> set[str]:
    """Topics of every `publish(session, "topic", …)` in the code."""
    topics = set()
    for path in SOURCES:
        for node in ast.walk(code(path)):
            if isinstance(node, ast.Constant) and "INTO outbox" in str(node.value):
                topics |= set(re.findall(r"'([a-z_]+\.[a-z_]+)'", node.value))
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            topic = node.args[1]
            if name == "publish" and isinstance(topic, ast.Constant) and isinstance(topic.value, str):
                topics.add(topic.value)
    return topics


def test_every_topic_has_a_job_and_every_job_a_topic():
    routes.load()
    topics = published_topics()
    assert topics, "the search above finds something"
    assert topics == set(JOBS)


def test_periodic_jobs_are_named_after_their_slice():
    routes.load()
    assert PERIODIC
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in PERIODIC)


def test_there_is_one_migration_head():
    assert len(ScriptDirectory.from_config(migrate.config()).get_heads()) == 1


def test_models_equal_migrations(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    assert not differences


def test_a_database_of_an_earlier_state_is_refused_in_a_sentence(fresh_database):
    migrate.upgrade(fresh_database)
    with fresh_database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE edition DROP COLUMN mark"))
    with pytest.raises(migrate.UnfitDatabase, match=r"lacks edition\.mark: start with an empty database"):
        migrate.upgrade(fresh_database)


def test_files_stay_readable():
    """About 400 lines: beyond 450 a room is split."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := len(path.read_text("utf-8").splitlines())) > 450
    }
    assert not long


@pytest.mark.parametrize("template", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_keep_the_content_security_policy(template):
    if "pdf" in template.parts:
        pytest.skip("a PDF's own style sheet is inside it")
    text = re.sub(r"\{#.*?#\}", "", template.read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "scripts lie in files"
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", text), "no inline style, no inline handler"
    assert "http://" not in text.replace("http://www.w3.org", "")
