"""Everything is killed at random; in the end every case is at its department once, in order, and the log verifies."""

import pytest

from bench.delivery import chaos


@pytest.mark.chaos
def test_nothing_is_lost_or_doubled_when_processes_are_killed():
    assert (
        chaos(applications=16, departments=2, pause=(0.5, 2.0), database=False, seconds=8, patience=120) == 0
    )
