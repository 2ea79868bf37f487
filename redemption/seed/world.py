"""The invented city of 清川: places, people, enterprises. Also the ground of most tests."""

import base64
import datetime as dt
import functools
import hashlib
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from redemption.config import Settings
from redemption.identity import consent, service
from redemption.identity.models import (
    Department,
    Enterprise,
    Jurisdiction,
    Office,
    Person,
    Post,
    ServiceCentre,
)
from redemption.identity.rules import ROLE_NAMES, Actor, Grade, Role
from redemption.kernel import clock
from redemption.kernel.secrets import SecretBox
from redemption.kernel.uscc import make_uscc

PASSWORD = "qingchuan-2026"  # noqa: S105 - demonstration accounts only; printed at the start
BEGAN = dt.datetime(2026, 1, 4, 1, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Account:
    """A demonstration account, as printed by `make run`."""

    login: str
    name: str
    role: Role
    place: str
    place_name: str
    grade: str = Grade.MEMBER

    @property
    def role_name(self) -> str:
        return ROLE_NAMES[self.role]


JURISDICTIONS = (
    ("990100", "清川市", "清", "city", None),
    ("990102", "望湖区", "望", "district", "990100"),
    ("990103", "东岭区", "东", "district", "990100"),
    ("990102001", "望湖区湖滨街道", "滨", "street", "990102"),
)
DEPARTMENTS = (
    ("QC-KJ", "清川市科学技术局", "科", "990100", "0990-5550101", "清川市望湖区政通路1号科技大厦6层"),
    ("QC-JX", "清川市经济和信息化局", "经信", "990100", "0990-5550102", "清川市望湖区政通路1号B座4层"),
    ("QC-RS", "清川市人力资源和社会保障局", "人社", "990100", "0990-5550103", "清川市望湖区民生路18号"),
    ("QC-SC", "清川市市场监督管理局", "市监", "990100", "0990-5550104", "清川市东岭区质量路9号"),
    ("WH-FG", "望湖区发展和改革局", "发改", "990102", "0990-5550201", "望湖区湖滨路66号"),
    ("DL-SW", "东岭区商务局", "商", "990103", "0990-5550301", "东岭区岭南大道8号"),
)
CENTRES = (
    ("QC-ZW", "清川市政务服务中心", "990100", "清川市望湖区政通路3号", "0990-12345"),
    ("WH-ZW", "望湖区政务服务中心", "990102", "望湖区湖滨路60号", "0990-5550200"),
)
# name, district, founded, representative, contact, phone, profile
ENTERPRISES: tuple[tuple[str, str, str, str, str, str, dict[str, object]], ...] = (
    ("清川青禾智能科技有限公司", "990102", "2019-03-18", "周念安", "林知夏", "13900000001",
     {"industry": "I6513", "size_class": "small", "ownership": "private", "legal_form": "company",
      "qualifications": [{"code": "high_tech", "valid_until": "2027-11-30"}, {"code": "tech_sme", "valid_until": "2026-12-31"}],
      "revenue": 23_600_000, "rd_expense": 2_950_000, "rd_share": 12.5, "staff": 68, "insured_staff": 66,
      "invention_patents": 6, "credit_status": "good",
      "independent_legal_person": True, "independent_accounts": True}),
    ("清川云岫精密制造有限公司", "990103", "2012-07-02", "许怀远", "唐若溪", "13900000002",
     {"industry": "C3489", "size_class": "medium", "ownership": "private", "legal_form": "company",
      "qualifications": [{"code": "specialised", "valid_until": "2028-06-30"}],
      "revenue": 186_000_000, "rd_expense": 9_300_000, "rd_share": 5.0, "staff": 310, "insured_staff": 305,
      "invention_patents": 14, "credit_status": "good",
      "independent_legal_person": True, "penalised": False}),
    ("望湖拾光文化传播有限公司", "990102", "2024-05-20", "沈亦舟", "沈亦舟", "13900000003",
     {"industry": "R8710", "size_class": "micro", "ownership": "private", "legal_form": "company",
      "revenue": 1_280_000, "staff": 9, "insured_staff": 8, "credit_status": "good"}),
    ("东岭海纳国际贸易有限公司", "990103", "2016-11-11", "顾清源", "方知微", "13900000004",
     {"industry": "F5199", "size_class": "small", "ownership": "private", "legal_form": "company",
      "revenue": 92_000_000, "staff": 41, "insured_staff": 41, "credit_status": "good"}),
    ("清川澄心生物医药有限公司", "990102", "2020-09-09", "何以宁", "陆云生", "13900000005",
     {"industry": "C2761", "size_class": "small", "ownership": "foreign", "legal_form": "company",
      "qualifications": [{"code": "high_tech", "valid_until": "2026-10-31"}],
      "revenue": 15_400_000, "rd_expense": 8_200_000, "rd_share": 53.2, "staff": 57, "credit_status": "good"}),
    ("清川市城市运营集团有限公司", "990100", "2005-01-30", "秦望舒", "江临风", "13900000006",
     {"industry": "N7810", "size_class": "large", "ownership": "state_owned", "legal_form": "company",
      "revenue": 2_310_000_000, "staff": 1850, "insured_staff": 1850, "credit_status": "good"}),
    ("望湖启明软件有限公司", "990102", "2025-12-01", "白书言", "白书言", "13900000007",
     {"industry": "I6510", "size_class": "micro", "ownership": "private", "legal_form": "company", "staff": 6}),
    ("东岭禾木家具有限公司", "990103", "2009-04-16", "冯敬亭", "冯敬亭", "13900000008",
     {"industry": "C2110", "size_class": "small", "ownership": "private", "legal_form": "company",
      "revenue": 34_000_000, "staff": 120, "insured_staff": 96, "credit_status": "abnormal"}),
    ("清川星野新能源有限公司", "990103", "2018-08-08", "陈霁月", "叶南乔", "13900000009",
     {"industry": "C3825", "size_class": "medium", "ownership": "mixed", "legal_form": "company",
      "qualifications": [{"code": "high_tech", "valid_until": "2028-12-31"}, {"code": "little_giant", "valid_until": "2027-12-31"}],
      "revenue": 420_000_000, "rd_expense": 25_200_000, "rd_share": 6.0, "staff": 520, "invention_patents": 33, "credit_status": "good"}),
    ("望湖知味餐饮管理有限公司", "990102", "2021-02-14", "吴听雨", "吴听雨", "13900000010",
     {"industry": "H6210", "size_class": "micro", "ownership": "private", "legal_form": "company",
      "revenue": 3_100_000, "staff": 22, "insured_staff": 15, "credit_status": "good"}),
)  # fmt: skip
ACCOUNTS = (
    Account("qiye", "林知夏", Role.ENTERPRISE, make_uscc(1, region="990102"), ENTERPRISES[0][0], Grade.OWNER),
    Account(
        "qiye2", "唐若溪", Role.ENTERPRISE, make_uscc(2, region="990103"), ENTERPRISES[1][0], Grade.OWNER
    ),
    Account("chuangkou", "苏晓棠", Role.CLERK, "QC-ZW", "清川市政务服务中心"),
    Account("shenpi", "韩牧之", Role.OFFICER, "QC-JX", "清川市经济和信息化局", Grade.HEAD),
    Account("keji", "罗予白", Role.OFFICER, "QC-KJ", "清川市科学技术局"),
    Account("zhengce", "程砚秋", Role.POLICY_MAKER, "QC-JX", "清川市经济和信息化局"),
    Account("gongkai", "梁静姝", Role.OFFICE, "990100", "清川市政务公开领导小组办公室"),
    Account("guanli", "管理员", Role.ADMINISTRATOR, "", "系统"),
)


@dataclass
class World:
    """The places and people by code, and an actor for each account."""

    jurisdictions: dict[str, Jurisdiction] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    centres: dict[str, ServiceCentre] = field(default_factory=dict)
    enterprises: list[Enterprise] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def city(self) -> Jurisdiction:
        return self.jurisdictions["990100"]

    def actor(self, role: Role, *, department: str = "", enterprise: int | None = None) -> Actor:
        """An actor of a role at any place, whether or not an account was seeded for it.

        Args:
            department: a department's code, for officers and policy makers.
            enterprise: index into `enterprises`, for enterprise users.
        """
        person = self.people["guanli"]
        if role in {Role.OFFICER, Role.POLICY_MAKER}:
            place = self.departments[department]
            return Actor(
                person.id, f"{place.short_name}经办", role, place.name, Grade.HEAD,
                department_id=place.id, jurisdiction_id=place.jurisdiction_id,
            )  # fmt: skip
        if role is Role.ENTERPRISE:
            firm = self.enterprises[enterprise or 0]
            return Actor(
                person.id, firm.contact_name, role, firm.name, Grade.OWNER,
                enterprise_id=firm.id, jurisdiction_id=firm.jurisdiction_id,
            )  # fmt: skip
        return next(actor for actor in self.actors.values() if actor.role is role)


@functools.cache
def _password_hash() -> str:
    """One hash for all demonstration accounts: Argon2 is slow on purpose."""
    return service.HASHER.hash(PASSWORD)


def build(session: Session, box: SecretBox) -> World:
    """Write the world; nothing else may be there yet."""
    world = World()
    _places(session, world)
    _enterprises(session, world, box)
    _accounts(session, world)
    session.flush()
    return world


def _places(session: Session, world: World) -> None:
    for code, name, short, level, parent in JURISDICTIONS:
        place = Jurisdiction(
            code=code,
            name=name,
            short_name=short,
            level=level,
            parent_id=world.jurisdictions[parent].id if parent else None,
        )
        session.add(place)
        session.flush()
        world.jurisdictions[code] = place
        if level != "street":
            office = Office(
                jurisdiction_id=place.id, name=f"{name}政务公开领导小组办公室", phone="0990-5550001"
            )
            session.add(office)
            world.offices[code] = office
    for code, name, short, where, phone, address in DEPARTMENTS:
        world.departments[code] = Department(
            code=code,
            name=name,
            short_name=short,
            jurisdiction_id=world.jurisdictions[where].id,
            phone=phone,
            address=address,
            contact_email=f"{code.lower()}@example.org",
            auto_report=code == "QC-RS",
        )
    for code, name, where, address, phone in CENTRES:
        world.centres[code] = ServiceCentre(
            code=code, name=name, jurisdiction_id=world.jurisdictions[where].id, address=address, phone=phone
        )
    session.add_all([*world.departments.values(), *world.centres.values()])
    session.flush()


def _enterprises(session: Session, world: World, box: SecretBox) -> None:
    for serial, (name, where, founded, representative, contact, phone, profile) in enumerate(ENTERPRISES, 1):
        firm = Enterprise(
            uscc=make_uscc(serial, region=where),
            name=name,
            initials=service.initials(name),
            jurisdiction_id=world.jurisdictions[where].id,
            address=f"{world.jurisdictions[where].name}创新路{serial * 8}号",
            legal_representative=representative,
            contact_name=contact,
            contact_phone=phone,
            contact_email=f"contact{serial}@example.org",
            founded_on=dt.date.fromisoformat(founded),
            profile=dict(profile),
            bank_name="清川银行望湖支行",
            created_at=BEGAN,
        )
        session.add(firm)
        session.flush()
        firm.bank_account = box.seal(f"6200990000{serial:09d}", f"enterprise:{firm.id}:bank_account")
        world.enterprises.append(firm)
    session.flush()


def _accounts(session: Session, world: World) -> None:
    for account in ACCOUNTS:
        person = Person(
            login=account.login,
            name=account.name,
            password_hash=_password_hash(),
            email=f"{account.login}@example.org",
            created_at=clock.now(),
            consent={"version": consent.VERSION, "at": BEGAN.isoformat()}
            if account.role is Role.ENTERPRISE
            else {},
        )
        session.add(person)
        session.flush()
        post = Post(
            person_id=person.id,
            role=account.role,
            grade=account.grade,
            began_at=BEGAN,
            **_place(world, account),
        )
        session.add(post)
        session.flush()
        world.people[account.login] = person
        world.actors[account.login] = service.actor_of(session, post, person)


def _place(world: World, account: Account) -> dict[str, int]:
    if account.role is Role.ENTERPRISE:
        return {"enterprise_id": next(firm.id for firm in world.enterprises if firm.uscc == account.place)}
    if account.role is Role.CLERK:
        return {"centre_id": world.centres[account.place].id}
    if account.role in {Role.OFFICER, Role.POLICY_MAKER}:
        return {"department_id": world.departments[account.place].id}
    if account.role is Role.OFFICE:
        return {"office_id": world.offices[account.place].id}
    return {}


def simulator_secret(settings: Settings) -> str:
    """The signing secret of the demonstration department on this machine."""
    digest = hashlib.sha256(f"demonstration department {settings.secret_key}".encode()).digest()
    return "whsec_" + base64.b64encode(digest).decode()
