"""Errors: one map, to a page for people and to problem+json (RFC 9457) for programs."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from redemption.kernel.errors import DomainError, Stale
from redemption.web.sentences import flat

log = structlog.get_logger("redemption.web")

SIGNATURE = "签名未通过"
"""Title of a 401 to another system: nobody is asked to sign in there."""
TITLES = {
    400: "请求有误",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "方法不适用",
    406: "无法提供这种格式",
    409: "内容有冲突",
    410: "已失效",
    412: "内容已被他人修改",
    413: "内容太大",
    415: "不支持的格式",
    422: "内容需要修改",
    428: "缺少版本条件",
    429: "操作太频繁",
    500: "系统出错",
    503: "系统暂时不可用",
}


def init(app: Flask) -> None:
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(UnicodeEncodeError, _unstorable)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Programs ask below /api/, or say that they prefer JSON."""
    if request.path.startswith("/api/") and request.path != "/api/docs":
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"


def domain_error(error: DomainError) -> Response:
    return answer(error.status, error.code, error.message, error.fields, error.detail)


def answer(
    status: int,
    code: str,
    detail: str,
    fields: dict[str, list[str]] | None = None,
    more: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The error as a page or as problem+json, by who asks."""
    retry_after = (more or {}).get("retry_after")
    if wants_json():
        body: dict[str, Any] = {
            "type": f"/problems/{code}",
            "title": SIGNATURE
            if code.startswith("signature_")
            else TITLES.get(status, HTTPStatus(status).phrase),
            "status": status,
            "code": code,
            "detail": detail,
            "request_id": g.get("request_id", ""),
        }
        if fields:
            body["errors"] = [
                {"pointer": pointer(name), "field": name, "message": sentence}
                for name, sentences in fields.items()
                for sentence in sentences
            ]
        body.update({key: value for key, value in (more or {}).items() if key not in body})
        response = jsonify(body)
        response.mimetype = "application/problem+json"
    else:
        page = render_template(
            "errors/page.html",
            status=status,
            code=code,
            detail=detail,
            request_id=g.get("request_id", ""),
            retry_after=retry_after,
        )
        response = make_response(page)
    response.status_code = status
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    if status == 401 and not wants_json() and request.method == "GET":
        response = make_response("", 303)
        response.headers["Location"] = "/sign-in?next=" + _here()
    return response


def pointer(name: str) -> str:
    """A JSON pointer (RFC 6901) to a field named `items.0.name`."""
    return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in name.split("."))


def http_error(error: HTTPException) -> Response:
    """Werkzeug's and flask-smorest's errors; webargs puts its messages into `error.data`."""
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    data = getattr(error, "data", None) or {}
    messages = data.get("errors") or data.get("messages")
    fields: dict[str, list[str]] = {}
    if messages:
        for place in ("json", "query", "form", "files", "headers", "json_or_form", "path"):
            if isinstance(messages, dict) and place in messages and len(messages) == 1:
                messages = messages[place]
                break
        for name, sentence in flat(messages):
            fields.setdefault(name, []).append(sentence)
    code = {422: "invalid", 404: "not_found", 413: "too_large", 429: "too_many_requests"}.get(
        status, HTTPStatus(status).phrase.lower().replace(" ", "_")
    )
    detail = "有内容需要修改，请看每一项的说明。" if fields else _sentence(status, error)
    more = {"retry_after": 60} if status == 429 else None
    headers = {"Allow": ", ".join(error.valid_methods)} if getattr(error, "valid_methods", None) else None  # type: ignore[attr-defined]
    return answer(status, code, detail, fields, more, headers)


def _sentence(status: int, error: HTTPException) -> str:
    from flask_wtf.csrf import CSRFError

    if isinstance(error, CSRFError):
        return (
            "页面停留时间过长，为保护您的账号需要重新确认。请返回上一页刷新后再提交，您填写的内容通常还在。"
        )
    return {
        400: "提交的内容格式不对，请返回上一页刷新后再试。",
        404: "没有找到您要的内容，请核对编号或链接。",
        405: "这个地址不接受这种请求方式。",
        413: "文件太大了，请压缩或拆分后再上传。",
        415: "不支持这种内容格式。",
        429: "操作太频繁，请稍等片刻再试。",
    }.get(status, TITLES.get(status, "请求无法处理"))


def _stale(error: StaleDataError) -> Response:
    return domain_error(Stale())


def _unstorable(error: Exception) -> Response:
    """NUL, half a surrogate pair, a number beyond its column: nothing that a person writes."""
    log.warning("unstorable", path=request.path, error=str(error)[:200])
    return answer(422, "unstorable", "内容里有不能保存的字符，或数字超出范围，请去掉或改正后再提交。")


def _database_away(error: OperationalError) -> Response:
    log.error("database_away", error=str(error.orig)[:300])
    return answer(
        503,
        "database_away",
        "系统暂时连不上数据库，请稍后再试。您已经提交成功的内容不会丢失。",
        more={"retry_after": 10},
    )


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected", path=request.path, method=request.method)
    if current_app.testing or current_app.debug:
        raise error
    return answer(500, "internal", "系统出错了，问题在我们这边，已自动记录。请稍后再试。")


def _here() -> str:
    from urllib.parse import quote

    return quote(request.full_path.rstrip("?"), safe="")
