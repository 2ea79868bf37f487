"""Delivery: from submit to receipt at the department, one dead department among ten, throughput by workers, chaos."""

import statistics
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, text

from bench.ground import Chaos, Ground, ground
from redemption.applications.models import Application, ApplicationEvent
from redemption.dispatch.models import Parcel
from redemption.kernel.audit import verify
from redemption.kernel.uow import unit_of_work

DEPARTMENTS = 10
RATE = 50
SECONDS = 12
FAULTS = (
    "--errors", "0.1", "--lost", "0.1", "--later", "0.1", "--duplicates", "0.1", "--disorder", "0.1", "--auto",
)  # fmt: skip


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


def run() -> dict[str, dict[str, Any]]:
    """Ten departments at 50 submissions a second; then the same with one of them dead; then the backlog by workers."""
    with ground(DEPARTMENTS) as made:
        made.start(delivery=1)
        everybody = _measured(made, SECONDS)
        whole = p95([value for values in everybody.values() for value in values])
        dead = made.offices[0]
        assert dead.process is not None
        dead.process.kill()
        dead.process = None
        others = _measured(made, SECONDS)
        rest = p95([value for values in others.values() for value in values])
        made.stop()
        one = _drained(made, workers=1)
        two = _drained(made, workers=2)
    return {
        "delivery_p95": {"value": whole, "unit": "s", "bar": 1.0, "better": "lower"},
        "delivery_p95_one_dead": {"value": rest, "unit": "s", "bar": whole * 1.2, "better": "lower"},
        "delivery_one_worker": {"value": one, "unit": "parcels/s", "bar": None, "better": "higher"},
        "delivery_two_workers": {"value": two, "unit": "parcels/s", "bar": None, "better": "higher"},
    }


def run_long() -> dict[str, dict[str, Any]]:
    """20,000 applications under faults and kills; value: cases missing or doubled or out of order at the end."""
    wrong = chaos(applications=20_000, departments=DEPARTMENTS, pause=(3.0, 15.0), database=True, seconds=600)
    return {"delivery_chaos_wrong": {"value": wrong, "unit": "cases", "bar": 0, "better": "lower"}}


def chaos(
    *,
    applications: int,
    departments: int,
    pause: tuple[float, float],
    database: bool,
    seconds: float = 0,
    patience: float = 900,
) -> int:
    """What is wrong after everything was killed at random: cases missing, doubled, out of order or not decided once,
    and audit faults. The departments accept and approve every case by themselves.

    Args:
        seconds: over how long the applications are handed in, at least.
    """
    with ground(departments, faults=FAULTS, durable=database) as made:
        drafts = made.drafts(-(-applications // departments))
        made.start(delivery=2)
        killer = Chaos(made, pause=pause, database=database)
        killer.start()
        begun = time.monotonic()
        try:
            for at, (filer, number) in enumerate(drafts):
                time.sleep(max(0.0, begun + at * seconds / len(drafts) - time.monotonic()))
                _stubbornly(made, filer, number)
        finally:
            killer.stop()
        _until_arrived(made, len(drafts), patience)
        return _wrong(made, len(drafts))


def _stubbornly(made: Ground, filer: Any, number: str) -> None:
    """A person whose click failed clicks again: the same submission twice is one."""
    for _ in range(60):
        try:
            made.submit(filer, number)
            return
        except Exception as error:
            if getattr(error, "code", "") in {"already_submitted", "not_a_draft", "submitted"}:
                return
            time.sleep(0.5)
    raise TimeoutError(number)


def _until_arrived(made: Ground, expected: int, patience: float) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        _close_breakers(made)
        if made.arrived() >= expected and not _waiting(made) and _decided(made) >= expected:
            return
        time.sleep(2)
    raise TimeoutError(f"{made.arrived()} arrived, {_decided(made)} decided of {expected}")


def _wrong(made: Ground, expected: int) -> int:
    numbers = made.numbers()
    seen: dict[str, int] = {}
    disordered = 0
    for office in made.offices:
        for case in office.read("cases.json"):
            seen[case["referral"]] = seen.get(case["referral"], 0) + 1
            order = [parcel["sequence"] for parcel in case["parcels"]]
            disordered += order != sorted(order)
    missing = len(set(numbers) - set(seen)) + max(0, expected - len(numbers))
    doubled = sum(count - 1 for count in seen.values())
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(made.settings.audit_key)).public_key()
    with unit_of_work(made.database) as session:
        faults = len(verify(session, key).faults)
        acts = session.execute(
            select(ApplicationEvent.application_id, ApplicationEvent.action, func.count())
            .where(ApplicationEvent.action.in_(["accept", "approve"]))
            .group_by(ApplicationEvent.application_id, ApplicationEvent.action)
        ).all()
    undecided = 2 * expected - len(acts) + sum(row[2] - 1 for row in acts)
    return missing + doubled + disordered + faults + undecided


def _decided(made: Ground) -> int:
    with unit_of_work(made.database) as session:
        return session.scalar(select(func.count()).where(Application.status == "approved")) or 0


def _waiting(made: Ground) -> int:
    with unit_of_work(made.database) as session:
        return session.scalar(select(func.count()).where(Parcel.state == "waiting")) or 0


def _close_breakers(made: Ground) -> None:
    """The pauses of hours that real outages need are cut short; everything else is as in life."""
    with unit_of_work(made.database) as session:
        session.execute(
            text("UPDATE connection SET open_until = NULL WHERE open_until > now() + interval '5 s'")
        )
        session.execute(
            text(
                "UPDATE parcel SET next_at = now() WHERE state = 'waiting' AND next_at > now() + interval '5 s'"
            )
        )


def _measured(made: Ground, seconds: int) -> dict[int, list[float]]:
    drafts = made.drafts(RATE * seconds // DEPARTMENTS)
    before = made.arrived()
    sent = made.load(drafts, RATE)
    alive = sum(office.process is not None for office in made.offices)
    made.wait_until_arrived(before + len(drafts) * alive // DEPARTMENTS, 180)
    return made.latencies(sent)


def _drained(made: Ground, workers: int) -> float:
    """Parcels a second while a backlog is worked off."""
    drafts = made.drafts(30)
    for filer, number in drafts:
        made.submit(filer, number)
    before = made.arrived()
    alive = sum(office.process is not None for office in made.offices)
    expected = len(drafts) * alive // DEPARTMENTS
    made.start(web=False, delivery=workers)
    made.wait_until_arrived(before + 1, 60)
    took = made.wait_until_arrived(before + expected, 120)
    made.stop()
    return expected / max(took, 0.01)
