"""Open figures over JSON."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from redemption.kernel import clock
from redemption.supervision import queries
from redemption.supervision.schemas import FiguresSchema
from redemption.web.access import public
from redemption.web.session import db

blueprint = Blueprint("supervision-api", __name__, url_prefix="/api/v1/figures", description="公开数据")


@blueprint.route("")
class Figures(MethodView):
    @public
    @blueprint.response(200, FiguresSchema)
    def get(self) -> dict[str, Any]:
        """政策兑现公开数据（只有合计，不含任何企业或个人的信息）"""
        today = clock.today()
        months = queries.by_month_received(db(), today)
        return {
            "as_of": today,
            **queries.open_figures(db(), today),
            "months": [{"month": name, "received": got, "decided": done} for name, got, done in months],
        }
