"""A document as PDF for its parties; whether a document is genuine, for anybody who holds it."""

from io import BytesIO

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.documents import checking, queries, rendering
from redemption.documents.models import Document
from redemption.kernel import numbering
from redemption.kernel.errors import Invalid
from redemption.web.access import actor, allow, public
from redemption.web.files import send_stored, send_stream
from redemption.web.pages import render
from redemption.web.session import db, settings, storage

blueprint = Blueprint("documents", __name__)

VERIFY_LIMIT = "30 per minute"
"""Codes checked by one address: a code has 71 random bits, so guessing is hopeless; this keeps it quiet as well."""


@blueprint.get("/documents/<number>.pdf")
@allow()
def document_pdf(number: str) -> Response:
    """The bytes that were kept; before the low-priority job has kept them, the same bytes made now."""
    document = queries.by_number(db(), actor(), number)
    return send_document(document)


def send_document(document: Document) -> Response:
    """Answer with a document that the caller has already been found to be a party to."""
    name = f"{document.title}-{document.number}.pdf"
    if document.pdf_sha256 and storage().exists(document.pdf_sha256):
        return send_stored(document.pdf_sha256, name, "application/pdf", inline=True)
    made = rendering.pdf(document, settings().base_url)
    return send_stream(BytesIO(made.content), name, "application/pdf", inline=True)


@blueprint.get("/verify")
@public
def verify_form() -> Answer:
    typed = request.args.get("code", "").strip()
    if not typed:
        return render("documents/verify.html", document=None, typed="", error="")
    try:
        return redirect(f"/verify/{numbering.read_verification_code(typed)}", 303)
    except Invalid as error:
        return render("documents/verify.html", status=422, document=None, typed=typed, error=error.message)


@blueprint.get("/verify/<code>")
@public
def verify(code: str) -> Response:
    """What the document shows itself, and whether it is still in force; no more."""
    with current_app.extensions["redemption"]["limiter"].limit(VERIFY_LIMIT):
        pass
    try:
        document = queries.by_code(db(), numbering.read_verification_code(code))
    except Invalid as error:
        return render(
            "documents/verify.html", status=404, document=None, typed=code[:40], error=error.message
        )
    if document is None:
        return render(
            "documents/verify.html", status=404, document=None, typed=code[:40], error=checking.UNKNOWN
        )
    found = checking.checked(document)
    return render(
        "documents/verify.html",
        document=document,
        kind_name=found.kind_name,
        facts=[(name, value) for _, name, value in found.facts],
        amount=found.amount,
        result=found.result,
        applications=found.applications,
        intact=found.intact,
        stands_in=found.stands_in,
        typed="",
        error="",
    )
