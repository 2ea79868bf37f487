"""Matching and 免申即享 over JSON: the same computation, lists and answers as the pages."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.matching import offers as service_of_offers
from redemption.matching import queries, service
from redemption.matching.reasons import spoken_of
from redemption.matching.rules import Verdict
from redemption.matching.schemas import (
    CandidateListSchema,
    CandidatesQuerySchema,
    ConfirmedSchema,
    ConfirmSchema,
    FittingEnterprisesSchema,
    MatchingQuerySchema,
    MatchingSchema,
    OfferItemListSchema,
    OfferListSchema,
    OfferSchema,
)
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
        return _matching(actor().enterprise_id, args["limit"])


def _matching(enterprise_id: int, limit: int) -> dict[str, Any]:
    whose = spoken_of(actor())
    found = service.fitting(db(), enterprise_id, limit=limit, with_failing=True, whose=whose)
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


@matching.route("/<uscc>")
class PackageView(MethodView):
    @allow("enterprise", "clerk")
    @matching.arguments(MatchingQuerySchema, location="query", unknown=RAISE)
    @matching.response(200, MatchingSchema)
    def get(self, args: dict[str, Any], uscc: str) -> dict[str, Any]:
        """查询一家企业的政策服务包（窗口可查各企业，企业只能查本企业）"""
        enterprise = queries.enterprise_for(db(), actor(), uscc)
        return _matching(enterprise.id, args["limit"])


@matching.route("/items/<code>")
class FittingEnterprisesView(MethodView):
    @allow("officer", "policy_maker")
    @matching.arguments(CandidatesQuerySchema, location="query", unknown=RAISE)
    @matching.response(200, FittingEnterprisesSchema)
    def get(self, args: dict[str, Any], code: str) -> dict[str, Any]:
        """查询一个事项现在有哪些企业符合，及逐条比对结果

        由制定或办理该事项的部门查询；按已发布版本中确认过的条件计算。
        """
        found = service.enterprises_fitting(db(), actor(), code, after=args["after"], limit=args["limit"])
        return {
            "fits": found.certain,
            "likely": found.likely,
            "items": [
                {"uscc": one.uscc, "name": one.name, "verdict": said.verdict, "reasons": said.reasons}
                for one, said in found.listed
            ],
            "next": found.following,
        }


@offers.route("")
class OffersView(MethodView):
    @allow("enterprise")
    @offers.response(200, OfferListSchema)
    def get(self) -> dict[str, Any]:
        """查询部门给本企业的免申即享通知"""
        rows = queries.offers_of_enterprise(db(), actor().enterprise_id)
        return {"items": [_offer(*row) for row in rows]}


@offers.route("/<public_id>/<any(accept,decline):answer>")
class OfferAnswerView(MethodView):
    @allow("enterprise")
    @offers.response(200, OfferSchema)
    def post(self, public_id: str, answer: str) -> dict[str, Any]:
        """确认或放弃一条免申即享通知

        确认后自动生成申报件，编号稍后出现在 `submission`。重复的相同答复没有副作用；已经另作答复的返回 409。
        """
        found = service_of_offers.answer(db(), actor(), public_id, accept=answer == "accept")
        return _offer(*queries.offer_with_item(db(), found.id))


@offers.route("/items")
class OfferItemsView(MethodView):
    @allow("officer", "policy_maker")
    @offers.response(200, OfferItemListSchema)
    def get(self) -> dict[str, Any]:
        """查询本部门的免申即享事项，及各有多少企业待确认、已确认"""
        return {"items": [row._mapping for row in service_of_offers.items_without_application(db(), actor())]}


@offers.route("/items/<code>")
class OfferListOfItemView(MethodView):
    @allow("officer", "policy_maker")
    @offers.arguments(CandidatesQuerySchema, location="query", unknown=RAISE)
    @offers.response(200, CandidateListSchema)
    def get(self, args: dict[str, Any], code: str) -> dict[str, Any]:
        """查询一个免申即享事项按条件算出的企业名单"""
        _, listed, following = service_of_offers.candidates(
            db(), actor(), code, after=args["after"], limit=args["limit"]
        )
        return {
            "items": [
                {
                    "uscc": one.enterprise.uscc,
                    "name": one.enterprise.name,
                    "offer": one.state,
                    "offer_id": one.offer and one.offer.public_id,
                    "may_be_offered": one.may_be_offered,
                    "reasons": one.explanation.reasons,
                }
                for one in listed
            ],
            "next": following,
        }

    @allow("officer", "policy_maker")
    @offers.arguments(ConfirmSchema)
    @offers.response(200, ConfirmedSchema)
    def post(self, args: dict[str, Any], code: str) -> dict[str, Any]:
        """确认名单中的企业，并逐家通知；等待答复的、本版本已确认的不再通知"""
        return {"offered": service_of_offers.offer(db(), actor(), code, args["uscc"])}


@offers.route("/items/<code>/<public_id>/withdraw")
class OfferWithdrawalView(MethodView):
    @allow("officer", "policy_maker")
    @offers.response(200, OfferSchema)
    def post(self, code: str, public_id: str) -> dict[str, Any]:
        """撤回一条企业还没有答复的免申即享通知"""
        found = service_of_offers.withdraw(db(), actor(), code, public_id)
        return _offer(*queries.offer_with_item(db(), found.id))


def _offer(offer: Any, item: Any, version: Any) -> dict[str, Any]:
    return {
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
