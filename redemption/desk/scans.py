"""Files from the scanner or camera, dropped on the list while the case is being entered.

There is no case yet to hang them on: the bytes go to storage at once, and the page carries a signed note of what they
are and which entry they belong to. Whoever changes the note has no file.
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass

from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.errors import DomainError
from redemption.kernel.secrets import Signer

LIFE = dt.timedelta(hours=24)
PURPOSE = "desk scan"


@dataclass(frozen=True)
class Scan:
    """A stored file and the entry that it answers."""

    code: str
    entry: str
    name: str
    media_type: str
    size: int
    sha256: str
    person: int
    scan: str = "not_configured"


def seal(scan: Scan, signer: Signer) -> str:
    """The note that goes into the page."""
    return signer.sign(json.dumps(asdict(scan), ensure_ascii=False), clock.now() + LIFE, PURPOSE)


def opened(notes: list[str], actor: Actor, signer: Signer) -> list[tuple[str, Scan]]:
    """The notes that are genuine and this clerk's own, with what they say; the rest is left aside."""
    found: list[tuple[str, Scan]] = []
    for note in notes:
        try:
            scan = Scan(**json.loads(signer.unsign(note, PURPOSE)))
        except (DomainError, ValueError, TypeError):
            continue
        if scan.person == actor.person_id and all(
            known.sha256 != scan.sha256 or known.entry != scan.entry for _, known in found
        ):
            found.append((note, scan))
    return found
