"""A small published catalogue, made through the models, for tests of what the public reads."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from redemption.catalogue import search
from redemption.catalogue.models import Item, ItemVersion
from redemption.identity.models import Department, Enterprise, Jurisdiction
from redemption.kernel import clock
from redemption.policies.models import Policy, PolicyVersion


@dataclass
class Catalogue:
    """One city with a district, a department in each, a policy, and items as a test wants them."""

    session: Session
    made: int = 0
    items: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.city = self.add(Jurisdiction(code="110000", name="云州市", short_name="云", level="city"))
        self.district = self.add(
            Jurisdiction(
                code="110108", name="海清区", short_name="海", level="district", parent_id=self.city.id
            )
        )
        self.department = self.add(
            Department(code="kx", name="云州市科学技术委员会", short_name="科", jurisdiction_id=self.city.id)
        )
        self.district_department = self.add(
            Department(
                code="hq-fg", name="海清区发展和改革委员会", short_name="发", jurisdiction_id=self.district.id
            )
        )
        self.policy, self.policy_version = self.publish_policy()

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def publish_policy(self, number: str = "P20260001", **over: Any) -> tuple[Policy, PolicyVersion]:
        now = clock.now()
        policy = self.add(
            Policy(
                number=number,
                state="published",
                jurisdiction_id=self.city.id,
                lead_department_id=self.department.id,
                created_at=now,
                created_by="person:1",
                published_at=now,
            )
        )
        values: dict[str, Any] = {
            "title": "云州市促进科技企业发展若干措施",
            "document_number": "云科发〔2026〕8号",
            "issuer": "云州市科学技术委员会",
            "publication_date": clock.today(),
            "text": "云州市促进科技企业发展若干措施\n第一条 支持高新技术企业。\n",
            "blocks": [],
        } | over
        version = self.add(
            PolicyVersion(
                policy_id=policy.id, no=1, created_at=now, created_by="person:1", published_at=now, **values
            )
        )
        policy.current_version_id = version.id
        self.session.flush()
        return policy, version

    def item(self, name: str, *, index: bool = True, **over: Any) -> Item:
        """An item in force; `over` goes to the item (state, department_id, jurisdiction_id, policy) or its version."""
        self.made += 1
        at = over.pop("published_at", clock.now() - dt.timedelta(minutes=1000 - self.made))
        item = self.add(
            Item(
                code=over.pop("code", f"SX{self.made:06d}"),
                policy_id=over.pop("policy_id", self.policy.id),
                department_id=over.pop("department_id", self.department.id),
                jurisdiction_id=over.pop("jurisdiction_id", self.city.id),
                state=over.pop("state", "in_force"),
                state_reason=over.pop("state_reason", ""),
                created_at=at,
                published_at=at,
            )
        )
        values: dict[str, Any] = {
            "fields": fields(),
            "summary": "最高20万元",
            "theme": "科技创新",
            "object_classes": ["high_tech"],
            "time_limit_days": 20,
        } | over
        version = self.add(
            ItemVersion(
                item_id=item.id,
                no=1,
                policy_version_id=self.policy_version.id,
                name=name,
                created_at=at,
                created_by="person:1",
                published_at=at,
                **values,
            )
        )
        item.current_version_id = version.id
        self.session.flush()
        if index:
            search.index(self.session, item.id)
        self.items.append(item)
        return item

    def amend(self, item: Item, **over: Any) -> ItemVersion:
        """The next version of an item, in force at once."""
        old = self.session.get_one(ItemVersion, item.current_version_id)
        kept = {
            c.key: getattr(old, c.key) for c in ItemVersion.__table__.columns if c.key not in ("id", "no")
        }
        new = self.add(ItemVersion(**kept | {"no": old.no + 1} | over))
        item.current_version_id = new.id
        self.session.flush()
        search.index(self.session, item.id)
        return new

    def enterprise(self, uscc: str = "91110108551385082Q", **over: Any) -> Enterprise:
        values: dict[str, Any] = {
            "name": "云州测试科技有限公司",
            "jurisdiction_id": self.district.id,
            "founded_on": dt.date(2018, 5, 1),
            "profile": {},
        } | over
        return self.add(Enterprise(uscc=uscc, created_at=clock.now(), **values))


def fields(**over: Any) -> dict[str, Any]:
    """The ten fields of article 24 with the standard, all found."""

    def text(value: str) -> dict[str, Any]:
        return {"state": "found", "text": value, "spans": [[0, 5]]}

    def entries(*values: str) -> dict[str, Any]:
        listed = [{"key": f"m{n}", "text": value, "span": [0, 5]} for n, value in enumerate(values, 1)]
        return {"state": "found", "entries": listed}

    return {
        "target": text("在本市注册的高新技术企业"),
        "conditions": text("成立满一年；上年度营业收入2000万元以上"),
        "standard": text("按研发投入的10%给予补贴，最高20万元"),
        "channels": text("网上申报或到政务服务中心窗口申报"),
        "process": text("申报、审核、公示、拨付"),
        "time_limit": text("20个工作日"),
        "legal_basis": {"state": "missing"},
        "application_period": text("常年受理"),
        "materials": entries("申报表", "营业执照复印件"),
        "online_url": entries("https://example.org/apply"),
        "onsite_address": entries("云州市政务服务中心二层"),
        "phone": entries("010-12345678"),
    } | over
