"""The command line against the real database."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from redemption import cli
from redemption.identity.models import Person
from redemption.kernel.calendar import CalendarYear
from redemption.kernel.outbox import OutboxRow
from redemption.kernel.uow import unit_of_work
from redemption.seed.world import build
from tests.factories import BOX

TEXT = """关于申报测试补贴的通知
一、申报对象
在本市依法登记的企业。
二、补贴标准
给予10万元补贴。
"""


@pytest.fixture
def run(fresh_database, settings, monkeypatch):
    """Run a command against a database of its own."""
    from dataclasses import replace

    own = replace(settings, database_url=fresh_database.url)
    monkeypatch.setattr(cli, "ready", lambda: own)

    def call(*arguments: str):
        return CliRunner().invoke(cli.main, list(arguments), catch_exceptions=False)

    return call


def schedule(**over):
    days = [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]
    return json.dumps({"year": 2027, "days": days, **over})


def test_a_schedule_is_entered_and_due_dates_follow(run, fresh_database, tmp_path):
    file = tmp_path / "2027.json"
    file.write_text(schedule(), "utf-8")
    answer = run("calendar", "import", str(file))
    assert answer.exit_code == 0, answer.output
    with unit_of_work(fresh_database) as session:
        assert session.get(CalendarYear, 2027) is not None
        assert session.scalars(select(OutboxRow.topic)).all() == ["calendar.changed"]


@pytest.mark.parametrize("content", ["not json", schedule(days="many"), schedule(year="next")])
def test_a_wrong_schedule_ends_in_a_sentence(run, tmp_path, content):
    file = tmp_path / "wrong.json"
    file.write_text(content, "utf-8")
    answer = run("calendar", "import", str(file))
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert "Traceback" not in answer.output


def test_the_first_administrator(run, fresh_database):
    answer = run(
        "user",
        "create",
        "guanli",
        "--name",
        "管理员",
        "--role",
        "administrator",
        "--password",
        "a long one 77",
    )
    assert answer.exit_code == 0, answer.output
    again = run(
        "user",
        "create",
        "GUANLI",
        "--name",
        "管理员",
        "--role",
        "administrator",
        "--password",
        "a long one 77",
    )
    assert "已有人使用" in again.output
    with unit_of_work(fresh_database) as session:
        assert session.scalars(select(Person.login)).all() == ["guanli"]


def test_a_policy_file_becomes_a_draft_and_the_same_id_the_same_policy(run, fresh_database, tmp_path):
    with unit_of_work(fresh_database) as session:
        build(session, BOX)
    file = tmp_path / "policy.txt"
    file.write_bytes(TEXT.encode("gbk"))
    first = run("policy", "import", str(file), "--department", "QC-JX", "--source-id", "old-7")
    again = run("policy", "import", str(file), "--department", "QC-JX", "--source-id", "old-7")
    assert "draft with 1 items" in first.output
    assert first.output == again.output
    assert "没有这个部门" in run("policy", "import", str(file), "--department", "NO").output


def test_the_audit_log_verifies(run, fresh_database):
    with unit_of_work(fresh_database) as session:
        build(session, BOX)
    assert run("audit", "verify").exit_code == 0


def test_extract_needs_no_database(tmp_path):
    file = tmp_path / "policy.txt"
    file.write_text(TEXT, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "redemption.cli", "extract", str(file), "--json"],
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout)["items"][0]["fields"]["standard"]["text"] == "给予10万元补贴。"
