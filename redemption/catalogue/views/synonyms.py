"""The synonym table: read by everybody who administers, extended here."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.catalogue import schemas, service
from redemption.catalogue.extraction import Synonyms
from redemption.catalogue.rules import FIELD_NAMES
from redemption.catalogue.service import synonyms
from redemption.catalogue.views.posting import Done, answer
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("admin-synonyms", __name__)


@blueprint.get("/admin/synonyms")
@allow("administrator")
def words() -> Response:
    # what people changed leads here with a word that the table lacks
    return _page(empty_form({name: request.args.get(name, "")[:60] for name in ("word", "field")}))


def _page(form: Form, status: int = 200) -> Response:
    built_in = Synonyms.default().tables["labels"]
    more: dict[str, list[str]] = {}
    for row in synonyms.added(db()):
        more.setdefault(row.field, []).append(row.word)
    rows = [
        (field, label, more.get(field, []), built_in.get(field, ())) for field, label in FIELD_NAMES.items()
    ]
    return render(
        "editor/synonyms.html", status=status, rows=rows, fields=list(FIELD_NAMES.items()), form=form
    )


@blueprint.post("/admin/synonyms")
@allow("administrator")
def add() -> Response:
    def act(data: Mapping[str, Any]) -> Done:
        service.add_word(db(), actor(), data["field"], data["word"], move=data["move"])
        return Done("已添加，之后新建的政策文件按新的同义词识别。", "/admin/synonyms")

    return answer(submitted(schemas.SynonymSchema()), act, _page)


@blueprint.post("/admin/synonyms/remove")
@allow("administrator")
def remove() -> Response:
    form = submitted(schemas.SynonymWordSchema())
    service.remove_word(db(), actor(), form.data.get("word", ""))
    flash("已移出。", "success")
    return redirect("/admin/synonyms", 303)
