"""Posted forms through marshmallow: what was typed is kept, what is wrong is said at the field.

form = submitted(QuestionSchema())
if form.ok:
    with form.catching():
        service.ask(db(), actor(), **form.data)
if not form.ok:
    return render("questions/new.html", status=422, form=form, values=form.values, errors=form.errors)
return redirect(url_for("questions.asked"), 303)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from marshmallow.fields import List as ListField

from redemption.kernel.errors import Conflict, Gone, Invalid
from redemption.web.sentences import flat


@dataclass
class Form:
    """A form as it came: `values` as typed, `data` as loaded, `errors` by field ("" for the whole form)."""

    values: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.errors

    def add(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, []).append(sentence)

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn what a service refuses into sentences of this form; anything else goes on up."""
        try:
            yield
        except (Invalid, Conflict, Gone) as error:
            if error.fields:
                for name, sentences in error.fields.items():
                    for sentence in sentences:
                        self.add(name, sentence)
            else:
                self.add("", error.message)


def empty_form(values: Mapping[str, Any] | None = None) -> Form:
    """For the first look at a form: nothing typed yet, perhaps something filled in."""
    return Form(values=dict(values or {}))


def submitted(schema: Schema) -> Form:
    """Read the posted form. The CSRF token is not data; an empty box is a missing value."""
    lists = {
        (known.data_key or name) for name, known in schema.fields.items() if isinstance(known, ListField)
    }
    typed: dict[str, Any] = {}
    for name in request.form:
        if name == "csrf_token":
            continue
        values = request.form.getlist(name)
        typed[name] = values if name in lists else values[-1]
    filled = {name: value for name, value in typed.items() if not _blank(value)}
    form = Form(values=typed)
    try:
        form.data = schema.load(filled)
    except ValidationError as error:
        form.data = error.valid_data if isinstance(error.valid_data, dict) else {}
        for name, sentence in flat(error.messages):
            form.add(name, sentence)
    return form


def _blank(value: Any) -> bool:
    if isinstance(value, list):
        return not any(part.strip() for part in value)
    return not str(value).strip()
