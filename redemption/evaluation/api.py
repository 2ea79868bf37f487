"""好差评 over the API: the same service as the page."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from redemption.applications import queries as applications
from redemption.evaluation import queries, service
from redemption.evaluation.models import Rating
from redemption.evaluation.rules import Occasion
from redemption.evaluation.schemas import RatedSchema, RatingSchema
from redemption.kernel.errors import NotFound
from redemption.web.access import actor, allow
from redemption.web.session import db

blueprint = Blueprint("evaluation-api", __name__, url_prefix="/api/v1/applications", description="好差评")


@blueprint.route("/<number>/rating")
class RatingView(MethodView):
    @allow("enterprise")
    @blueprint.response(200, RatedSchema)
    def get(self, number: str) -> Rating:
        """查看本企业对一件申报的评价"""
        case = applications.case(db(), actor(), number)
        given = queries.rating_of(db(), case.application.id, Occasion.END.value)
        if given is None:
            raise NotFound("还没有评价。", code="unrated")
        return given

    @allow("enterprise")
    @blueprint.arguments(RatingSchema)
    @blueprint.response(201, RatedSchema)
    def post(self, data: dict[str, Any], number: str) -> Rating:
        """办结后评价一件申报"""
        return service.rate(db(), actor(), number, **data)
