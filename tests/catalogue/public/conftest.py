import pytest

from tests.catalogue.published import Catalogue


@pytest.fixture
def catalogue(session) -> Catalogue:
    return Catalogue(session)
