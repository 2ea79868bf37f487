"""JSON: tokens for programs, and who one is."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from redemption.identity import service
from redemption.identity.schemas import MeSchema, TokenRequestSchema, TokenSchema
from redemption.kernel.errors import Invalid
from redemption.web.access import actor, allow, public
from redemption.web.session import db, keep_on_refusal

blueprint = Blueprint("identity-api", __name__, url_prefix="/api/v1", description="账号与令牌")


@blueprint.post("/tokens")
@public
@blueprint.arguments(TokenRequestSchema)
@blueprint.response(201, TokenSchema)
def create_token(data: dict[str, Any]) -> dict[str, Any]:
    """用登录名和密码换取访问令牌

    令牌有效 12 小时，放在请求头 `Authorization: Bearer <令牌>` 中。连续输错 5 次密码，账号暂停 15 分钟。
    """
    try:
        found = service.sign_in(db(), data["login"], data["password"], request.remote_addr or "")
    except (service.SignInRefused, service.AccountPaused):
        keep_on_refusal()
        raise
    post = found.posts[0]
    if "post" in data:
        chosen = [held for held in found.posts if held.id == data["post"]]
        if not chosen:
            raise Invalid.field("post", "您没有这个岗位。")
        post = chosen[0]
    token, until = service.issue_token(db(), post, data["label"])
    acting = service.actor_of(db(), post, found.person)
    return {"token": token, "expires_at": until, "role": acting.role, "place": acting.place}


@blueprint.get("/me")
@allow()
@blueprint.response(200, MeSchema)
def me() -> Any:
    """查询当前身份"""
    return actor()
