"""空白表样和填写样例: put in by the department at the item's material, downloaded by anybody from wherever the material is shown."""

from flask import Blueprint, flash, redirect, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from redemption.applications import scanning
from redemption.applications.needs import PAPER_NAMES, entries_of
from redemption.applications.rules import Scan
from redemption.catalogue import service as catalogue
from redemption.catalogue.service import papers
from redemption.kernel.errors import Invalid
from redemption.policies import queries as policies
from redemption.web.access import actor, allow, public
from redemption.web.files import MATERIAL_ENDINGS, read_upload, send_stored
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import db, settings, storage

blueprint = Blueprint("item-papers", __name__)


@blueprint.get("/item-papers/<public_id>")
@public
def download(public_id: str) -> Answer:
    """A blank form or a sample; its address is random and given only where the item is shown."""
    found = papers.paper_by_id(db(), public_id)
    return send_stored(found.sha256, found.name, found.media_type)


@blueprint.get("/editor/items/<code>/papers")
@allow("policy_maker")
def page(code: str) -> Answer:
    return _page(code, empty_form())


@blueprint.post("/editor/items/<code>/papers/<key>")
@allow("policy_maker")
def add(code: str, key: str) -> Answer:
    """Every chosen file of one material."""
    form = Form(values={})
    seen = request.form.get("version", type=int)
    for kind in PAPER_NAMES:
        for file in request.files.getlist(f"{kind}.{key}"):
            if not file.filename:
                continue
            box = f"{kind}.{key}"
            try:
                made = catalogue.attach_paper(
                    db(),
                    actor(),
                    code,
                    key,
                    kind,
                    _checked(file, box),
                    storage=storage(),
                    limit=settings().file_limit,
                    version=seen,
                )
                seen = None  # our own change moved it
                flash(f"“{made.name}”已放上，随本版发布后公开。", "success")
            except Invalid as error:
                form.add(box, error.message)
    if not request.files:
        form.add("", "请先选择文件，再点“上传”。")
    if not form.ok:
        db().rollback()
        return _page(code, form, 422)
    return redirect(f"/editor/items/{code}/papers#m-{key}", 303)


@blueprint.post("/editor/items/<code>/papers/<key>/<public_id>/remove")
@allow("policy_maker")
def remove(code: str, key: str, public_id: str) -> Answer:
    catalogue.detach_paper(db(), actor(), code, key, public_id, version=request.form.get("version", type=int))
    flash("已从这一版移除。", "success")
    return redirect(f"/editor/items/{code}/papers#m-{key}", 303)


@blueprint.post("/editor/items/<code>/papers/<key>/validity")
@allow("policy_maker")
def validity(code: str, key: str) -> Answer:
    """How long what was handed in before may answer this line again (一次提交、多次使用)."""
    box = f"valid.{key}"
    typed = request.form.get(box, "").strip()
    form = Form(values={box: typed})
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 5):
        form.add(box, "请填写整数月数，例如：12；不填按系统默认。")
    if form.ok:
        with form.catching():
            seen = request.form.get("version", type=int)
            papers.set_validity(db(), actor(), code, key, int(typed) if typed else None, version=seen)
    if not form.ok:
        db().rollback()
        return _page(code, form, 422)
    flash("已保存。", "success")
    return redirect(f"/editor/items/{code}/papers#m-{key}", 303)


def _checked(file: FileStorage, box: str) -> papers.NewPaper:
    read = read_upload(file, settings().file_limit, MATERIAL_ENDINGS, box)
    said = scanning.scan(settings().clamd, read.stream)
    if said is Scan.INFECTED:
        raise Invalid.field(box, f"“{read.name}”中发现病毒，没有接收。", code="file_infected")
    if said is Scan.WAITING:
        # what the public downloads is never offered before it was looked at
        raise Invalid.field(
            box, f"病毒扫描服务没有应答，“{read.name}”没有接收，请稍后再传。", code="scanner_silent"
        )
    return papers.NewPaper(read.stream, read.name, read.media_type, said.value)


def _page(code: str, form: Form, status: int = 200) -> Answer:
    owned = catalogue.owned_for_reading(db(), actor(), code)
    owns = policies.may_change(owned.policy, actor())
    return render(
        "applications/item_papers.html",
        status=status,
        item=owned.item,
        draft=owned.draft,
        owns=owns,
        may_change=owned.is_draft and owns,
        version=owned.item.version,
        entries=[entry for entry in entries_of(owned.draft.fields) if entry.key != "other"],
        kinds=PAPER_NAMES,
        accept=",".join(
            f".{ending}" for ending in ("docx", "xlsx", "doc", "xls", "wps", "pdf", "ofd", "jpg", "png")
        ),
        max_mb=settings().file_limit // 1048576,
        form=form,
    )
