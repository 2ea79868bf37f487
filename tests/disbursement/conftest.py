from tests.decisions.conftest import make, stage

__all__ = ["make", "stage"]
