"""Tables of places, people and enterprises."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from redemption.kernel.db import Base, Identified, Json


class Jurisdiction(Identified, Base):
    """A city, one of its districts, or a street/township (市 区 街道/乡镇)."""

    __tablename__ = "jurisdiction"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    """One or two characters used in numbers of documents (京, 青)."""
    level: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"))


class Office(Identified, Base):
    """政务公开领导小组办公室: receives the reports of its own level."""

    __tablename__ = "office"

    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), unique=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")


class Department(Identified, Base):
    """政策制定部门 / 审批部门: makes policy, decides applications, owes duties."""

    __tablename__ = "department"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    """The characters of its document numbers (发改, 科信)."""
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    phone: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    auto_report: Mapped[bool] = mapped_column(default=False)
    """The department allowed its reports to be sent without a click (article 25)."""
    settings: Mapped[Json] = mapped_column(default=dict)
    dissolved_at: Mapped[dt.datetime | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))


class ServiceCentre(Identified, Base):
    """政务服务中心: where the window is."""

    __tablename__ = "service_centre"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")


class Enterprise(Identified, Base):
    """申报主体. `profile` holds what conditions compute on; keys are the attributes of `matching`."""

    __tablename__ = "enterprise"

    uscc: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    initials: Mapped[str] = mapped_column(default="", index=True)
    """Pinyin initials of the name, lower case, for the clerk's search."""
    jurisdiction_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    address: Mapped[str] = mapped_column(default="")
    legal_representative: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    founded_on: Mapped[dt.date | None]
    profile: Mapped[Json] = mapped_column(default=dict)
    bank_name: Mapped[str] = mapped_column(default="")
    bank_account: Mapped[str | None]
    """Encrypted (`kernel.secrets`), bound to `enterprise:<id>:bank_account`."""
    created_at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Person(Identified, Base):
    """Somebody with an account."""

    __tablename__ = "person"
    __table_args__ = (Index("uq_person_login_lower", text("lower(login)"), unique=True),)

    login: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    session_epoch: Mapped[int] = mapped_column(default=1)
    """Raised to end every session of this person (new password, account closed)."""
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    consent: Mapped[Json] = mapped_column(default=dict)
    """Version and moment of the privacy consent."""


class Post(Identified, Base):
    """A person in a role at a place. Ended, never deleted."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(enterprise_id, department_id, centre_id, office_id) = "
            "CASE WHEN role = 'administrator' THEN 0 ELSE 1 END",
            name="one_place",
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    grade: Mapped[str] = mapped_column(default="member")
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("service_centre.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    mandate: Mapped[Json] = mapped_column(default=dict)
    """Of an agent: what the mandate says, its number and its last day."""
    began_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class ApiToken(Identified, Base):
    """A bearer token of a person's post, or of a department's system (pull); only its digest is kept."""

    __tablename__ = "api_token"

    digest: Mapped[str] = mapped_column(unique=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    label: Mapped[str] = mapped_column(default="")
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class SignInAttempt(Identified, Base):
    """Every try to sign in: accounts are slowed by their own failures, whatever the address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_login_at", "login", "at"),)

    login: Mapped[str]
    address: Mapped[str]
    at: Mapped[dt.datetime]
    succeeded: Mapped[bool]


class DepartmentKey(Identified, Base):
    """A live signing key shared with a department's system; two may be live during rotation (DESIGN §5)."""

    __tablename__ = "department_key"
    __table_args__ = (UniqueConstraint("department_id", "key_id"),)

    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    key_id: Mapped[str]
    scheme: Mapped[str] = mapped_column(default="v1")
    """`v1` HMAC-SHA256, `v1sm3` HMAC-SM3."""
    secret: Mapped[str]
    """Encrypted, bound to `department_key:<department id>`."""
    created_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]


class Invitation(Identified, Base):
    """An offered post: opened by a code (its digest is kept) that was mailed, shown once, or printed at the counter."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_enterprise", "enterprise_id", "id"),)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    grade: Mapped[str]
    mandate: Mapped[Json] = mapped_column(default=dict)
    """Of an agency (代办): its name, the mandate's number and last day."""
    checked: Mapped[Json] = mapped_column(default=dict)
    """At the counter: who checked the licence and the mandate, the id number masked."""
    id_number: Mapped[str | None]
    """Encrypted, bound to `invitation:<id>:id_number`; only where an account was opened at the counter."""
    code_digest: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[str]
    invited_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    accepted_at: Mapped[dt.datetime | None]
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    withdrawn_at: Mapped[dt.datetime | None]
