from typing import Any

import pytest
from sqlalchemy.orm import Session

from redemption.kernel.storage import Storage
from redemption.seed.world import World
from tests.applications.cases import Stage, make_stage


@pytest.fixture
def stage(session: Session, world: World, storage: Storage) -> Stage:
    """On the same world as `browser_of`."""
    return make_stage(session, world, storage)


@pytest.fixture
def make(session: Session, world: World, storage: Storage) -> Any:
    """A stage with an item of one's own wishes."""
    return lambda **over: make_stage(session, world, storage, **over)
