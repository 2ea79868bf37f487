"""What every posted form of the editor does once it is read."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import flash, redirect
from werkzeug.wrappers import Response

from redemption.web.forms import Form
from redemption.web.session import db


class Done(NamedTuple):
    """What to say, and where to go from here."""

    words: str
    address: str
    tone: str = "success"


def answer(
    form: Form, act: Callable[[Mapping[str, Any]], Done], again: Callable[[Form, int], Response]
) -> Response:
    """Do what the form asks and go on; or show it again, with what was typed and a sentence at each field (422).

    Nothing half-done is seen by the queries that build the page again.
    """
    done: Done | None = None
    if form.ok:
        with form.catching():
            done = act(form.data)
    if done is None or not form.ok:
        db().rollback()
        return again(form, 422)
    if done.words:
        flash(done.words, done.tone)
    return redirect(done.address, 303)


def refused(form: Form, address: str) -> Response:
    """Where the form stands on a larger page: say what is wrong there."""
    flash(next(iter(form.errors.values()))[0], "error")
    return redirect(address, 303)
