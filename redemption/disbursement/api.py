"""拟兑现公示 over JSON: the same as the page, for everybody."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import RAISE

from redemption.applications.rules import Status
from redemption.disbursement import queries
from redemption.disbursement.schemas import NoticeListSchema, PublicityQuerySchema
from redemption.disbursement.views import last_day
from redemption.web import paging
from redemption.web.access import public
from redemption.web.session import db

blueprint = Blueprint("publicity-api", __name__, url_prefix="/api/v1/publicity", description="拟兑现公示")


@blueprint.route("")
class Notices(MethodView):
    @public
    @blueprint.arguments(PublicityQuerySchema, location="query", unknown=RAISE)
    @blueprint.response(200, NoticeListSchema)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """查询正在公示的拟兑现企业、事项和金额"""
        after = paging.decode(args["cursor"]) if args.get("cursor") else None
        words = args["q"].replace("\x00", "").strip()
        rows, following = queries.notices_page(db(), words, after=after, limit=args["limit"])
        return {
            "items": [_notice(row) for row in rows],
            "next_cursor": paging.encode(following) if following else None,
        }


def _notice(row: Any) -> dict[str, Any]:
    under_review = row.status == Status.OBJECTION_REVIEW
    return {
        **row._mapping,
        "last_day": None if under_review else last_day(row.Publicity.ends_at),
        "provisional": row.Publicity.provisional,
    }
