"""JSON for departments' systems: pulling cases instead of being pushed, receipts, and files by signed links."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE
from sqlalchemy import select

from redemption.applications.models import Material
from redemption.dispatch import letters, queries, service
from redemption.dispatch.claiming import LINK_PURPOSE, Outfit, dress
from redemption.dispatch.letters import LetterFilter
from redemption.dispatch.models import Connection, Parcel
from redemption.dispatch.port.mapping import MappingFault
from redemption.dispatch.schemas import (
    FetchedSchema,
    FetchQuery,
    LetterListSchema,
    LetterQuery,
    ReceiptAnswer,
    ReceiptSchema,
    RedrivenSchema,
    RedriveSchema,
)
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.web import paging
from redemption.web.access import actor, allow, public
from redemption.web.files import send_stored
from redemption.web.session import box, database, db, settings, signer, storage

blueprint = Blueprint("dispatch-api", __name__, url_prefix="/api/v1", description="部门对接：取件与材料")


@blueprint.get("/departments/<code>/referrals")
@allow("system")
@blueprint.arguments(FetchQuery, location="query", unknown=RAISE)
@blueprint.response(200, FetchedSchema)
def fetch(query: dict[str, Any], code: str) -> dict[str, Any]:
    """取回转办单

    供采用拉取方式的部门系统使用，凭部门令牌访问。按顺序返回 `after` 之后的转办单、补正和撤回；
    收妥后请逐件提交回执。重复取件不会产生影响。
    """
    department = _own(code)
    outfit = Outfit(database(), storage(), box(), signer(), settings().base_url)
    rows = queries.fetchable(db(), department.id, query["after"], max(1, min(query["limit"], 100)))
    listed = []
    for parcel, referral in rows:
        connection = db().get_one(Connection, parcel.connection_id)
        try:
            shown = dress(db(), outfit, connection, referral, department.code, parcel.payload)
        except MappingFault as error:
            # the table was changed since: the case comes without it rather than standing in the way of the others
            shown = dress(db(), outfit, connection, referral, department.code, parcel.payload, mapped=False)
            shown["data_faults"] = error.fields
        listed.append(shown)
    return {"referrals": listed, "next": rows[-1][0].position if rows else query["after"]}


@blueprint.post("/departments/<code>/referrals/<number>/receipt")
@allow("system")
@blueprint.arguments(ReceiptSchema)
@blueprint.response(200, ReceiptAnswer)
def receipt(body: dict[str, Any], code: str, number: str) -> dict[str, Any]:
    """提交收件回执

    告知本系统某一转办单（或其补正、撤回，以 `sequence` 区分）已收妥。同一回执重复提交不会产生影响。
    """
    department = _own(code)
    parcel = service.take_receipt(db(), department.id, number, body["sequence"], body["number"])
    connection = db().get_one(Connection, parcel.connection_id)
    connection.last_polled_at = clock.now()
    return {"referral": number, "sequence": parcel.sequence, "state": parcel.state}


@blueprint.get("/letters")
@allow("officer", "administrator")
@blueprint.arguments(LetterQuery, location="query", unknown=RAISE)
@blueprint.response(200, LetterListSchema)
def dead_letters(query: dict[str, Any]) -> dict[str, Any]:
    """查询投递失败的案件

    自动重试 72 小时仍未送达，或被部门系统技术退回的。审批人员只看到本部门的。
    """
    limit, cursor = query.pop("limit"), query.pop("cursor", None)
    found = letters.find(db(), actor(), LetterFilter(**query))
    if cursor:
        found = found.where(Parcel.id > paging.number(cursor))
    rows = list(db().execute(found.limit(limit + 1)))
    following = paging.encode(rows[limit - 1].Parcel.id) if len(rows) > limit else None
    return {"items": [_letter(row) for row in rows[:limit]], "next_cursor": following}


@blueprint.post("/letters/redrive")
@allow("officer", "administrator")
@blueprint.arguments(RedriveSchema)
@blueprint.response(200, RedrivenSchema)
def redrive(body: dict[str, Any]) -> dict[str, int]:
    """重新投递：指定的、筛选出的，或全部

    部门已收到的不会重复立案。审批人员只能重新投递本部门的。
    """
    if "ids" in body:
        return {"redriven": service.redrive(db(), actor(), body["ids"], body["note"])}
    wanted = LetterFilter(**body.get("filter", {}))
    return {"redriven": letters.redrive(db(), actor(), wanted, body["note"])}


def _letter(row: Any) -> dict[str, Any]:
    parcel = row.Parcel
    return {
        "id": parcel.id,
        "application": row.application_number,
        "referral": row.Referral.number,
        "sequence": parcel.sequence,
        "kind": parcel.kind,
        "state": parcel.state,
        "department": row.department_code,
        "attempts": parcel.attempts,
        "reason": parcel.last_error,
        "failed_at": parcel.settled_at,
    }


@blueprint.get("/files/<token>")
@public
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
@blueprint.alt_response(410, description="链接已过期")
def file(token: str) -> Response:
    """下载申报材料

    地址随转办单给出，限时有效；下载后请用转办单中的 sha256 核对。
    """
    public_id = signer().unsign(token, LINK_PURPOSE)
    material = db().scalar(select(Material).where(Material.public_id == public_id))
    if material is None or not material.sha256:
        raise NotFound("没有找到这份材料，它可能已被删除。")
    return send_stored(material.sha256, material.name, material.media_type)


def _own(code: str) -> Department:
    """The department that the token belongs to; another one's code does not exist for it."""
    department = db().get(Department, actor().department_id or 0)
    if department is None or department.code != code:
        raise NotFound("没有这个部门，或令牌不属于该部门。")
    return department
