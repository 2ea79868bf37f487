"""The reports of article 25 for the demonstration policies: most sent in time, one late, the newest still open."""

import datetime as dt

from sqlalchemy import select

from redemption.config import Settings
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.db import Database
from redemption.kernel.storage import Storage
from redemption.kernel.uow import unit_of_work
from redemption.reporting import assembly, service
from redemption.reporting.models import Duty, Report
from redemption.reporting.rules import Kind
from redemption.seed.world import World

LATE = "QC-SC"
"""The department that reported a day too late."""


def file_reports(database: Database, storage: Storage, settings: Settings, world: World) -> None:
    """Assemble, send and sign what was due before today."""
    with unit_of_work(database) as session:
        waiting = [
            (report.id, duty.event_date, duty.department_id)
            for report, duty in session.execute(
                select(Report, Duty).join(Duty, Duty.id == Report.duty_id).order_by(Report.id)
            )
        ]
    for report_id, event, department_id in waiting:
        code = next(code for code, place in world.departments.items() if place.id == department_id)
        if event < clock.today() - dt.timedelta(days=4):
            _file(database, storage, settings, world, report_id, event, code)


def send_to_gazette(database: Database, world: World) -> None:
    """Copies for the gazette that are due by now went out in time, but for the department that is late."""
    with unit_of_work(database) as session:
        due = select(Duty).where(Duty.kind == Kind.GAZETTE.value, Duty.due_at < clock.now()).order_by(Duty.id)
        for duty in session.scalars(due):
            code = next(code for code, place in world.departments.items() if place.id == duty.department_id)
            if code == LATE:
                continue
            day = load_calendar(session).add_workdays(duty.event_date, 6).date
            with clock.replaying(clock.start_of_day(day) + dt.timedelta(hours=15)):
                maker = world.actor(Role.POLICY_MAKER, department=code)
                said = f"{clock.day_text(day)}送政府公报编辑部，值班室签收。"
                service.fulfil_by_hand(session, maker, duty, said)


def _file(
    database: Database,
    storage: Storage,
    settings: Settings,
    world: World,
    report_id: int,
    event: dt.date,
    code: str,
) -> None:
    with unit_of_work(database) as session:
        after = 5 if code == LATE else 2
        day = load_calendar(session).add_workdays(event, after).date
        sent = min(clock.start_of_day(day) + dt.timedelta(hours=10), clock.now() - dt.timedelta(minutes=5))
    with clock.replaying(sent):
        assembly.assemble(database, storage, settings.base_url, report_id)
        with unit_of_work(database) as session:
            report = session.get_one(Report, report_id)
            if report.sent_at is None:
                service.send_report(session, world.actor(Role.POLICY_MAKER, department=code), report_id)
    office = next(
        (
            actor
            for actor in world.actors.values()
            if actor.office_id and _same_level(world, actor.office_id, code)
        ),
        None,
    )
    if office is not None and code != "QC-KJ":
        with (
            clock.replaying(min(sent + dt.timedelta(hours=3), clock.now())),
            unit_of_work(database) as session,
        ):
            service.sign(session, office, report_id)


def _same_level(world: World, office_id: int, code: str) -> bool:
    place = world.departments[code].jurisdiction_id
    return any(
        office.id == office_id and office.jurisdiction_id == place for office in world.offices.values()
    )
