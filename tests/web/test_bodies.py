"""A form with files beyond every limit keeps what was typed, and says at the file what is wrong."""

import dataclasses
import io

import pytest

from redemption.applications import service
from redemption.web import bodies
from tests.applications.cases import PDF, make_stage
from tests.factories import BOX, make_item

KILO = 1024


@pytest.fixture
def small(app):
    """Limits that a test can exceed: 20 KB a file, 50 KB a submission."""
    parts = app.extensions["redemption"]
    before, limit = parts["settings"], app.config["MAX_CONTENT_LENGTH"]
    parts["settings"] = dataclasses.replace(before, file_limit=20 * KILO, application_limit=50 * KILO)
    app.config["MAX_CONTENT_LENGTH"] = 50 * KILO
    yield
    parts["settings"] = before
    app.config["MAX_CONTENT_LENGTH"] = limit


def pdf(kilobytes: int, name: str):
    return io.BytesIO(PDF + b"%" * (kilobytes * KILO)), name


def test_a_correction_with_too_much_in_it_keeps_the_words(session, world, storage, browser_of, small):
    stage = make_stage(session, world, storage)
    case = stage.case(make_item(session, world, name="超限补贴"))
    entries = [
        {"kind": "material", "key": "m1", "message": "缺少公章"},
        {"kind": "note", "key": "n", "label": "说明", "message": "请说明用途"},
    ]
    correction = service.ask_correction(session, stage.officer, case, entries)
    session.commit()
    data = {
        "correction": str(correction.id),
        "note.n": "用于购买原材料，合同附后",
        "file-m1": [pdf(100, "过大的扫描件.pdf"), pdf(1, "小的.pdf")],
        "material.m1": [pdf(100, "过大的扫描件.pdf"), pdf(1, "小的.pdf")],
    }
    answer = browser_of("qiye").post(
        f"/applications/{case.number}/correction", data, content_type="multipart/form-data"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "用于购买原材料，合同附后" in page
    assert "过大的扫描件.pdf" in page
    assert "小的.pdf" in page, "the good one was taken"


def test_more_files_than_a_submission_may_have_are_said_one_by_one(
    session, world, storage, browser_of, small
):
    stage = make_stage(session, world, storage)
    draft = service.start(session, stage.filer, [stage.item.code], box=BOX)
    session.commit()
    data = {"file-1-m1": [pdf(19, f"第{n}份.pdf") for n in range(4)]}
    answer = browser_of("qiye").post(
        f"/apply/{draft.number}/materials", data, content_type="multipart/form-data"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "第3份.pdf”没有收到：几个文件一次选得太多" in page
    assert "第0份.pdf" in page


def test_what_nobody_reads_is_refused_at_once(browser_of, small, monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 60 * KILO)
    person = browser_of("qiye")
    answer = person.client.post(
        "/apply/x/materials", data={"f": pdf(100, "a.pdf")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 413
    body = person.client.post(
        "/api/v1/submissions", data=b"{" + b" " * 60 * KILO, content_type="application/json"
    )
    assert body.status_code == 413


def test_a_file_keeps_no_more_than_it_may():
    budget = bodies.Budget(100)
    first, second = bodies.BoundedFile(80, budget), bodies.BoundedFile(80, budget)
    first.write(b"x" * 60)
    second.write(b"y" * 60)
    assert (first.cut, second.cut, second.seen) == (False, True, 60)
    first.write(b"x" * 60)
    assert first.cut
    assert budget.left == 100, "what is let go of is free again"
    first.close()
    second.close()
