"""What is held about an enterprise, and archive packages of finished cases."""

from flask import Blueprint
from werkzeug.wrappers import Response as Answer

from redemption.documents import rendering
from redemption.documents.models import Document
from redemption.identity import profile
from redemption.identity.rules import Grade
from redemption.kernel import clock
from redemption.space import held
from redemption.web.access import actor, allow
from redemption.web.files import send_stream
from redemption.web.pages import render
from redemption.web.session import box, db, settings, storage

blueprint = Blueprint("space-held", __name__)


@blueprint.get("/space/profile/held")
@allow("enterprise")
def shown() -> Answer:
    enterprise = profile.own_enterprise(db(), actor())
    return render(
        "space/held.html",
        counts=held.counts(db(), enterprise),
        may_export=actor().grade == Grade.OWNER,
    )


@blueprint.post("/space/profile/held")
@allow("enterprise")
def export() -> Answer:
    """A download that is asked for by a form: it is written into the log."""
    file = held.export(db(), actor(), box())
    name = f"{actor().place}-系统保存的信息-{clock.today():%Y%m%d}.zip"
    return send_stream(file, name, "application/zip")


@blueprint.post("/archive/<number>.zip")
@allow("enterprise", "clerk", "officer")
def archive(number: str) -> Answer:
    """The archive package of a finished case (电子文件归档)."""
    file = held.archive(db(), actor(), number, storage(), _pdf)
    return send_stream(file, f"{number}-归档包.zip", "application/zip")


def _pdf(document: Document) -> bytes:
    if document.pdf_sha256 and storage().exists(document.pdf_sha256):
        with storage().open(document.pdf_sha256) as kept:
            return kept.read()
    return rendering.pdf(document, settings().base_url).content
