"""The page of one connection, shown after every act on it."""

import json
from typing import Any

from werkzeug.wrappers import Response

from redemption.dispatch.models import Connection
from redemption.dispatch.port import Capability, known_adapters
from redemption.dispatch.port import mapping as port_mapping
from redemption.identity.models import Department
from redemption.identity.queries import department_tokens, live_keys
from redemption.identity.rules import Actor, Role
from redemption.kernel.errors import NotFound
from redemption.web.access import actor
from redemption.web.forms import Form
from redemption.web.option_fields import options_shown
from redemption.web.pages import render
from redemption.web.session import db, settings


def own(connection_id: int) -> Connection:
    """A connection of the own department; of any for the administrator. NotFound otherwise."""
    found = db().get(Connection, connection_id)
    department_id = actor().department_id
    if found is None or (department_id is not None and found.department_id != department_id):
        raise NotFound("没有找到这个对接。")
    return found


def keeps_keys(who: Actor) -> bool:
    """Keys are for administrators and heads of the department."""
    return who.role is not Role.OFFICER or who.grade == "head"


def connection_page(found: Connection, form: Form, status: int = 200, **more: Any) -> Response:
    """Options, keys, tokens, mapping; `more` is what the act just brought (findings, preview, secret, token)."""
    department = db().get_one(Department, found.department_id)
    adapter = known_adapters().get(found.adapter)
    capabilities = adapter.capabilities if adapter else frozenset()
    values = {"mapping": json.dumps(found.mapping, ensure_ascii=False, indent=1) if found.mapping else ""}
    who = actor()
    return render(
        "dispatch/connection.html",
        status=status,
        connection=found,
        department=department,
        adapter=adapter,
        local=Capability.LOCAL in capabilities,
        fetched=Capability.FETCHED in capabilities,
        options=options_shown(adapter, found.options, bool(found.secrets)) if adapter else [],
        keys=live_keys(db(), department.id),
        tokens=department_tokens(db(), department.id),
        keeps_keys=keeps_keys(who),
        administers=who.role is Role.ADMINISTRATOR,
        form=form,
        values={**values, **form.values},
        roots=port_mapping.ROOTS,
        callback=f"{settings().base_url}/api/v1/departments/{department.code}/events",
        **{"preview": None, "findings": [], "secret": "", "token": "", **more},
    )
