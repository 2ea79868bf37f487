"""企业用户空间: what is to do first, what runs, messages, the enterprise's own data."""

import datetime as dt
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.catalogue.vocabulary import ATTRIBUTES, Kind, value_text
from redemption.identity import profile
from redemption.identity import queries as identity
from redemption.identity.models import Enterprise
from redemption.kernel import clock
from redemption.kernel.errors import Stale
from redemption.matching import service as matching
from redemption.messages import choosing
from redemption.messages import service as messages
from redemption.messages.models import Message
from redemption.messages.rules import Channel
from redemption.space import held_views, people, queries
from redemption.space.schemas import (
    AccountSchema,
    ContactSchema,
    FactsSchema,
    LookSchema,
    ReadSchema,
    asked,
    facts_of,
)
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import box, db

FITTING_SHOWN = 6

blueprint = Blueprint("space", __name__)
blueprints = [blueprint, people.blueprint, held_views.blueprint]


@blueprint.get("/space")
@allow("enterprise")
def home() -> Answer:
    """To do first, then running, what fits, messages, drafts."""
    who, typed = actor(), request.args.get("q", "").strip()
    enterprise_id = who.enterprise_id
    if typed:
        return render("space/found.html", q=typed, lines=queries.search(db(), enterprise_id, typed))
    running = queries.running(db(), enterprise_id)
    return render(
        "space/home.html",
        tasks=queries.tasks(db(), enterprise_id),
        running=running,
        counts=queries.counted(db(), enterprise_id),
        drafts=queries.drafts(db(), enterprise_id),
        fitting=matching.fitting(db(), enterprise_id, limit=FITTING_SHOWN + len(running)),
        applied={line.item_id for line in running},
        messages=queries.latest_messages(db(), who),
        uscc=identity.enterprise_by_id(db(), enterprise_id).uscc,
    )


@blueprint.get("/space/finished")
@allow("enterprise")
def finished() -> Answer:
    who = actor()
    return render(
        "space/finished.html",
        lines=queries.over(db(), who.enterprise_id),
        counts=queries.counted(db(), who.enterprise_id),
    )


# --- messages --------------------------------------------------------------------------------------------


@blueprint.get("/space/messages")
@allow("enterprise")
def message_list() -> Answer:
    unread = request.args.get("show") == "unread"
    rows, after = page(
        db(), queries.messages_query(actor(), unread=unread), Message.id, limit=20, cursor=cursor_argument()
    )
    keep = "show=unread&" if unread else ""
    return render(
        "space/messages.html",
        rows=rows,
        unread=unread,
        next_link=f"/space/messages?{keep}cursor={after}" if after else None,
        first=not request.args.get("cursor"),
    )


@blueprint.post("/space/messages/read")
@allow("enterprise")
def mark_read() -> Answer:
    """Mark the messages of one page as read, or one of them and go where it points."""
    form = submitted(ReadSchema())
    messages.mark_read(db(), actor(), form.data.get("message", []))
    return redirect("/space/messages", 303)


@blueprint.get("/space/messages/ways")
@allow("enterprise")
def ways() -> Answer:
    """By which ways the enterprise and the person are told, beside the space."""
    who = actor()
    enterprise, person = choosing.chosen(db(), who)
    return render(
        "space/ways.html",
        values={"enterprise": list(enterprise), "person": list(person)},
        enterprise=identity.enterprise_by_id(db(), who.enterprise_id),
        person=identity.person_by_id(db(), who.person_id),
        may_file=who.may_file,
    )


@blueprint.post("/space/messages/ways")
@allow("enterprise")
def save_ways() -> Answer:
    picked = {
        name: [Channel(one) for one in request.form.getlist(name) if one in set(Channel)]
        for name in ("enterprise", "person")
    }
    choosing.choose(db(), actor(), **picked)
    flash("已保存。", "success")
    return redirect("/space/messages", 303)


# --- the enterprise's own data ---------------------------------------------------------------------------


@blueprint.get("/space/profile")
@allow("enterprise")
def show_profile() -> Answer:
    return _profile_page(empty_form())


def _profile_page(form: Form, *, clear: str = "", status: int = 200) -> Answer:
    enterprise = profile.own_enterprise(db(), actor())
    place = identity.jurisdiction(db(), enterprise.jurisdiction_id) if enterprise.jurisdiction_id else None
    return render(
        "space/profile.html",
        status=status,
        enterprise=enterprise,
        place=place,
        account=profile.masked_account(enterprise, box()),
        clear=clear,
        facts=_facts_shown(enterprise),
        missing=[one.label for one in asked() if one.name not in enterprise.profile],
        form=form,
    )


def _facts_shown(enterprise: Enterprise) -> list[tuple[str, str]]:
    shown = []
    for name, value in enterprise.profile.items():
        attribute = ATTRIBUTES.get(name)
        if attribute is None:
            continue
        if attribute.kind is Kind.QUALIFICATIONS:
            held = [
                attribute.choices.get(one["code"], one["code"])
                + (
                    f"（有效期至{clock.day_text(dt.date.fromisoformat(one['valid_until']))}）"
                    if one.get("valid_until")
                    else ""
                )
                for one in value
            ]
            shown.append((attribute.label, "、".join(held)))
        else:
            shown.append((attribute.label, value_text(attribute, value)))
    return shown


@blueprint.post("/space/profile/account/look")
@allow("enterprise")
def look_at_account() -> Answer:
    """The account in clear, once, on this page only; the look is in the log."""
    form, clear = submitted(LookSchema()), ""
    if form.ok:
        with form.catching():
            clear = profile.look_at_account(db(), actor(), box(), form.data["purpose"])
    return _profile_page(form, clear=clear, status=200 if form.ok else 422)


@blueprint.get("/space/profile/contact")
@allow("enterprise")
def edit_contact() -> Answer:
    enterprise = profile.own_enterprise(db(), actor(), to_change=True)
    values = {name: getattr(enterprise, name) for name in profile.CONTACT}
    values["founded_on"] = profile.founded_text(enterprise.founded_on)
    return render(
        "space/contact.html",
        form=empty_form({**values, "version": enterprise.version}),
        labels=profile.LABELS,
    )


@blueprint.post("/space/profile/contact")
@allow("enterprise")
def save_contact() -> Answer:
    form = submitted(ContactSchema())
    if form.ok:
        values = {name: value for name, value in form.data.items() if name != "version"}
        with form.catching():
            profile.save_contact(db(), actor(), form.data["version"], values)
    return _saved(form, "space/contact.html", "企业信息已保存。", labels=profile.LABELS)


@blueprint.get("/space/profile/account")
@allow("enterprise")
def edit_account() -> Answer:
    enterprise = profile.own_enterprise(db(), actor(), to_change=True)
    return render(
        "space/account.html",
        form=empty_form({"bank_name": enterprise.bank_name, "version": enterprise.version}),
        account=profile.masked_account(enterprise, box()),
    )


@blueprint.post("/space/profile/account")
@allow("enterprise")
def save_account() -> Answer:
    form = submitted(AccountSchema())
    if form.ok:
        with form.catching():
            profile.save_account(
                db(),
                actor(),
                form.data["version"],
                bank_name=form.data["bank_name"],
                account=form.data["bank_account"],
                box=box(),
            )
    enterprise = profile.own_enterprise(db(), actor())
    return _saved(
        form, "space/account.html", "收款账户已保存。", account=profile.masked_account(enterprise, box())
    )


@blueprint.get("/space/profile/facts")
@allow("enterprise")
def edit_facts() -> Answer:
    enterprise = profile.own_enterprise(db(), actor(), to_change=True)
    values: dict[str, Any] = {"version": enterprise.version}
    for one in asked():
        value = enterprise.profile.get(one.name)
        if value is None:
            continue
        if one.kind is Kind.QUALIFICATIONS:
            values[one.name] = [held["code"] for held in value]
            values.update({f"until_{held['code']}": held.get("valid_until", "") for held in value})
        elif one.kind is Kind.FLAG:
            values[one.name] = "1" if value else "0"
        else:
            values[one.name] = value
    return render("space/facts.html", form=empty_form(values), asked=asked())


@blueprint.post("/space/profile/facts")
@allow("enterprise")
def save_facts() -> Answer:
    form = submitted(FactsSchema())
    if form.ok:
        with form.catching():
            profile.save_facts(db(), actor(), form.data["version"], facts_of(form.data))
    return _saved(form, "space/facts.html", "企业情况已保存，“适合您的事项”会按新情况计算。", asked=asked())


def _saved(form: Form, template: str, said: str, **more: Any) -> Answer:
    if form.ok:
        flash(said, "success")
        return redirect("/space/profile", 303)
    if Stale.default_message in form.errors.get("", []):
        enterprise = profile.own_enterprise(db(), actor())
        form.values["version"] = enterprise.version
    return render(template, status=422, form=form, **more)
