"""The editor: a department's own catalogue in and out, and what people changed."""

from contextlib import closing
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.catalogue import learning, queries, service
from redemption.catalogue.exchange import plan
from redemption.catalogue.exchange.sheet import read_json_bytes, read_workbook, write_workbook
from redemption.catalogue.models import ItemVersion
from redemption.kernel import clock
from redemption.kernel.errors import Conflict
from redemption.web.access import actor, allow
from redemption.web.files import read_upload
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import db, settings

blueprint = Blueprint("editor-exchange", __name__)
ENDINGS = frozenset({"xlsx", "json"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/editor/catalogue")
@allow("policy_maker")
def catalogue() -> Answer:
    return _page(empty_form())


def _page(form: Form, status: int = 200) -> Answer:
    imports = queries.imports_of(db(), actor().department_id)
    return render("editor/catalogue.html", status=status, form=form, imports=imports)


@blueprint.post("/editor/catalogue")
@allow("policy_maker")
def upload() -> Answer:
    form = empty_form()
    kept = None
    with form.catching():
        if "file" not in request.files or not request.files["file"].filename:
            form.add("file", "请选择要导入的 .xlsx 或 .json 文件。")
        else:
            with closing(request.files["file"]) as sent:
                file = read_upload(sent, settings().file_limit, ENDINGS)
                data = file.stream.read()
            rows = read_workbook(data) if file.name.lower().endswith(".xlsx") else read_json_bytes(data)
            kept = service.keep_import(db(), actor(), rows, file.name)
    if kept is None:
        return _page(form, status=422)
    return redirect(f"/editor/catalogue/imports/{kept.key}", 303)


@blueprint.get("/editor/catalogue/imports/<key>")
@allow("policy_maker")
def preview(key: str) -> Answer:
    return _preview(key, empty_form())


def _preview(key: str, form: Form, status: int = 200) -> Answer:
    kept = service.find_import(db(), actor(), key)
    rows = [] if kept.applied_at else service.preview_import(db(), actor(), kept)
    return render(
        "editor/import.html",
        status=status,
        kept=kept,
        rows=rows,
        counts=kept.result or plan.counts(rows),
        fingerprint=plan.fingerprint(rows),
        form=form,
    )


@blueprint.post("/editor/catalogue/imports/<key>")
@allow("policy_maker")
def apply(key: str) -> Answer:
    service.find_import(db(), actor(), key)
    take = [tuple(choice.rsplit("|", 1)) for choice in request.form.getlist("take") if "|" in choice]
    form = empty_form()
    try:
        done = service.apply_import(
            db(),
            actor(),
            key,
            fingerprint=request.form.get("fingerprint", ""),
            take=[(said, column) for said, column in take],
        )
    except Conflict as error:
        db().rollback()
        form.add("", error.message)
        return _preview(key, form, status=409)
    counts = done.result
    flash(
        f"导入完成：新增 {counts['new']} 项，更新 {counts['changed']} 项。新增和更新的都是草稿，请核对后发布。",
        "success",
    )
    return redirect(f"/editor/catalogue/imports/{key}", 303)


@blueprint.get("/editor/catalogue.xlsx")
@allow("policy_maker")
def export_workbook() -> Response:
    data = write_workbook(service.export_rows(db(), actor()), clock.now())
    return _download(data, XLSX, "xlsx")


@blueprint.get("/editor/catalogue.json")
@allow("policy_maker")
def export_json() -> Response:
    import json

    rows = service.export_rows(db(), actor())
    return _download(
        json.dumps({"items": rows}, ensure_ascii=False, indent=1).encode(), "application/json", "json"
    )


def _download(data: bytes, media_type: str, ending: str) -> Response:
    response = Response(data, mimetype=media_type)
    name = f"catalogue-{clock.today():%Y%m%d}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/editor/differences")
@allow("policy_maker", "administrator")
def differences() -> Answer:
    rows: list[Any]
    rows, following = page(
        db(), learning.edited_versions(actor()), ItemVersion.id, limit=30, cursor=cursor_argument()
    )
    return render("editor/differences.html", rows=learning.learned(db(), rows), next_cursor=following)
