"""stub"""

from __future__ import annotations
from typing import Any
from redemption.catalogue.extraction.model import Item


def read_values(text: str, item: Item) -> dict[str, Any]:
    return {}
