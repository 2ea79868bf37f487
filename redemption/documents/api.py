"""文书核验 over JSON: the same as the page, for whoever holds the code."""

from typing import Any

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from redemption.documents import checking, queries
from redemption.documents.schemas import CheckedDocumentSchema
from redemption.documents.views import VERIFY_LIMIT
from redemption.kernel import numbering
from redemption.kernel.errors import NotFound
from redemption.web.access import public
from redemption.web.session import db

blueprint = Blueprint("documents-api", __name__, url_prefix="/api/v1/verify", description="文书核验")


@blueprint.route("/<code>")
class Verification(MethodView):
    @public
    @blueprint.response(200, CheckedDocumentSchema)
    def get(self, code: str) -> dict[str, Any]:
        """按核验码核验文书是否真实、是否仍然有效"""
        with current_app.extensions["redemption"]["limiter"].limit(VERIFY_LIMIT):
            pass
        document = queries.by_code(db(), numbering.read_verification_code(code))
        if document is None:
            raise NotFound(checking.UNKNOWN)
        found = checking.checked(document)
        return {
            "state": found.state,
            "kind": document.kind,
            "kind_name": found.kind_name,
            "number": document.number,
            "issuer": document.issuer_name,
            "issued_at": document.issued_at,
            "revoked_at": document.revoked_at,
            "facts": {key: value for key, _, value in found.facts},
            "applications": found.applications,
            "result": found.result,
            "amount": found.amount,
            "code": document.code,
            "digest": document.digest,
            "glyphs_missing": document.glyphs_missing,
            "seal": found.stands_in,
        }
