"""JSON of policies for their makers."""

import hashlib
from contextlib import closing
from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.catalogue import schemas, service
from redemption.catalogue.api import shapes
from redemption.kernel.errors import Invalid
from redemption.policies import queries
from redemption.policies import service as policy_service
from redemption.policies.models import Policy
from redemption.web.access import actor, allow
from redemption.web.files import read_upload
from redemption.web.paging import page
from redemption.web.session import db, settings, storage

ENDINGS = frozenset({"txt", "html", "htm", "docx", "pdf", "xlsx"})
blueprint = Blueprint("policies-own", __name__, url_prefix="/api/v1/policies", description="政策文件（编制）")


def _once() -> str | None:
    """The same Idempotency-Key of the same department names the same policy."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 200:
        raise Invalid("Idempotency-Key 不能超过 200 个字符。", code="idempotency_key_invalid", status=400)
    if not key:
        return None
    return "api:" + hashlib.sha256(f"{actor().department_id}\x00{key}".encode()).hexdigest()


@blueprint.post("")
@allow("policy_maker")
@blueprint.arguments(schemas.PolicyTextSchema)
@blueprint.response(201, schemas.OwnPolicySchema)
def create(data: dict[str, Any]) -> Any:
    """用文字新建政策文件，并提取事项草稿

    标题、文号、发文机关、日期从正文识别，也可以直接给出。请求头 `Idempotency-Key` 相同的重复请求只建一份。
    """
    document = service.read_pasted(data.pop("text"))
    made = service.take_in(db(), actor(), document, details=data, source="api", source_id=_once())
    return shapes.policy(db(), made), 201, shapes.etag(made.version)


@blueprint.post("/files")
@allow("policy_maker")
@blueprint.response(201, schemas.OwnPolicySchema)
def create_from_file() -> Any:
    """用文件新建政策文件，并提取事项草稿

    multipart/form-data，字段 `file`：txt（UTF-8、GBK）、html、docx、pdf（有文字层）、xlsx，不超过 20 MB。
    """
    if "file" not in request.files:
        raise Invalid.field("file", "请在字段 file 中上传政策文件。")
    with closing(request.files["file"]) as sent:
        upload = read_upload(sent, settings().file_limit, ENDINGS)
        document = service.read_file(upload.stream.read(), upload.name)
        upload.stream.seek(0)
        stored = storage().put(upload.stream, settings().file_limit)
    made = service.take_in(
        db(),
        actor(),
        document,
        source="api",
        source_id=_once(),
        source_name=upload.name,
        source_sha256=stored.sha256,
    )
    return shapes.policy(db(), made), 201, shapes.etag(made.version)


@blueprint.get("/own")
@allow("policy_maker")
@blueprint.arguments(schemas.PagingSchema, location="query", unknown=RAISE)
@blueprint.response(200, schemas.OwnPoliciesSchema)
def own(paging: dict[str, Any]) -> Any:
    """本部门的政策文件，含草稿"""
    rows, following = page(
        db(),
        queries.of_department(actor().department_id),
        Policy.id,
        limit=paging["limit"],
        cursor=paging.get("cursor"),
    )
    return {"items": shapes.policies_of(db(), rows), "next_cursor": following}


@blueprint.get("/own/<number>")
@allow("policy_maker")
@blueprint.response(200, schemas.OwnPolicySchema)
def own_one(number: str) -> Any:
    """本部门的一份政策文件，含原文"""
    found = queries.seen_by(db(), actor(), number)
    return shapes.policy(db(), found, with_text=True), 200, shapes.etag(found.version)


@blueprint.patch("/<number>")
@allow("policy_maker")
@blueprint.arguments(schemas.DetailsSchema)
@blueprint.response(200, schemas.OwnPolicySchema)
def revise(data: dict[str, Any], number: str) -> Any:
    """修改政策文件草稿的信息（需要 If-Match）"""
    with shapes.preconditions():
        found = policy_service.revise(db(), actor(), number, data, version=shapes.expected_version())
    return shapes.policy(db(), found), 200, shapes.etag(found.version)


@blueprint.post("/<number>/publish")
@allow("policy_maker")
@blueprint.arguments(schemas.PublishPolicySchema)
@blueprint.response(200, schemas.OwnPolicySchema)
def publish(data: dict[str, Any], number: str) -> Any:
    """发布政策文件，可同时发布它的事项

    待发布的政策解读和简明问答同日公开；没有简明问答的，须在 `without_answers` 说明原因。
    重复发布没有副作用。发布后开始计算 3 个工作日的报送期限（第二十五条）。
    """
    version = shapes.expected_version(needed=False)
    with shapes.preconditions():
        service.publish_policy(
            db(),
            actor(),
            number,
            items=data["items"],
            version=version,
            without_answers=data["without_answers"],
        )
    found = queries.seen_by(db(), actor(), number)
    return shapes.policy(db(), found), 200, shapes.etag(found.version)


@blueprint.post("/<number>/amendments")
@allow("policy_maker")
@blueprint.arguments(schemas.AmendmentSchema)
@blueprint.response(201, schemas.OwnPolicySchema)
def amend(data: dict[str, Any], number: str) -> Any:
    """发起修订，形成新的未发布版本"""
    document, note = service.read_pasted(data.pop("text")), data.pop("change_note")
    policy_service.amend(db(), actor(), number, document, note, data)
    found = queries.seen_by(db(), actor(), number)
    return shapes.policy(db(), found), 201, shapes.etag(found.version)


@blueprint.post("/<number>/repeal")
@allow("policy_maker")
@blueprint.arguments(schemas.ReasonSchema)
@blueprint.response(200, schemas.OwnPolicySchema)
def repeal(data: dict[str, Any], number: str) -> Any:
    """废止政策文件，它的事项随之废止"""
    found = service.repeal_policy(db(), actor(), number, data["reason"])
    return shapes.policy(db(), found), 200, shapes.etag(found.version)


@blueprint.delete("/<number>")
@allow("policy_maker")
@blueprint.response(204)
def discard(number: str) -> None:
    """删除政策文件草稿及其事项草稿"""
    service.discard_policy(db(), actor(), number)


@blueprint.post("/<number>/interpretations")
@allow("policy_maker")
@blueprint.arguments(schemas.InterpretationSchema)
@blueprint.response(201, schemas.OwnInterpretationSchema)
def interpret(data: dict[str, Any], number: str) -> Any:
    """写政策解读

    文件尚未发布的，解读随文件同时发布（第十九条），`published_at` 为空；已发布的立即公开。
    """
    return policy_service.interpret(db(), actor(), number, data["title"], data["text"])


@blueprint.put("/<number>/interpretations/<int:interpretation_id>")
@allow("policy_maker")
@blueprint.arguments(schemas.InterpretationSchema)
@blueprint.response(200, schemas.OwnInterpretationSchema)
def rewrite_interpretation(data: dict[str, Any], number: str, interpretation_id: int) -> Any:
    """修改尚未发布的政策解读"""
    return policy_service.rewrite(db(), actor(), number, interpretation_id, data["title"], data["text"])


@blueprint.delete("/<number>/interpretations/<int:interpretation_id>")
@allow("policy_maker")
@blueprint.response(204)
def withdraw_interpretation(number: str, interpretation_id: int) -> None:
    """撤回尚未发布的政策解读"""
    policy_service.withdraw(db(), actor(), number, interpretation_id)


@blueprint.post("/<number>/items")
@allow("policy_maker")
@blueprint.arguments(schemas.NewItemSchema)
@blueprint.response(201, schemas.OwnItemSchema)
def add_item(data: dict[str, Any], number: str) -> Any:
    """手工添加一个事项草稿"""
    made = service.add_item(db(), actor(), number, data["name"])
    return shapes.item(db(), made), 201, shapes.etag(made.version)


@blueprint.post("/<number>/merge")
@allow("policy_maker")
@blueprint.arguments(schemas.ItemCodesSchema)
@blueprint.response(200, schemas.OwnItemSchema)
def merge(data: dict[str, Any], number: str) -> Any:
    """把识别成几个的同一项优惠合并为一个事项草稿，保留排在最前的名称和编码"""
    made = service.merge_items(db(), actor(), number, data["items"])
    return shapes.item(db(), made), 200, shapes.etag(made.version)


@blueprint.put("/<number>/text")
@allow("policy_maker")
@blueprint.arguments(schemas.TextSchema)
@blueprint.response(200, schemas.OwnPolicySchema)
def replace_text(data: dict[str, Any], number: str) -> Any:
    """替换草稿的原文；事项内容不变，只重新对应位置"""
    service.replace_text(db(), actor(), number, service.read_pasted(data["text"]))
    found = queries.seen_by(db(), actor(), number)
    return shapes.policy(db(), found), 200, shapes.etag(found.version)
