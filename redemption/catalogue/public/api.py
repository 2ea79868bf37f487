"""JSON of published items and policies: the same as the pages, for everybody."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE
from sqlalchemy import select

from redemption.catalogue import facets, search
from redemption.catalogue.public import queries
from redemption.catalogue.public.schemas import (
    ItemQuery,
    ItemRows,
    ItemShape,
    PolicyQuery,
    PolicyRows,
    PolicyShape,
)
from redemption.catalogue.search import Filters
from redemption.identity.models import Department
from redemption.web import paging
from redemption.web.access import public
from redemption.web.session import db

items = Blueprint("items-public", __name__, url_prefix="/api/v1/items", description="兑现专栏：现行事项")
policies = Blueprint("policies-public", __name__, url_prefix="/api/v1/policies", description="政策文库")
blueprints = [items, policies]

COPIED = (
    "name", "summary", "theme", "mode", "object_classes", "fields", "lacking", "values", "conditions",
    "money_rules", "form", "time_limit_days", "acceptance_days", "publicity_days", "payment_days", "opens_on",
    "closes_on", "valid_from", "valid_until", "published_at",
)  # fmt: skip


@items.route("")
class ItemList(MethodView):
    @items.arguments(ItemQuery, location="query", unknown=RAISE)
    @items.response(200, ItemRows)
    @public
    def get(self, asked: dict[str, Any]) -> dict[str, Any]:
        """搜索现行事项"""
        filters = _filters(asked)
        cursor = paging.decode(asked["cursor"]) if asked.get("cursor") else None
        q = asked.get("q", "")
        found = search.find(db(), q, filters, sort=asked.get("sort", ""), cursor=cursor, limit=asked["limit"])
        return {
            "items": found.rows,
            "next_cursor": paging.encode(found.next_cursor) if found.next_cursor else None,
            "total": facets.total(db(), q, filters),
            "forgiven": found.forgiven,
        }


@items.route("/<code>")
class ItemOne(MethodView):
    @items.response(200, ItemShape)
    @public
    def get(self, code: str) -> dict[str, Any]:
        """查看一个事项"""
        return _item(queries.item_page(db(), code))


@items.route("/<code>/versions/<int:no>")
class ItemVersionOne(MethodView):
    @items.response(200, ItemShape)
    @public
    def get(self, code: str, no: int) -> dict[str, Any]:
        """查看一个事项的某一版（包括已被替换的）"""
        return _item(queries.item_page(db(), code, no))


@policies.route("")
class PolicyList(MethodView):
    @policies.arguments(PolicyQuery, location="query", unknown=RAISE)
    @policies.response(200, PolicyRows)
    @public
    def get(self, asked: dict[str, Any]) -> dict[str, Any]:
        """查询政策文件"""
        query = queries.policy_list(
            asked.get("q", ""), tuple(asked.get("level", ())), asked.get("standing", "")
        )
        after = paging.decode(asked["cursor"]) if asked.get("cursor") else None
        rows, following = queries.policies_found(db(), query, after=after, limit=asked["limit"])
        return {
            "policies": [_policy(row.Policy, row.PolicyVersion, row.department, row.level) for row in rows],
            "next_cursor": paging.encode(following) if following else None,
        }


@policies.route("/<number>")
class PolicyOne(MethodView):
    @policies.response(200, PolicyShape)
    @public
    def get(self, number: str) -> dict[str, Any]:
        """查看一份政策文件全文、事项和解读"""
        return _policy_whole(queries.policy_page(db(), number))


@policies.route("/<number>/versions/<int:no>")
class PolicyVersionOne(MethodView):
    @policies.response(200, PolicyShape)
    @public
    def get(self, number: str, no: int) -> dict[str, Any]:
        """查看一份政策文件的某一版（包括已被替换的）"""
        return _policy_whole(queries.policy_page(db(), number, no))


def _item(page: queries.ItemPage) -> dict[str, Any]:
    return {
        **{name: getattr(page.version, name) for name in COPIED},
        "code": page.item.code,
        "state": page.item.state,
        "state_reason": page.item.state_reason,
        "standing": page.standing,
        "version": page.version.no,
        "current": page.current,
        "versions": page.versions,
        "department": {"code": page.department.code, "name": page.department.name},
        "jurisdiction": {"code": page.jurisdiction.code, "name": page.jurisdiction.name},
        "policy": {
            "number": page.policy.number,
            "title": page.policy_version.title,
            "document_number": page.policy_version.document_number,
        },
        "interpretations": page.interpretations,
    }


def _policy_whole(page: queries.PolicyPage) -> dict[str, Any]:
    return {
        **_policy(page.policy, page.version, page.department.name, page.jurisdiction.level),
        "version": page.version.no,
        "current": page.current,
        "versions": page.versions,
        "text": page.version.text,
        "blocks": page.version.blocks,
        "items": [{"code": row.code, "name": row.name, "state": row.state} for row in page.items],
        "interpretations": page.interpretations,
        "repeal_reason": page.policy.repeal_reason,
    }


def _policy(policy: Any, version: Any, department: str, level: str) -> dict[str, Any]:
    return {
        "number": policy.number,
        "title": version.title,
        "document_number": version.document_number,
        "issuer": version.issuer,
        "department": department,
        "level": level,
        "standing": queries.standing_of(policy.state, version.valid_from, version.valid_until),
        "publication_date": version.publication_date,
        "valid_from": version.valid_from,
        "valid_until": version.valid_until,
    }


def _filters(asked: dict[str, Any]) -> Filters:
    named = {
        name: tuple(asked.get(name, ())) for name in ("theme", "object_class", "level", "mode", "deadline")
    }
    codes = asked.get("department", [])
    ids = tuple(db().scalars(select(Department.id).where(Department.code.in_(codes)))) if codes else ()
    # a code nobody has finds nothing, it does not widen the search
    return Filters(department=ids or ((0,) if codes else ()), **named)
