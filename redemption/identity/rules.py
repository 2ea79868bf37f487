"""Who people are: roles, grades, and the acting person that every service takes as an argument."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The level of a jurisdiction (市 区 街道/乡镇); duties are reported to the office of the same level (第二十五条)."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"


class Role(StrEnum):
    """What a person does here. A person may hold several posts; each signed-in session acts in one of them."""

    ENTERPRISE = "enterprise"
    CLERK = "clerk"
    OFFICER = "officer"
    POLICY_MAKER = "policy_maker"
    OFFICE = "office"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


ROLE_NAMES = {
    Role.ENTERPRISE: "企业用户",
    Role.CLERK: "窗口工作人员",
    Role.OFFICER: "审批人员",
    Role.POLICY_MAKER: "政策制定人员",
    Role.OFFICE: "政务公开办",
    Role.ADMINISTRATOR: "系统管理员",
    Role.SYSTEM: "系统",
}


class Grade(StrEnum):
    """Standing inside one's place: in an enterprise owner, filer, reader; in a department head, member."""

    OWNER = "owner"
    FILER = "filer"
    READER = "reader"
    HEAD = "head"
    MEMBER = "member"


class SizeClass(StrEnum):
    """Size of an enterprise (中小企业划型标准规定, 工信部联企业〔2011〕300号)."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


SIZE_NAMES = {
    SizeClass.MICRO: "微型企业",
    SizeClass.SMALL: "小型企业",
    SizeClass.MEDIUM: "中型企业",
    SizeClass.LARGE: "大型企业",
}


class ObjectClass(StrEnum):
    """Whom a policy is for, by the classes of article 20 of the Measure."""

    HIGH_TECH = "high_tech"
    FOREIGN = "foreign"
    SMALL_MEDIUM = "small_medium"
    PRIVATE = "private"
    STATE_OWNED = "state_owned"
    PUBLIC_INSTITUTION = "public_institution"
    CITIZENS = "citizens"


OBJECT_CLASS_NAMES = {
    ObjectClass.HIGH_TECH: "高新技术企业",
    ObjectClass.FOREIGN: "外资企业",
    ObjectClass.SMALL_MEDIUM: "中小企业",
    ObjectClass.PRIVATE: "民营企业",
    ObjectClass.STATE_OWNED: "国有企业",
    ObjectClass.PUBLIC_INSTITUTION: "事业单位",
    ObjectClass.CITIZENS: "市民群众",
}


@dataclass(frozen=True)
class Actor:
    """The acting person in the post they act in, or a system that acts in a department's name.

    Exactly one of the place ids is set for the roles that have a place; `jurisdiction_id` is that place's.
    """

    person_id: int
    name: str
    role: Role
    place: str = ""
    grade: str = ""
    post_id: int = 0
    enterprise_id: int | None = None
    department_id: int | None = None
    centre_id: int | None = None
    office_id: int | None = None
    jurisdiction_id: int | None = None
    system: str = ""

    @property
    def ref(self) -> str:
        """How the audit log and event rows name this actor."""
        return f"system:{self.system}" if self.role is Role.SYSTEM else f"person:{self.person_id}"

    @property
    def may_file(self) -> bool:
        """May change things for the enterprise (owners and filers, not readers)."""
        return self.role is Role.ENTERPRISE and self.grade in {Grade.OWNER, Grade.FILER}


def system_actor(name: str, department_id: int | None = None) -> Actor:
    """The system itself (a sweep), or a department's own system that called back."""
    return Actor(0, "系统", Role.SYSTEM, system=name, department_id=department_id)
