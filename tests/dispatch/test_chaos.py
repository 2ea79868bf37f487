"""Everything is killed at random; in the end every case is at its department once, in order, and the log verifies."""

import pytest

from bench.chaos import chaos


@pytest.mark.chaos
def test_nothing_is_lost_or_doubled_when_processes_are_killed():
    found = chaos(
        applications=16,
        departments=2,
        pause=(0.8, 2.0),
        seconds=7,
        patience=150,
        # high shares: what overtakes a case that was refused once is seen although the run is short
        errors=0.4,
        corrections=0.4,
        withdrawals=0.5,
    )
    assert found.accepted == 16
    assert found.corrected, "the answers to corrections are half of what has an order"
    assert {"database", "queue", "web", "worker"} <= set(found.killed)
    assert found.total == 0, found
