"""Files of a draft and of an answer: one request a file for pages that can, one form for all where there is no script."""

from typing import Any

from flask import Blueprint, jsonify, redirect, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from redemption.applications import handed_in, queries, scanning, service
from redemption.applications.models import Material
from redemption.applications.rules import Scan
from redemption.identity.rules import Role
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.web.access import actor, allow
from redemption.web.files import MATERIAL_ENDINGS, read_upload, send_stored
from redemption.web.pages import render
from redemption.web.problem import wants_json
from redemption.web.session import db, keep_on_refusal, settings, storage

blueprint = Blueprint("materials", __name__)
ACCEPT = ",".join(f".{ending}" for ending in sorted(MATERIAL_ENDINGS))
SCAN_WORDS = {
    Scan.WAITING.value: "安全检查中",
    Scan.CLEAN.value: "已上传，已通过安全检查",
    Scan.NOT_CONFIGURED.value: "已上传",
    Scan.INFECTED.value: "发现病毒，已隔离",
}


@blueprint.get("/apply/<number>/materials")
@allow("enterprise")
def materials(number: str) -> Answer:
    return _page(number, {}, 200)


@blueprint.post("/apply/<number>/materials")
@allow("enterprise")
def save(number: str) -> Answer:
    """Without script: every chosen file at once. Good ones are kept when another one is refused."""
    sheet = queries.sheet(db(), actor(), number)
    service.must_be_draft(sheet)
    places = {line.application.id: line.place for line in sheet.lines}
    errors: dict[str, list[str]] = {}
    for need in sheet.needs():
        place = places.get(need.application_id or 0)
        name = f"file-{place or 0}-{need.key}"
        for file in request.files.getlist(name):
            if not file.filename:
                continue
            try:
                _take(number, need.key, place, file)
            except Invalid as error:
                errors.setdefault(name, []).append(error.message)
    if errors:
        keep_on_refusal()
        return _page(number, errors, 422)
    if request.form.get("action") == "stay":
        return redirect(f"/apply/{number}/materials", 303)
    return redirect(f"/apply/{number}", 303)


@blueprint.post("/apply/<number>/materials/<int:place>/<key>")
@allow("enterprise")
def upload(number: str, place: int, key: str) -> Answer:
    """One file (field `file`); answers JSON for the rows of the page."""
    material = _take(number, key, place or None, _file())
    return _uploaded(f"/apply/{number}", material)


@blueprint.post("/apply/<number>/materials/<public_id>/remove")
@allow("enterprise")
def remove(number: str, public_id: str) -> Answer:
    service.remove_material(db(), actor(), number, public_id)
    return _removed(f"/apply/{number}/materials")


@blueprint.post("/apply/<number>/materials/<int:place>/<key>/reuse/<public_id>")
@allow("enterprise")
def reuse(number: str, place: int, key: str, public_id: str) -> Answer:
    """Hand in again what was handed in before."""
    service.reuse_material(db(), actor(), number, key, public_id, place=place or None)
    return redirect(f"/apply/{number}/materials", 303)


@blueprint.get("/apply/<number>/materials/<public_id>")
@allow("enterprise", "clerk")
def show(number: str, public_id: str) -> Answer:
    """A file of one's own submission, shown in the browser where that is safe."""
    sheet = queries.sheet(db(), actor(), number, with_materials=False)
    return send_material(handed_in.material(db(), sheet.submission.id, public_id))


@blueprint.get("/applications/<number>/materials/<public_id>")
@allow("enterprise", "clerk", "officer")
def show_of_case(number: str, public_id: str) -> Answer:
    """A file of a case, for everybody whose case it is; an officer sees only what belongs to the own application."""
    case = queries.case(db(), actor(), number)
    found = handed_in.material(db(), case.submission.id, public_id)
    if actor().role is Role.OFFICER and found.id not in {
        m.id for m in handed_in.all_materials_of(db(), case.application)
    }:
        raise NotFound("没有找到这份材料，它可能已被删除。")
    return send_material(found)


@blueprint.post("/applications/<number>/correction/materials/<key>")
@allow("enterprise")
def upload_answer(number: str, key: str) -> Answer:
    file = _checked(_file())
    material = service.add_correction_material(
        db(), actor(), number, key, file, storage=storage(), limits=_limits()
    )
    return _uploaded(f"/applications/{number}/correction", material, files=f"/applications/{number}")


@blueprint.post("/applications/<number>/correction/materials/<public_id>/remove")
@allow("enterprise")
def remove_answer(number: str, public_id: str) -> Answer:
    service.remove_correction_material(db(), actor(), number, public_id)
    return _removed(f"/applications/{number}/correction")


def send_material(material: Material) -> Answer:
    """The bytes of a material, unless it is in quarantine or was only seen on paper."""
    if material.scan == Scan.INFECTED.value:
        raise Conflict("这个文件中发现病毒，已隔离，不能打开。", code="file_infected")
    if material.scan == Scan.WAITING.value:
        raise Conflict("这个文件正在进行安全检查，请稍后再打开。", code="file_waiting")
    if not material.sha256:
        raise NotFound("这份材料在窗口以纸质方式核验，没有电子文件。")
    return send_stored(material.sha256, material.name, material.media_type, inline=True)


def rows(materials: list[Material], base: str, files: str | None = None) -> list[dict[str, Any]]:
    """Materials as the upload part of a page shows them."""
    return [
        {
            "id": material.public_id,
            "name": material.name,
            "size": material.size,
            "url": f"{files or base}/materials/{material.public_id}" if material.sha256 else None,
            "remove_url": f"{base}/materials/{material.public_id}/remove",
            "status_word": SCAN_WORDS.get(material.scan, "已上传"),
        }
        for material in materials
    ]


def checked_file(file: FileStorage) -> service.NewFile:
    """One uploaded file, sniffed and scanned. Invalid names the file and the reason."""
    return _checked(file)


def limits() -> service.Limits:
    return _limits()


def _take(number: str, key: str, place: int | None, file: FileStorage) -> Material:
    return service.add_material(
        db(), actor(), number, key, _checked(file), storage=storage(), limits=_limits(), place=place
    )


def _checked(file: FileStorage) -> service.NewFile:
    read = read_upload(file, settings().file_limit)
    said = scanning.scan(settings().clamd, read.stream)
    if said is Scan.INFECTED:
        raise Invalid.field(
            "file",
            f"“{read.name[-60:]}”中发现病毒，不能接收。请在本机查杀后重新上传。",
            code="file_infected",
        )
    return service.NewFile(read.stream, read.name, read.media_type, said)


def _limits() -> service.Limits:
    return service.Limits(file=settings().file_limit, submission=settings().application_limit)


def _file() -> FileStorage:
    file = request.files.get("file")
    if file is None:
        raise Invalid.field("file", "请选择要上传的文件。", code="file_missing")
    return file


def _uploaded(base: str, material: Material, files: str | None = None) -> Answer:
    if wants_json():
        return jsonify(rows([material], base, files)[0])
    return redirect(base if files else f"{base}/materials", 303)


def _removed(back: str) -> Answer:
    return jsonify({"removed": True}) if wants_json() else redirect(back, 303)


def _page(number: str, errors: dict[str, list[str]], status: int) -> Answer:
    sheet = queries.sheet(db(), actor(), number)
    service.must_be_draft(sheet)
    places = {line.application.id: line.place for line in sheet.lines}
    base = f"/apply/{number}"
    offered = service.reusable(db(), sheet)
    needs: list[dict[str, Any]] = [
        {
            "need": need,
            "name": f"file-{places.get(need.application_id or 0, 0)}-{need.key}",
            "upload_url": f"{base}/materials/{places.get(need.application_id or 0, 0)}/{need.key}",
            "files": rows(sheet.handed_in(need), base),
            "shared": need.application_id is None,
            "reusable": offered.get((need.key, need.application_id), []),
        }
        for need in sheet.needs()
    ]
    return render(
        "applications/materials.html",
        status=status,
        sheet=sheet,
        needs=needs,
        errors=errors,
        labels={entry["name"]: entry["need"].text[:40] for entry in needs},
        accept=ACCEPT,
        max_mb=settings().file_limit // 1048576,
        scanned=bool(settings().clamd),
    )
