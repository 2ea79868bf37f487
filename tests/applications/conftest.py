from tests.applications.cases import stage

__all__ = ["stage"]
