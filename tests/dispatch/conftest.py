from collections.abc import Iterator
from pathlib import Path

import pytest

from redemption.config import Settings
from redemption.kernel.db import Database
from tests.applications.cases import stage
from tests.dispatch.line import Line, running

__all__ = ["stage"]


@pytest.fixture
def line(fresh_database: Database, settings: Settings, tmp_path: Path) -> Iterator[Line]:
    with running(fresh_database, settings, tmp_path, publicity_days=0) as made:
        yield made
