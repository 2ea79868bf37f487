"""What is held, for how long, and the packages made of it."""

import datetime as dt
import hashlib
import io
import json
import zipfile
from types import SimpleNamespace

import pytest
import time_machine

from redemption.applications import retention
from redemption.applications import service as applications
from redemption.applications.models import Application, Material, Submission
from redemption.applications.rules import Action, kind_of
from redemption.applications.service import PaperEntry
from redemption.applications.service.materials import NewFile
from redemption.catalogue import service as catalogue
from redemption.catalogue.service.papers import NewPaper
from redemption.identity.rules import Role
from redemption.kernel import audit, clock
from tests.factories import BOX, make_item
from workers.jobs import retention as jobs

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def case(session, world, storage):
    """A paper case with one scanned file, handed in at the counter."""
    item = make_item(session, world, name="归档补贴", payment_days=None, publicity_days=0)
    entry = PaperEntry(
        enterprise_id=world.enterprises[0].id,
        codes=[item.code],
        common={"contact_name": "林知夏", "contact_phone": "13900000001"},
        checklist={item.code: {"m2": "copy_kept"}},
        files={item.code: {"m1": [NewFile(io.BytesIO(PDF), "申请表.pdf", "application/pdf")]}},
        counter={"name": "林知夏", "relation": "employee"},
        id_number="11010519491231002X",
        client_key="held",
    )
    applications.enter_paper(session, world.actors["chuangkou"], entry, box=BOX, storage=storage)
    return session.query(Application).one()


def finish(session, world, case):
    officer = world.actor(Role.OFFICER, department="QC-JX")
    applications.move(session, officer, case, Action.ACCEPT)
    applications.move(session, officer, case, Action.DENY, reason="不符合条件")
    session.flush()


def opened(answer):
    return zipfile.ZipFile(io.BytesIO(answer.get_data()))


def test_an_enterprise_exports_everything_of_its_own_and_nothing_else(browser_of, session, world, case):
    page = browser_of("qiye").get("/space/profile/held").get_data(as_text=True)
    assert "申报单" in page
    package = opened(browser_of("qiye").post("/space/profile/held"))
    whole = {name: package.read(name).decode() for name in package.namelist()}
    assert case.number in whole["applications.json"]
    assert json.loads(whole["enterprise.json"])[0]["bank_account"] == "6200990000000000001"
    assert "password_hash" not in "".join(whole.values())
    assert "11010519491231002X" not in "".join(whole.values())
    actions = [row.action for row in audit.entries(session, f"enterprise:{world.enterprises[0].id}")]
    assert actions[-1] == "export_held"
    other = opened(browser_of("qiye2").post("/space/profile/held"))
    assert case.number not in other.read("applications.json").decode()


def test_only_an_owner_exports(browser_of, session, world):
    from redemption.identity.models import Post

    session.get_one(Post, world.actors["qiye"].post_id).grade = "filer"
    session.flush()
    assert browser_of("qiye").post("/space/profile/held").status_code == 403


def test_an_archive_holds_every_file_with_its_digest(browser_of, session, world, case):
    clerk = browser_of("chuangkou")
    early = clerk.post(f"/archive/{case.number}.zip")
    assert early.status_code == 409
    finish(session, world, case)
    package = opened(clerk.post(f"/archive/{case.number}.zip"))
    listed = dict(line.split("  ", 1)[::-1] for line in package.read("摘要清单.sha256").decode().splitlines())
    assert set(listed) == set(package.namelist()) - {"摘要清单.sha256"}
    for path, digest in listed.items():
        assert hashlib.sha256(package.read(path)).hexdigest() == digest, path
    assert any(path.endswith("申请表.pdf") and path.startswith("材料/") for path in listed)
    assert sum(path.startswith("文书/") for path in listed) >= 2
    assert json.loads(package.read("元数据.json"))["结果"] == "不予兑现"
    assert browser_of("qiye2").post(f"/archive/{case.number}.zip").status_code == 404


def run(settings, connected, storage):
    jobs.clear(SimpleNamespace(database=connected, storage=storage, settings=settings))


def test_materials_go_when_their_time_is_over_and_not_before(
    session, world, case, settings, connected, storage
):
    finish(session, world, case)
    digest = session.query(Material).filter_by(form="file").one().sha256
    assert storage.exists(digest)
    with time_machine.travel(clock.now() + dt.timedelta(days=5 * 365 - 1)):
        run(settings, connected, storage)
        assert storage.exists(digest)
        session.expire_all()
        assert session.query(Submission).one().counter_id_number is None, "an id number goes earlier"
    with time_machine.travel(clock.now() + dt.timedelta(days=5 * 365 + 1)):
        run(settings, connected, storage)
        run(settings, connected, storage)
    session.expire_all()
    row = session.query(Material).filter_by(form="file").one()
    assert (row.sha256, row.name) == ("", "申请表.pdf"), "that it was handed in stays on record"
    assert not storage.exists(digest)
    cleared = [
        row
        for row in audit.entries(session, f"submission:{case.submission_id}")
        if row.action == "clear_material"
    ]
    assert len(cleared) == 1
    assert digest in cleared[0].body


def test_content_that_somebody_else_mentions_stays(session, world, case, settings, connected, storage):
    finish(session, world, case)
    digest = session.query(Material).filter_by(form="file").one().sha256
    other = make_item(session, world, name="另一补贴")
    draft = applications.start(session, world.actors["qiye2"], [other.code], box=BOX)
    with time_machine.travel(clock.now() + dt.timedelta(days=5 * 365)):
        applications.add_material(
            session, world.actors["qiye2"], draft.number, "m1",
            NewFile(io.BytesIO(PDF), "同一份.pdf", "application/pdf"), storage=storage, place=1,
        )  # fmt: skip
        session.flush()
    with time_machine.travel(clock.now() + dt.timedelta(days=5 * 365 + 1)):
        run(settings, connected, storage)
    assert storage.exists(digest)


def test_a_running_case_and_a_fresh_draft_keep_everything(session, world, case, settings, connected, storage):
    applications.start(
        session, world.actors["qiye2"], [make_item(session, world, name="新补贴").code], box=BOX
    )
    with time_machine.travel(clock.now() + dt.timedelta(days=300)):
        run(settings, connected, storage)
    session.expire_all()
    assert session.query(Submission).filter(Submission.discarded_at.is_not(None)).count() == 0
    with time_machine.travel(clock.now() + dt.timedelta(days=20 * 365)):
        run(settings, connected, storage)
    session.expire_all()
    gone = session.query(Submission).filter(Submission.discarded_at.is_not(None)).one()
    assert (gone.enterprise_id, gone.common) == (world.enterprises[1].id, {})
    assert session.query(Material).filter_by(form="file").one().sha256 != "", "undecided: kept"


def test_each_kind_of_material_is_kept_for_its_own_time(
    session, world, case, settings, connected, storage, browser_of
):
    """A certificate of identity goes after three years where the rest of the same case stays for five."""
    finish(session, world, case)
    paper = session.query(Material).filter_by(form="file").one()
    identity = Material(
        submission_id=paper.submission_id,
        application_id=paper.application_id,
        public_id="identity",
        entry="m9",
        name="身份证.pdf",
        sha256="ab" * 32,
        size=10,
        kind=kind_of("法定代表人身份证复印件").value,
        uploaded_at=clock.now(),
        uploaded_by="person:1",
    )
    session.add(identity)
    session.flush()
    assert (paper.kind, identity.kind) == ("ordinary", "identity")
    with time_machine.travel(clock.now() + dt.timedelta(days=3 * 365 - 1)):
        run(settings, connected, storage)
    session.expire_all()
    assert identity.sha256
    with time_machine.travel(clock.now() + dt.timedelta(days=3 * 365 + 1)):
        run(settings, connected, storage)
    session.expire_all()
    assert (identity.sha256, bool(paper.sha256)) == ("", True)


def test_an_administrator_sets_the_periods_and_the_job_keeps_to_them(
    session, world, case, settings, connected, storage, browser_of
):
    finish(session, world, case)
    page = browser_of("guanli")
    now = retention.periods(session)
    said = page.get("/admin/retention").get_data(as_text=True)
    assert "身份证件类材料" in said
    assert page.post("/admin/retention", {**now, "draft": "0"}).status_code == 422
    refused = page.post("/admin/retention", {**now, "draft": "一年"})
    assert refused.status_code == 422
    assert 'value="一年"' in refused.get_data(as_text=True)
    assert page.post("/admin/retention", {**now, "status:denied": "12"}).status_code == 303
    assert browser_of("chuangkou").get("/admin/retention").status_code == 403
    entry = list(audit.entries(session, "retention:periods"))[-1]
    assert '"after":12' in entry.body.replace(" ", "")
    digest = session.query(Material).filter_by(form="file").one().sha256
    with time_machine.travel(clock.now() + dt.timedelta(days=364)):
        run(settings, connected, storage)
        assert storage.exists(digest)
    with time_machine.travel(clock.now() + dt.timedelta(days=366)):
        run(settings, connected, storage)
    assert not storage.exists(digest)


def test_a_blank_form_that_is_offered_keeps_its_content(session, world, case, settings, connected, storage):
    """The same bytes handed in by an enterprise and offered by the department are one file."""
    finish(session, world, case)
    digest = session.query(Material).filter_by(form="file").one().sha256
    item = make_item(session, world, name="带表样", fields={"materials": {"entries": [{"text": "申请表"}]}})
    maker = world.actors["zhengce"]
    catalogue.amend_item(session, maker, item.code, "放表样")
    paper = NewPaper(io.BytesIO(PDF), "申请表.pdf", "application/pdf", "clean")
    made = catalogue.attach_paper(
        session, maker, item.code, "m1", "template", paper, storage=storage, limit=10**6
    )
    assert made.sha256 == digest
    with time_machine.travel(clock.now() + dt.timedelta(days=9 * 365)):
        run(settings, connected, storage)
    assert storage.exists(digest)
