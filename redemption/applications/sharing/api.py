"""Over JSON: what was looked up about the enterprise of the acting program."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from redemption.applications.models import Lookup
from redemption.applications.sharing import queries
from redemption.identity import profile
from redemption.web import paging
from redemption.web.access import actor, allow
from redemption.web.session import db

blueprint = Blueprint("lookups-api", __name__, url_prefix="/api/v1/lookups", description="数据查询记录")


class LookupQuery(Schema):
    """查询数据查询记录。"""

    cursor = fields.String(metadata={"description": "上一页返回的 next_cursor"})
    limit = fields.Integer(load_default=paging.LIMIT, validate=validate.Range(1, paging.MOST))


class LookupSchema(Schema):
    """一次数据查询：谁在什么时候、为了哪件申报、查了什么、得到什么。"""

    key = fields.String()
    subject = fields.String(
        metadata={"description": "registration 登记、qualifications 资质、tax 税务、social_security 社保"}
    )
    purpose = fields.String(metadata={"description": "prefill 预先填写、verification 核验"})
    registry = fields.String(metadata={"description": "数据来源"})
    number = fields.String(metadata={"description": "为了哪张申报单或哪件申报"})
    asked_by = fields.String(attribute="asked_by_name")
    asked_at = fields.AwareDateTime()
    state = fields.String(metadata={"description": "waiting、found、unknown 没有记录、failed 没有查成"})
    facts = fields.Dict()
    note = fields.String()


class LookupListSchema(Schema):
    """一页数据查询记录。"""

    items = fields.List(fields.Nested(LookupSchema))
    next_cursor = fields.String(allow_none=True)


@blueprint.route("")
class Lookups(MethodView):
    @allow("enterprise")
    @blueprint.arguments(LookupQuery, location="query", unknown=RAISE)
    @blueprint.response(200, LookupListSchema)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """查询谁通过数据共享查询过本企业的信息"""
        enterprise = profile.own_enterprise(db(), actor())
        rows, following = paging.page(
            db(),
            queries.of_enterprise(enterprise.id),
            Lookup.id,
            limit=args["limit"],
            cursor=args.get("cursor"),
        )
        where = queries.circumstances(db(), rows)
        return {"items": [_shown(row, *where[row.id]) for row in rows], "next_cursor": following}


def _shown(lookup: Lookup, registry: str, number: str) -> dict[str, Any]:
    names = ("key", "subject", "purpose", "asked_by_name", "asked_at", "state", "facts", "note")
    return {**{name: getattr(lookup, name) for name in names}, "registry": registry, "number": number}
