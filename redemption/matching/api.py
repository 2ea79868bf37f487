"""Matching over JSON, for the enterprise itself: the same computation as its pages."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.matching import queries, service
from redemption.matching.rules import Verdict
from redemption.matching.schemas import MatchingQuerySchema, MatchingSchema, OfferListSchema
from redemption.web.access import actor, allow
from redemption.web.session import db

matching = Blueprint("matching-api", __name__, url_prefix="/api/v1/matching", description="政策匹配")
offers = Blueprint("offers-api", __name__, url_prefix="/api/v1/offers", description="免申即享")
blueprints = [matching, offers]


@matching.route("")
class MatchingView(MethodView):
    @allow("enterprise")
    @matching.arguments(MatchingQuerySchema, location="query", unknown=RAISE)
    @matching.response(200, MatchingSchema)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """查询哪些事项适合本企业、哪些不适合及原因、哪些还缺数据"""
        found = service.fitting(db(), actor().enterprise_id, limit=args["limit"], with_failing=True)
        return {
            "fits": found.fits,
            "likely": found.likely,
            "lacking": found.lacking,
            "fails": found.failing,
            "counts": {
                "fits": found.counts[Verdict.FITS],
                "likely": found.counts[Verdict.LIKELY],
                "lacking": found.counts[Verdict.UNKNOWN],
                "fails": found.counts[Verdict.FAILS],
            },
            "missing": [{"label": label, "items": number} for label, number in found.missing],
        }


@offers.route("")
class OffersView(MethodView):
    @allow("enterprise")
    @offers.response(200, OfferListSchema)
    def get(self) -> dict[str, Any]:
        """查询部门给本企业的免申即享通知"""
        rows = queries.offers_of_enterprise(db(), actor().enterprise_id)
        return {
            "items": [
                {
                    "public_id": offer.public_id,
                    "item": version.name,
                    "item_code": item.code,
                    "summary": version.summary,
                    "state": offer.state,
                    "offered_at": offer.offered_at,
                    "answered_at": offer.answered_at,
                    "submission": offer.basis.get("submission"),
                    "failure": offer.basis.get("failure", ""),
                }
                for offer, item, version in rows
            ]
        }
