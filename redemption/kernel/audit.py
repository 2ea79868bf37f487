"""The audit log: append-only, chained by hash, anchored every hour.

`record(session, chain, actor, action, data)` appends one entry to one chain in the caller's transaction. A chain
belongs to one application, policy or account (`application:17`), so that commits of different cases never wait for
each other. Each entry's hash is sha256(previous hash ‖ sequence ‖ body), computed by PostgreSQL in the same
statement that moves the chain's head, so that one round trip appends.

`anchor` signs (Ed25519) a digest over the heads of all chains that moved since the last anchor, itself chained to
that anchor: whoever rewrites a chain afterwards must also forge a signature. `verify` recomputes everything.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import BigInteger, Index, LargeBinary, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from redemption.kernel import clock
from redemption.kernel.db import Base, Identified

ZERO = b"\x00" * 32


class AuditChain(Base):
    """The head of one chain: its length and the hash of its last entry."""

    __tablename__ = "audit_chain"

    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditEntry(Identified, Base):
    """One thing somebody did. Rows are never changed or deleted (a trigger refuses it)."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("uq_audit_entry_chain_seq", "chain", "seq", unique=True),)

    chain: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    body: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    @property
    def data(self) -> dict[str, Any]:
        """What was recorded, without the frame."""
        return json.loads(self.body)["data"]


class AuditAnchor(Identified, Base):
    """A signed digest over every chain head that moved in the entries (from_entry, to_entry]."""

    __tablename__ = "audit_anchor"

    at: Mapped[dt.datetime]
    from_entry: Mapped[int] = mapped_column(BigInteger)
    to_entry: Mapped[int] = mapped_column(BigInteger)
    chains: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


_APPEND = text("""
WITH head AS (
  INSERT INTO audit_chain AS c (chain, seq, hash)
  VALUES (:chain, 1, sha256(decode(repeat('00', 32), 'hex') || convert_to('1', 'UTF8') || convert_to(:body, 'UTF8')))
  ON CONFLICT (chain) DO UPDATE
    SET seq = c.seq + 1,
        hash = sha256(c.hash || convert_to((c.seq + 1)::text, 'UTF8') || convert_to(:body, 'UTF8'))
  RETURNING seq, hash
)
INSERT INTO audit_entry (chain, seq, at, actor, action, body, hash)
SELECT :chain, head.seq, :at, :actor, :action, :body, head.hash FROM head
""")


def record(session: Session, chain: str, actor: str, action: str, data: dict[str, Any] | None = None) -> None:
    """Append one entry.

    Args:
        chain: what it is about, `kind:id`.
        actor: who did it, `person:id`, `department:code` or `system:name`.
        action: a verb of the domain, snake_case.
        data: facts worth proving later; never a clear account or id number.
    """
    at = clock.now()
    body = json.dumps(
        {"chain": chain, "at": at.isoformat(), "actor": actor, "action": action, "data": data or {}},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        default=str,
    )
    session.flush()
    session.execute(_APPEND, {"chain": chain, "at": at, "actor": actor, "action": action, "body": body})


def entries(session: Session, chain: str) -> list[AuditEntry]:
    """All of one chain, oldest first."""
    return list(session.scalars(select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)))


def _heads_digest(session: Session, after: int, upto: int, previous: bytes) -> tuple[bytes, int]:
    latest = (
        select(AuditEntry.chain, func.max(AuditEntry.seq).label("seq"))
        .where(AuditEntry.id > after, AuditEntry.id <= upto)
        .group_by(AuditEntry.chain)
        .subquery()
    )
    heads = session.execute(
        select(AuditEntry.chain, AuditEntry.seq, AuditEntry.hash)
        .join(latest, (latest.c.chain == AuditEntry.chain) & (latest.c.seq == AuditEntry.seq))
        .order_by(AuditEntry.chain.collate("C"))
        .execution_options(yield_per=5000)
    )
    digest, count = hashlib.sha256(previous), 0
    for chain, seq, head in heads:
        digest.update(f"{chain}\x00{seq}\x00".encode() + head)
        count += 1
    return digest.digest(), count


def anchor(session: Session, key: Ed25519PrivateKey) -> AuditAnchor | None:
    """Sign the heads that moved since the last anchor; None when nothing moved.

    A short SHARE lock lets writers that are under way finish first, so that no entry with a smaller id can
    appear behind the anchor. If they take longer than two seconds, PostgreSQL gives up and the next run tries.
    """
    session.execute(text("SET LOCAL lock_timeout = '2s'"))
    session.execute(text("LOCK TABLE audit_anchor IN EXCLUSIVE MODE"))
    last = session.scalar(select(AuditAnchor).order_by(AuditAnchor.id.desc()).limit(1))
    session.execute(text("LOCK TABLE audit_entry IN SHARE MODE"))
    after = last.to_entry if last else 0
    upto = session.scalar(select(func.max(AuditEntry.id))) or 0
    if upto <= after:
        return None
    digest, count = _heads_digest(session, after, upto, last.digest if last else ZERO)
    row = AuditAnchor(
        at=clock.now(),
        from_entry=after,
        to_entry=upto,
        chains=count,
        digest=digest,
        signature=key.sign(digest),
    )
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True)
class Fault:
    """One place where the log does not add up."""

    chain: str
    seq: int
    what: str


@dataclass(frozen=True)
class Verified:
    """What `verify` read and what it found."""

    chains: int
    entries: int
    anchors: int
    faults: list[Fault]


def verify(session: Session, public_key: Ed25519PublicKey) -> Verified:
    """Recompute every hash, compare every head, check every anchor. Reads the whole log once.

    Entries and heads are read by one statement, so that they are of one moment: a log that others write to
    meanwhile adds up as well.
    """
    faults: list[Fault] = []
    count, chains = 0, 0
    last: _Place | None = None
    for place in _places(session):
        if last is None or last.chain != place.chain:
            _check_end(last, faults)
            chains, last = chains + 1, None
        _check(place, last, faults)
        count, last = count + (place.seq > 0), place
    _check_end(last, faults)
    anchors = _verify_anchors(session, public_key, faults)
    return Verified(chains=chains, entries=count, anchors=anchors, faults=faults)


@dataclass(frozen=True)
class _Place:
    """One entry beside its chain's head; sequence 0 for a head without any entry."""

    chain: str
    seq: int
    actor: str
    action: str
    body: str
    hash: bytes
    head_seq: int | None
    head_hash: bytes | None


def _places(session: Session) -> Iterator[_Place]:
    name = func.coalesce(AuditEntry.chain, AuditChain.chain)
    rows = session.execute(
        select(
            name,
            AuditEntry.seq,
            AuditEntry.actor,
            AuditEntry.action,
            AuditEntry.body,
            AuditEntry.hash,
            AuditChain.seq,
            AuditChain.hash,
        )
        .select_from(AuditEntry)
        .outerjoin(AuditChain, AuditChain.chain == AuditEntry.chain, full=True)
        .order_by(name, AuditEntry.seq)
        .execution_options(yield_per=5000)
    )
    for chain, seq, actor, action, body, stored, head_seq, head_hash in rows:
        yield _Place(
            chain, seq or 0, actor or "", action or "", body or "", stored or ZERO, head_seq, head_hash
        )


def _check(place: _Place, before: _Place | None, faults: list[Fault]) -> None:
    """One entry: what it says, that it follows the one before it, and that its chain's head knows it."""
    if place.seq == 0:
        return
    previous, expected = (before.hash, before.seq + 1) if before else (ZERO, 1)
    digest = hashlib.sha256(previous + str(place.seq).encode() + place.body.encode()).digest()
    frame = json.loads(place.body)
    said = (frame["chain"], frame["actor"], frame["action"])
    if digest != place.hash or said != (place.chain, place.actor, place.action):
        faults.append(Fault(place.chain, place.seq, "内容与散列值不符"))
    if place.head_seq is None or place.seq > place.head_seq:
        faults.append(Fault(place.chain, place.seq, "链头缺失或落后于记录"))
    elif place.head_seq == place.seq and place.head_hash != place.hash:
        faults.append(Fault(place.chain, place.seq, "链头与最后一条记录不符"))
    if place.seq != expected:
        faults.append(Fault(place.chain, expected, "记录缺失"))


def _check_end(last: _Place | None, faults: list[Fault]) -> None:
    """The last entry of a chain is the one its head speaks of."""
    if last is not None and last.head_seq is not None and last.seq < last.head_seq:
        faults.append(Fault(last.chain, last.head_seq, "末尾的记录被删除"))


def _verify_anchors(session: Session, public_key: Ed25519PublicKey, faults: list[Fault]) -> int:
    previous, after, count = ZERO, 0, 0
    for row in session.scalars(select(AuditAnchor).order_by(AuditAnchor.id)):
        count += 1
        digest, _ = _heads_digest(session, row.from_entry, row.to_entry, previous)
        if row.from_entry != after or digest != row.digest:
            faults.append(Fault(f"anchor:{row.id}", row.id, "锚定之后记录被改动"))
        try:
            public_key.verify(row.signature, row.digest)
        except InvalidSignature:
            faults.append(Fault(f"anchor:{row.id}", row.id, "锚定签名无效"))
        previous, after = row.digest, row.to_entry
    return count
