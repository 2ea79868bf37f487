"""The JSON API's frame: OpenAPI 3.1 at /api/openapi.json, Swagger UI at /api/docs, problem+json for every error."""

from typing import Any

import marshmallow as ma
from flask import Blueprint, Flask, Response, jsonify
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from redemption.web import problem
from redemption.web.access import public
from redemption.web.pages import render


class FieldProblemSchema(ma.Schema):
    pointer = ma.fields.String(metadata={"description": "JSON Pointer（RFC 6901），指向有误的字段"})
    field = ma.fields.String()
    message = ma.fields.String(metadata={"description": "怎样修改"})


class ProblemSchema(ma.Schema):
    """RFC 9457."""

    type = ma.fields.String()
    title = ma.fields.String()
    status = ma.fields.Integer()
    code = ma.fields.String(metadata={"description": "稳定的错误代码，供程序判断"})
    detail = ma.fields.String()
    request_id = ma.fields.String()
    errors = ma.fields.List(ma.fields.Nested(FieldProblemSchema))


class ProblemApi(Api):
    """flask-smorest's Api with our one form of error."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        """All of these are errors: described as what `problem` answers, not as plain JSON."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE

    def handle_http_exception(self, error: HTTPException) -> Any:
        return problem.http_error(error)


def init(app: Flask) -> ProblemApi:
    app.config.update(
        API_TITLE="惠企政策兑现开放接口",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
        API_SPEC_OPTIONS={
            "info": {
                "description": "一口申报、一窗兑现：与页面相同的服务。错误一律为 application/problem+json。"
            },
            "components": {
                "securitySchemes": {
                    "bearer": {"type": "http", "scheme": "bearer"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
                    "webhook": {
                        "type": "apiKey",
                        "in": "header",
                        "name": "webhook-signature",
                        "description": "Standard Webhooks 签名（HMAC-SHA256 或 HMAC-SM3）",
                    },
                }
            },
            "security": [{"bearer": []}, {"session": []}],
        },
    )
    api = ProblemApi(app)
    blueprint = Blueprint("openapi", __name__)

    @blueprint.get("/api/openapi.json")
    @public
    def document() -> Response:
        return jsonify(api.spec.to_dict())

    @blueprint.get("/api/docs")
    @public
    def docs() -> Response:
        return render("openapi.html")

    app.register_blueprint(blueprint)
    return api
