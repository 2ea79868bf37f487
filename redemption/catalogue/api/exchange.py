"""JSON: a department's own catalogue in and out."""

from dataclasses import asdict
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.catalogue import learning, schemas, service
from redemption.catalogue.exchange import plan
from redemption.catalogue.exchange.sheet import read_json, write_workbook
from redemption.catalogue.models import CatalogueImport, ItemVersion
from redemption.kernel import clock
from redemption.web.access import actor, allow
from redemption.web.paging import page
from redemption.web.session import db

blueprint = Blueprint(
    "catalogue-exchange", __name__, url_prefix="/api/v1/catalogue", description="事项目录交换"
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _shape(kept: CatalogueImport) -> dict[str, Any]:
    rows = [] if kept.applied_at else service.preview_import(db(), actor(), kept)
    return {
        "key": kept.key,
        "name": kept.name,
        "applied_at": kept.applied_at,
        "counts": kept.result or plan.counts(rows),
        "fingerprint": "" if kept.applied_at else plan.fingerprint(rows),
        "rows": [asdict(row) for row in rows if row.kind != plan.SAME],
    }


@blueprint.post("/imports")
@allow("policy_maker")
@blueprint.arguments(schemas.CatalogueSchema)
@blueprint.response(201, schemas.ImportSchema)
def create(data: dict[str, Any]) -> Any:
    """提交一份事项目录，得到与现有内容的差异

    `items` 中每项以 `source_id` 识别，在本部门内唯一。此时不改动任何内容，确认后调用 apply。
    """
    return _shape(service.keep_import(db(), actor(), read_json(data), data.get("name", "")))


@blueprint.get("/imports/<key>")
@allow("policy_maker")
@blueprint.response(200, schemas.ImportSchema)
def one(key: str) -> Any:
    """查询一次导入的差异或结果"""
    return _shape(service.find_import(db(), actor(), key))


@blueprint.post("/imports/<key>/apply")
@allow("policy_maker")
@blueprint.arguments(schemas.ApplyImportSchema)
@blueprint.response(200, schemas.ImportSchema)
def apply(data: dict[str, Any], key: str) -> Any:
    """确认导入

    新增的成为草稿；已发布的事项形成修订稿。人工改过的内容保持不变，除非在 `take` 中逐项指明采用导入的值。
    """
    take = [(choice["source_id"], choice["field"]) for choice in data["take"]]
    return _shape(service.apply_import(db(), actor(), key, fingerprint=data.get("fingerprint"), take=take))


@blueprint.get("/export")
@allow("policy_maker")
@blueprint.response(200, schemas.ExportSchema)
def export() -> Any:
    """导出本部门的事项目录，可修改后再导入"""
    return {"items": service.export_rows(db(), actor())}


@blueprint.get("/export.xlsx")
@allow("policy_maker")
@blueprint.response(200, content_type=XLSX)
def export_workbook() -> Response:
    """导出本部门的事项目录（Excel）"""
    data = write_workbook(service.export_rows(db(), actor()), clock.now())
    return Response(
        data, mimetype=XLSX, headers={"Content-Disposition": 'attachment; filename="catalogue.xlsx"'}
    )


@blueprint.get("/differences")
@allow("policy_maker", "administrator")
@blueprint.arguments(schemas.PagingSchema, location="query", unknown=RAISE)
@blueprint.response(200, schemas.DifferencesSchema)
def differences(paging: dict[str, Any]) -> Any:
    """人工核对与自动识别的差异，用于改进同义词表"""
    rows, following = page(
        db(),
        learning.edited_versions(actor()),
        ItemVersion.id,
        limit=paging["limit"],
        cursor=paging.get("cursor"),
    )
    found = [
        {"item": one.item.code, "heading": one.heading, **asdict(one.difference)}
        for one in learning.learned(db(), rows)
    ]
    return {"items": found, "next_cursor": following}
