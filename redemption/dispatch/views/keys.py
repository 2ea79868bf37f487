"""What a department's system proves itself with: signing keys, and tokens of systems that fetch their cases."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.dispatch import configuring
from redemption.dispatch.models import Connection
from redemption.dispatch.views.connection_page import connection_page, keeps_keys, own
from redemption.identity.service import issue_department_token, revoke_department_token
from redemption.kernel.errors import NotFound
from redemption.web.access import actor, allow
from redemption.web.forms import empty_form
from redemption.web.session import box, db

blueprint = Blueprint("dispatch-keys", __name__)


@blueprint.post("/workbench/adapters/<int:connection_id>/keys")
@allow("officer", "administrator")
def new_key(connection_id: int) -> Response:
    """A new signing key, shown once."""
    found, form, secret = _own(connection_id), empty_form(), ""
    with form.catching():
        _, secret = configuring.add_key(
            db(), box(), actor(), found.department_id, scheme=request.form.get("scheme", "v1")
        )
    return connection_page(found, form, secret=secret, status=200 if form.ok else 422)


@blueprint.post("/workbench/adapters/<int:connection_id>/keys/<key_id>/retire")
@allow("officer", "administrator")
def retire_key(connection_id: int, key_id: str) -> Response:
    """Take an old key out of use."""
    found, form = _own(connection_id), empty_form()
    with form.catching():
        configuring.retire_key(db(), actor(), found.department_id, key_id)
    if not form.ok:
        return connection_page(found, form, status=422)
    flash("密钥已停用。", "success")
    return redirect(f"/workbench/adapters/{connection_id}", 303)


@blueprint.post("/workbench/adapters/<int:connection_id>/tokens")
@allow("administrator")
def new_token(connection_id: int) -> Response:
    """A token with which the department's system fetches its cases, shown once."""
    found, label = own(connection_id), request.form.get("label", "").strip()[:100]
    token, _ = issue_department_token(
        db(), actor(), found.department_id, label or "取件", configuring.TOKEN_LIFE
    )
    return connection_page(found, empty_form(), token=token)


@blueprint.post("/workbench/adapters/<int:connection_id>/tokens/<int:token_id>/revoke")
@allow("administrator")
def revoke_token(connection_id: int, token_id: int) -> Response:
    """Take a token out of use."""
    revoke_department_token(db(), actor(), own(connection_id).department_id, token_id)
    flash("令牌已停用，使用它的系统不能再取件。", "success")
    return redirect(f"/workbench/adapters/{connection_id}", 303)


def _own(connection_id: int) -> Connection:
    if not keeps_keys(actor()):
        raise NotFound("密钥由部门负责人或系统管理员管理。")
    return own(connection_id)
