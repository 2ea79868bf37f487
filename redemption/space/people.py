"""/space/people: who may act for the enterprise; invitations and mandates."""

import datetime as dt
from typing import Any

from flask import Blueprint, flash, redirect
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from redemption.identity import invitations, people
from redemption.identity import queries as identity
from redemption.identity.contact import DAY, EMAIL, phone, short
from redemption.identity.invitations import Invited
from redemption.identity.people import GRADE_HINTS, GRADE_NAMES
from redemption.identity.rules import Actor, Grade
from redemption.messages import service as messages
from redemption.messages.invitations import tell_invited
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db, settings

blueprint = Blueprint("space-people", __name__)

_GRADE = validate.OneOf([str(grade) for grade in GRADE_NAMES], error="请选择权限。")


class InviteSchema(Schema):
    name = fields.String(
        required=True, validate=short(50), error_messages={"required": "请填写被邀请人的姓名。"}
    )
    login = fields.String(
        required=True,
        validate=validate.Regexp(r"\S{4,120}", error="登录名为4至120个字符，不含空格。"),
        error_messages={"required": "请填写登录名，建议用手机号。"},
    )
    email = fields.Email(load_default="", validate=short(120), error_messages=EMAIL)
    phone = fields.String(load_default="", validate=phone)
    grade = fields.String(required=True, validate=_GRADE, error_messages={"required": "请选择权限。"})
    kind = fields.String(load_default="own", validate=validate.OneOf(["own", "agency"]))
    agency = fields.String(load_default="", validate=short(120))
    mandate_number = fields.String(load_default="", validate=short(60))
    until = fields.Date(load_default=None, error_messages=DAY)


class GradeSchema(Schema):
    grade = fields.String(required=True, validate=_GRADE, error_messages={"required": "请选择权限。"})


class ReasonSchema(Schema):
    reason = fields.String(load_default="", validate=short(200))


@blueprint.get("/space/people")
@allow("enterprise")
def people_list() -> Answer:
    return _page(empty_form())


def _page(form: Form, status: int = 200, invited: Invited | None = None) -> Answer:
    who = actor()
    return render(
        "space/people.html",
        status=status,
        people=people.everybody(db(), who.enterprise_id),
        invitations=invitations.invited(db(), who.enterprise_id),
        grades=[(str(grade), word, GRADE_HINTS[grade]) for grade, word in GRADE_NAMES.items()],
        grade_names={str(grade): word for grade, word in GRADE_NAMES.items()},
        may_manage=who.grade == Grade.OWNER,
        form=form,
        invited=invited,
        link=f"{settings().base_url}/invitations/{invited.code}" if invited else "",
    )


@blueprint.post("/space/people")
@allow("enterprise")
def invite() -> Answer:
    """The code is shown on the answer to this request and nowhere again."""
    form, invited = submitted(InviteSchema()), None
    mandate = _mandate(form)
    if form.ok:
        with form.catching():
            invited = invitations.invite(
                db(),
                actor(),
                name=form.data["name"],
                login=form.data["login"],
                grade=Grade(form.data["grade"]),
                phone=form.data["phone"],
                email=form.data["email"],
                mandate=mandate,
            )
    if not form.ok or invited is None:
        return _page(form, 422)
    tell_invited(db(), invited, identity.enterprise_by_id(db(), actor().enterprise_id).name)
    return _page(empty_form(), 201, invited)


def _mandate(form: Form) -> dict[str, Any] | None:
    if form.data.get("kind") != "agency":
        return None
    if not form.data.get("agency"):
        form.add("agency", "请填写代办机构的名称。")
    until: dt.date | None = form.data.get("until")
    if until is None and "until" not in form.errors:
        form.add("until", "请填写委托截止日期，到期后权限自动终止。")
    return {
        "agency": form.data.get("agency"),
        "number": form.data.get("mandate_number", ""),
        "until": until.isoformat() if until else "",
    }


@blueprint.post("/space/people/invitations/<int:number>/withdraw")
@allow("enterprise")
def withdraw_invitation(number: int) -> Answer:
    invitations.withdraw_invitation(db(), actor(), number)
    flash("邀请已撤回，原来的开通码不能再用。", "success")
    return redirect("/space/people", 303)


@blueprint.get("/space/people/<int:post>")
@allow("enterprise")
def one_person(post: int) -> Answer:
    held, person = people.post_of_enterprise(db(), actor(), post)
    return _person_page(held, person, empty_form({"grade": held.grade}))


def _person_page(held: Any, person: Any, form: Form, status: int = 200) -> Answer:
    grades = [
        (str(grade), word, GRADE_HINTS[grade])
        for grade, word in GRADE_NAMES.items()
        if not (held.mandate and grade is Grade.OWNER)
    ]
    return render("space/person.html", status=status, held=held, person=person, form=form, grades=grades)


@blueprint.post("/space/people/<int:post>")
@allow("enterprise")
def change_grade(post: int) -> Answer:
    form = submitted(GradeSchema())
    if form.ok:
        with form.catching():
            people.change_grade(db(), actor(), post, Grade(form.data["grade"]))
    if not form.ok:
        held, person = people.post_of_enterprise(db(), actor(), post)
        return _person_page(held, person, form, 422)
    flash("权限已更改。", "success")
    return redirect("/space/people", 303)


@blueprint.post("/space/people/<int:post>/remove")
@allow("enterprise")
def remove(post: int) -> Answer:
    form, who = submitted(ReasonSchema()), actor()
    held, person = people.post_of_enterprise(db(), who, post)
    if form.ok:
        with form.catching():
            people.remove(db(), who, post, form.data["reason"])
    if not form.ok:
        return _person_page(held, person, form, 422)
    _tell_removed(db(), who, held.id, person.id)
    flash(f"{person.name}已不能再代表本单位办理。", "success")
    return redirect("/space/people", 303)


def _tell_removed(session: Session, who: Actor, post_id: int, person_id: int) -> None:
    messages.tell(
        session,
        template="post_ended",
        once=f"post_ended:{post_id}",
        person_id=person_id,
        data={"enterprise": who.place, "name": who.name},
    )
