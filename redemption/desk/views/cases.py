"""/desk/cases: a case of this centre, its slip with a bar code, what is missing."""

from flask import Blueprint, request
from markupsafe import Markup
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response as Answer

from redemption.applications.rules import MATERIAL_FORM_NAMES, MaterialForm
from redemption.desk import queries, service
from redemption.desk.rules import RELATIONS
from redemption.documents import barcode
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import box, db

blueprint = Blueprint("desk-cases", __name__)


class PurposeSchema(Schema):
    purpose = fields.String(
        required=True,
        validate=validate.Length(max=200, error="请不要超过200个字。"),
        error_messages={"required": "请写明查看完整证件号码的用途。"},
    )


@blueprint.get("/desk/cases/<number>")
@allow("clerk")
def case(number: str) -> Answer:
    return _page(number, empty_form())


def _page(number: str, form: Form, *, clear: str = "", status: int = 200) -> Answer:
    whole = queries.case(db(), actor(), number)
    return render(
        "desk/case.html",
        status=status,
        whole=whole,
        submission=whole.sheet.submission,
        enterprise=whole.sheet.enterprise,
        slip=_slip(whole),
        corrections=[document for document in whole.documents if document.kind == "correction"],
        bars=Markup(barcode.svg(number)),  # noqa: S704 - made of a number that the database holds
        forms_of={str(form): word for form, word in MATERIAL_FORM_NAMES.items()},
        file_form=str(MaterialForm.FILE),
        relations=RELATIONS,
        entered=request.args.get("entered") == "1",
        form=form,
        clear=clear,
    )


def _slip(whole: queries.Whole) -> object:
    return next((one for one in whole.documents if one.kind in ("slip", "receipt")), None)


@blueprint.get("/desk/cases/<number>/slip")
@allow("clerk")
def slip(number: str) -> Answer:
    """To print on the counter's printer at once; the sealed PDF is linked beside it."""
    whole = queries.case(db(), actor(), number)
    return render(
        "desk/slip.html",
        whole=whole,
        submission=whole.sheet.submission,
        enterprise=whole.sheet.enterprise,
        slip=_slip(whole),
        bars=Markup(barcode.svg(number)),  # noqa: S704
        forms_of={str(form): word for form, word in MATERIAL_FORM_NAMES.items()},
    )


@blueprint.post("/desk/cases/<number>/look")
@allow("clerk")
def look(number: str) -> Answer:
    """The id number in clear, once; the look is in the log."""
    form, clear = submitted(PurposeSchema()), ""
    if form.ok:
        with form.catching():
            clear = service.look_at_id_number(db(), actor(), number, box(), form.data["purpose"])
    return _page(number, form, clear=clear, status=200 if form.ok else 422)
