"""What `redemption extract FILE` prints."""

from __future__ import annotations

import json
from pathlib import Path

from redemption.catalogue.extraction.pipeline import extract
from redemption.policies.reading import read


def run(path: str | Path, as_json: bool) -> str:
    """The extraction of a file as JSON (one object), or the plain text that its spans refer to.

    Raises ReadingError for a file that cannot be read, OSError for one that is not there.
    """
    path = Path(path)
    document = read(path.read_bytes(), path.name)
    if not as_json:
        return document.text
    return json.dumps(extract(document).as_json(), ensure_ascii=False, indent=1)
