"""JSON of items for their makers."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.catalogue import queries, schemas, service
from redemption.catalogue.api import shapes
from redemption.catalogue.models import Item
from redemption.catalogue.rules import ItemAction, ItemState
from redemption.kernel.errors import NotFound
from redemption.web.access import actor, allow
from redemption.web.paging import page
from redemption.web.session import db

blueprint = Blueprint("items-own", __name__, url_prefix="/api/v1/items", description="事项（编制）")


@blueprint.get("/own")
@allow("policy_maker")
@blueprint.arguments(schemas.PagingSchema, location="query", unknown=RAISE)
@blueprint.response(200, schemas.OwnItemsSchema)
def own(paging: dict[str, Any]) -> Any:
    """本部门的事项，含草稿"""
    return _page(queries.of_department(actor().department_id), paging)


@blueprint.get("/drafts")
@allow("policy_maker")
@blueprint.arguments(schemas.PagingSchema, location="query", unknown=RAISE)
@blueprint.response(200, schemas.OwnItemsSchema)
def drafts(paging: dict[str, Any]) -> Any:
    """本部门尚未发布的事项"""
    return _page(queries.of_department(actor().department_id).where(Item.state == ItemState.DRAFT), paging)


def _page(query: Any, paging: dict[str, Any]) -> dict[str, Any]:
    rows, following = page(db(), query, Item.id, limit=paging["limit"], cursor=paging.get("cursor"))
    return {"items": shapes.items(db(), rows), "next_cursor": following}


@blueprint.get("/own/<code>")
@allow("policy_maker")
@blueprint.response(200, schemas.OwnItemSchema)
def own_one(code: str) -> Any:
    """本部门的一个事项：正在编辑的版本，及提取时的原样"""
    owned = service.owned_for_reading(db(), actor(), code)
    return shapes.item(db(), owned.item, owned.draft), 200, shapes.etag(owned.item.version)


@blueprint.patch("/<code>")
@allow("policy_maker")
@blueprint.arguments(schemas.ItemChangesSchema)
@blueprint.response(200, schemas.OwnItemSchema)
def change(data: dict[str, Any], code: str) -> Any:
    """修改事项草稿（需要 If-Match）"""
    with shapes.preconditions():
        made = service.save_item(db(), actor(), code, data, version=shapes.expected_version())
    return shapes.item(db(), made), 200, shapes.etag(made.version)


@blueprint.delete("/<code>")
@allow("policy_maker")
@blueprint.response(204)
def discard(code: str) -> None:
    """删除事项草稿；已发布的事项只删除未发布的版本"""
    with shapes.preconditions():
        service.discard_item(db(), actor(), code, version=shapes.expected_version(needed=False))


@blueprint.post("/<code>/publish")
@allow("policy_maker")
@blueprint.response(200, schemas.OwnItemSchema)
def publish(code: str) -> Any:
    """确认并发布事项

    第二十四条要求列明的内容缺一项而没有说明原因的，不能发布。重复发布没有副作用。
    """
    with shapes.preconditions():
        made = service.publish_item(db(), actor(), code, version=shapes.expected_version(needed=False))
    return shapes.item(db(), made), 200, shapes.etag(made.version)


@blueprint.post("/<code>/amendments")
@allow("policy_maker")
@blueprint.arguments(schemas.ItemAmendmentSchema)
@blueprint.response(201, schemas.OwnItemSchema)
def amend(data: dict[str, Any], code: str) -> Any:
    """发起修订或更正，形成新的未发布版本；已受理的申报件不受影响"""
    service.amend_item(db(), actor(), code, data["reason"], correction=data["correction"])
    owned = service.owned_for_reading(db(), actor(), code)
    return shapes.item(db(), owned.item, owned.draft), 201, shapes.etag(owned.item.version)


@blueprint.post("/<code>/<any(suspend,resume,close,reopen,repeal):action>")
@allow("policy_maker")
@blueprint.arguments(schemas.ReasonSchema)
@blueprint.response(200, schemas.OwnItemSchema)
def change_state(data: dict[str, Any], code: str, action: str) -> Any:
    """暂停、恢复、截止、重新开放或废止事项"""
    if action not in set(ItemAction):
        raise NotFound
    with shapes.preconditions():
        made = service.change_state(
            db(),
            actor(),
            code,
            ItemAction(action),
            data["reason"],
            version=shapes.expected_version(needed=False),
        )
    return shapes.item(db(), made), 200, shapes.etag(made.version)


@blueprint.post("/<code>/split")
@allow("policy_maker")
@blueprint.arguments(schemas.NewItemSchema)
@blueprint.response(201, schemas.OwnItemSchema)
def split(data: dict[str, Any], code: str) -> Any:
    """从事项草稿拆出另一个事项，内容与原事项相同，拆开后分别修改"""
    made = service.split_item(db(), actor(), code, data["name"])
    return shapes.item(db(), made), 201, shapes.etag(made.version)
