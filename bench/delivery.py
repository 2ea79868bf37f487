"""Delivery: from submit to receipt at the department, one dead department among ten, throughput by workers."""

import statistics
from typing import Any

from bench.ground import Ground, ground

DEPARTMENTS = 10
RATE = 50
SECONDS = 12


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
