"""From blocks to draft items, in pure steps that can be read one by one (see `pipeline`).

extraction = extract(read(data, "通知.html"))
extraction.as_json()
"""

from __future__ import annotations

from redemption.catalogue.extraction.model import (
    FIELDS,
    LIST_FIELDS,
    TEXT_FIELDS,
    Entry,
    Extraction,
    FieldValue,
    Finding,
    Item,
    Policy,
)
from redemption.catalogue.extraction.pipeline import extract
from redemption.catalogue.extraction.synonyms import Synonyms

__all__ = [
    "FIELDS", "LIST_FIELDS", "TEXT_FIELDS", "Entry", "Extraction", "FieldValue", "Finding", "Item", "Policy",
    "Synonyms", "extract",
]  # fmt: skip
