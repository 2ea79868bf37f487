"""One transaction a request.

`db()` opens it on first use. After the view, a request that may write (POST, PUT, PATCH, DELETE) and whose answer is
below 400 commits; everything else is rolled back, so a GET can never write and a form shown again with mistakes
leaves nothing behind. The commit happens before the answer is sent: what a person reads as done is done.
"""

from typing import cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from redemption.config import Settings
from redemption.kernel import uow
from redemption.kernel.db import Database
from redemption.kernel.secrets import SecretBox, Signer
from redemption.kernel.storage import Storage

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init(app: Flask, settings: Settings, database: Database, storage: Storage) -> None:
    """Bind the parts of this process to the application."""
    app.extensions["redemption"] = {
        "settings": settings,
        "database": database,
        "storage": storage,
        "box": SecretBox(settings.field_keys),
        "signer": Signer([settings.secret_key]),
    }
    app.after_request(_end)
    app.teardown_request(_close)


def settings() -> Settings:
    return cast(Settings, current_app.extensions["redemption"]["settings"])


def database() -> Database:
    return cast(Database, current_app.extensions["redemption"]["database"])


def storage() -> Storage:
    return cast(Storage, current_app.extensions["redemption"]["storage"])


def box() -> SecretBox:
    """Seals and opens bank accounts, id numbers and connection secrets."""
    return cast(SecretBox, current_app.extensions["redemption"]["box"])


def signer() -> Signer:
    """Signs links that expire."""
    return cast(Signer, current_app.extensions["redemption"]["signer"])


def db() -> Session:
    """The session of this request; its transaction ends with the request."""
    if "session" not in g:
        g.session = database().sessions()
    return cast(Session, g.session)


def keep_on_refusal() -> None:
    """Commit although the answer is an error: for rows that record the refusal itself (a failed sign-in)."""
    g.keep_on_refusal = True


def _end(response: Response) -> Response:
    session: Session | None = g.get("session")
    if session is None:
        return response
    if request.method not in SAFE and (response.status_code < 400 or g.get("keep_on_refusal")):
        uow.complete(session)
    else:
        uow.abandon(session)
    return response


def _close(error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
