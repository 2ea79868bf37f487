"""Materials: uploaded one by one, each answers one line of the list; files lie in storage under their digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from redemption.applications import handed_in, queries
from redemption.applications.models import Application, Material
from redemption.applications.needs import Entry, Need, entries_of
from redemption.applications.queries import Sheet
from redemption.applications.rules import MATERIALS_AT_MOST, MaterialForm, MaterialKind, Scan, kind_of
from redemption.applications.service.access import must_be_draft, must_file, touch
from redemption.applications.service.correcting import answer_round
from redemption.catalogue.models import ItemVersion
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock, outbox, secrets
from redemption.kernel.errors import Invalid, NotFound, TooLarge
from redemption.kernel.storage import Storage, StoredFile

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class NewFile:
    """A file as it came, sniffed and named by the web layer."""

    stream: IO[bytes]
    name: str
    media_type: str
    scan: Scan = Scan.NOT_CONFIGURED


@dataclass(frozen=True)
class Limits:
    """Bytes a file and a submission may have (20 MB and 200 MB where nothing else is set)."""

    file: int = 20 * MEGABYTE
    submission: int = 200 * MEGABYTE


DEFAULT_LIMITS = Limits()


def add_material(
    session: Session,
    actor: Actor,
    number: str,
    key: str,
    file: NewFile,
    *,
    storage: Storage,
    limits: Limits = DEFAULT_LIMITS,
    place: int | None = None,
) -> Material:
    """One more file for a line of a draft's list. The same content under the same line twice is one.

    Args:
        key: of the `Need`; place: of the application it belongs to, None for a shared line.

    Raises:
        NotFound: no such line. TooLarge: the file, or all of them together. Conflict: handed in already.
    """
    must_file(actor)
    sheet = queries.sheet(session, actor, number, lock=True)
    must_be_draft(sheet)
    application_id = None if place is None else sheet.line(place).application.id
    need = _asked(sheet, key, application_id)
    stored = _store(file, storage, limits, sum(m.size for m in sheet.materials), len(sheet.materials))
    for known in sheet.materials:
        if (known.entry, known.application_id, known.sha256) == (key, application_id, stored.sha256):
            return known
    touch(session, sheet.submission)
    kind = kind_of(need.text)
    return _add(session, actor, sheet.submission.id, application_id, key, file, stored, kind, round_=0)


def remove_material(session: Session, actor: Actor, number: str, public_id: str) -> None:
    """Take a file out of a draft again; the row stays, marked."""
    must_file(actor)
    sheet = queries.sheet(session, actor, number, lock=True, with_materials=False)
    must_be_draft(sheet)
    handed_in.material(session, sheet.submission.id, public_id).removed_at = clock.now()
    touch(session, sheet.submission)
    session.flush()


def add_correction_material(
    session: Session,
    actor: Actor,
    number: str,
    key: str,
    file: NewFile,
    *,
    storage: Storage,
    limits: Limits = DEFAULT_LIMITS,
) -> Material:
    """A file in answer to the open correction: only for entries that were asked for."""
    must_file(actor)
    case = queries.case(session, actor, number, lock=True)
    correction = queries.open_correction(session, case.application.id)
    round_ = answer_round(session, case.application.id)
    assert correction is not None
    if not any(entry["kind"] == "material" and entry["key"] == key for entry in correction.entries):
        raise NotFound("补正通知没有要求这份材料。")
    text = next((entry.text for entry in entries_of(case.version.fields) if entry.key == key), "")
    size, count = handed_in.size_of_files(session, case.submission.id)
    stored = _store(file, storage, limits, size, count)
    for known in handed_in.materials_of_submission(session, case.submission.id):
        if (known.entry, known.application_id, known.round, known.sha256) == (
            key,
            case.application.id,
            round_,
            stored.sha256,
        ):
            return known
    kind = kind_of(text)
    return _add(
        session, actor, case.submission.id, case.application.id, key, file, stored, kind, round_=round_
    )


def remove_correction_material(session: Session, actor: Actor, number: str, public_id: str) -> None:
    """Take a file out of an answer that is not handed in yet."""
    must_file(actor)
    case = queries.case(session, actor, number, lock=True)
    round_ = answer_round(session, case.application.id)
    found = handed_in.material(session, case.submission.id, public_id)
    if found.round != round_ or found.application_id != case.application.id:
        raise NotFound("没有找到这份材料，它可能已被删除。")
    found.removed_at = clock.now()
    session.flush()


def note_scan(session: Session, material_id: int, scan: Scan) -> None:
    """What the virus scan said of a file that waited in quarantine."""
    found = session.get_one(Material, material_id)
    found.scan = scan.value
    audit.record(
        session,
        f"submission:{found.submission_id}",
        "system:scan",
        "scan_material",
        {"material": found.public_id, "sha256": found.sha256, "result": scan.value},
    )
    session.flush()


def record_checked(
    session: Session, actor: Actor, application: Application, checklist: dict[str, str], round_: int = 0
) -> list[Material]:
    """At the window: papers that were seen in the original or kept as a copy, without a file."""
    known = {entry.key: entry for entry in entries_of_application(session, application)}
    made = []
    for key, form in checklist.items():
        if key not in known:
            raise Invalid.field(f"checklist.{key}", "材料清单里没有这一项。")
        material = Material(
            submission_id=application.submission_id,
            application_id=application.id,
            public_id=secrets.token(),
            entry=key,
            name=known[key].text[:150],
            kind=kind_of(known[key].text).value,
            form=MaterialForm(form).value,
            round=round_,
            uploaded_at=clock.now(),
            uploaded_by=actor.ref,
        )
        session.add(material)
        made.append(material)
    return made


def record_files(
    session: Session,
    actor: Actor,
    application: Application,
    key: str,
    files: Sequence[NewFile],
    *,
    storage: Storage,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """At the window: scans and photographs of papers, beside what was ticked."""
    known = {entry.key: entry.text for entry in entries_of_application(session, application)}
    for file in files:
        size, count = handed_in.size_of_files(session, application.submission_id)
        stored = _store(file, storage, limits, size, count)
        kind = kind_of(known.get(key, ""))
        _add(session, actor, application.submission_id, application.id, key, file, stored, kind, round_=0)


def entries_of_application(session: Session, application: Application) -> list[Entry]:
    """The list of materials of the version that an application was made on."""
    version = session.get_one(ItemVersion, application.item_version_id)
    return entries_of(version.fields)


def _asked(sheet: Sheet, key: str, application_id: int | None) -> Need:
    for need in sheet.needs():
        if need.key == key and need.application_id == application_id:
            return need
    raise NotFound("材料清单里没有这一项，请刷新页面后再上传。")


def _store(file: NewFile, storage: Storage, limits: Limits, so_far: int, count: int) -> StoredFile:
    if count >= MATERIALS_AT_MOST:
        raise TooLarge(
            f"一张申报单最多{MATERIALS_AT_MOST}个文件，请合并后再上传“{file.name}”。",
            fields={"file": "文件太多"},
        )
    try:
        stored = storage.put(file.stream, limits.file)
    except TooLarge as error:
        sentence = f"“{file.name}”{error.message.removeprefix('文件')}"
        raise TooLarge(sentence, fields={"file": sentence}) from None
    if so_far + stored.size > limits.submission:
        limit = limits.submission // MEGABYTE
        raise TooLarge(
            f"加上“{file.name}”，本次申报的材料超过{limit} MB。请压缩图片，或删去重复的文件。",
            code="submission_too_large",
            fields={"file": "材料总量超过上限"},
        )
    return stored


def _add(
    session: Session,
    actor: Actor,
    submission_id: int,
    application_id: int | None,
    key: str,
    file: NewFile,
    stored: StoredFile,
    kind: MaterialKind,
    *,
    round_: int,
) -> Material:
    if stored.size == 0:
        raise Invalid.field("file", f"“{file.name}”是空文件，请检查后重新选择。", code="file_empty")
    material = Material(
        submission_id=submission_id,
        application_id=application_id,
        public_id=secrets.token(),
        entry=key,
        name=file.name,
        media_type=file.media_type,
        size=stored.size,
        sha256=stored.sha256,
        scan=file.scan.value,
        kind=kind.value,
        round=round_,
        uploaded_at=clock.now(),
        uploaded_by=actor.ref,
    )
    session.add(material)
    session.flush()
    if file.scan is Scan.WAITING:
        outbox.publish(session, "material.waiting", material.public_id, material_id=material.id)
    return material
