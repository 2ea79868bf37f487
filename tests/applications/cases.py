"""Submissions and cases for tests, made through the real services."""

import io
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from redemption.applications import queries, service
from redemption.applications.models import Application, Submission
from redemption.applications.rules import Action
from redemption.catalogue.models import Item
from redemption.identity.rules import Actor, Role
from redemption.kernel.storage import FolderStorage
from redemption.seed.world import World
from tests.factories import BOX, make_item, make_world

FORM: dict[str, Any] = {
    "fields": [
        {"name": "loan", "label": "贷款金额", "type": "money", "required": True, "min": "1000"},
        {"name": "bank", "label": "放款银行", "type": "text", "required": True},
        {"name": "note", "label": "说明", "type": "textarea"},
    ]
}
COMMON = {
    "contact_name": "林知夏",
    "contact_phone": "13900000001",
    "account_name": "清川青禾智能科技有限公司",
    "bank_name": "清川银行政通支行",
    "bank_account": "6222020200012345678",
}
DECLARED = {"truth": "1", "consent": "1"}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@dataclass
class Stage:
    """A world with one item and the people around it."""

    session: Session
    world: World
    item: Item
    storage: FolderStorage
    filer: Actor
    other: Actor
    officer: Actor
    clerk: Actor

    def draft(self, *items: Item, **common: Any) -> Submission:
        """A complete draft: form, materials, account."""
        chosen = items or (self.item,)
        submission = service.start(self.session, self.filer, [i.code for i in chosen], box=BOX)
        service.save_common(self.session, self.filer, submission.number, {**COMMON, **common}, box=BOX)
        sheet = queries.sheet(self.session, self.filer, submission.number)
        for line in sheet.lines:
            if line.version.form:
                values = {"loan": "20万", "bank": "清川银行"}
                service.save_item(self.session, self.filer, submission.number, line.place, values)
        places = {line.application.id: line.place for line in sheet.lines}
        for need in sheet.needs():
            if need.required:
                place = places.get(need.application_id or 0)
                self.upload(submission, need.key, place=place)
        return submission

    def upload(
        self,
        submission: Submission,
        key: str,
        *,
        place: int | None = 1,
        body: bytes = PDF,
        name: str = "材料.pdf",
    ) -> Any:
        file = service.NewFile(io.BytesIO(body), name, "application/pdf")
        return service.add_material(
            self.session, self.filer, submission.number, key, file, storage=self.storage, place=place
        )

    def submitted(self, *items: Item) -> Submission:
        draft = self.draft(*items)
        return service.submit(self.session, self.filer, draft.number, declared=DECLARED)

    def case(self, *items: Item) -> Application:
        """A received application."""
        return queries.received(self.session, self.submitted(*items).id)[0]

    def accepted(self) -> Application:
        application = self.case()
        service.move(self.session, self.officer, application, Action.ACCEPT)
        return application


@pytest.fixture
def stage(session: Session, tmp_path: Any) -> Stage:
    world = make_world(session)
    return make_stage(session, world, FolderStorage(tmp_path / "files"))


def make_stage(session: Session, world: World, storage: FolderStorage, **over: Any) -> Stage:
    return Stage(
        session,
        world,
        make_item(session, world, **{"form": FORM, **over}),
        storage,
        world.actors["qiye"],
        world.actors["qiye2"],
        world.actor(Role.OFFICER, department="QC-JX"),
        world.actors["chuangkou"],
    )
