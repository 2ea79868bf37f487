"""Questions and answers over JSON."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.consultation import queries, service
from redemption.consultation.schemas import AskedSchema, AskSchema, QuestionListSchema, SearchSchema
from redemption.kernel.errors import NotFound
from redemption.web.access import actor, allow, public
from redemption.web.session import db

blueprint = Blueprint("consultation-api", __name__, url_prefix="/api/v1/questions", description="政策问答")


@blueprint.route("")
class Questions(MethodView):
    @public
    @blueprint.arguments(SearchSchema, location="query", unknown=RAISE)
    @blueprint.response(200, QuestionListSchema)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """查询已公开的政策问答，附答复依据"""
        item = queries.public_item(db(), args["item"]) if args["item"] else None
        if args["item"] and item is None:
            raise NotFound("没有这个事项。")
        found = queries.search(db(), args["q"], item_id=item[0].id if item else None, limit=args["limit"])
        labels = queries.labels(db(), found)
        return {
            "items": [
                {
                    "number": question.number,
                    "question": question.public_text or question.text,
                    "answer": question.answer,
                    "source": question.source,
                    "published_at": question.published_at,
                    **{key: labels[question.id][key] for key in ("item", "policy", "department")},
                }
                for question in found
            ]
        }

    @allow("enterprise", "clerk")
    @blueprint.arguments(AskSchema)
    @blueprint.response(201, AskedSchema)
    def post(self, args: dict[str, Any]) -> Any:
        """提出一个知识库里没有答案的问题"""
        return service.ask(db(), actor(), args["text"], item_code=args["item"], policy_number=args["policy"])
