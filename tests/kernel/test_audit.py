"""The audit log: what it proves, and what it notices."""

from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from redemption.kernel import audit
from redemption.kernel.uow import unit_of_work

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def write(session, entries=3, chains=("application:1", "policy:1")):
    for number in range(entries):
        for chain in chains:
            audit.record(session, chain, "person:1", "accept", {"n": number, "字": "补贴"})


def unguarded(session, statement, **values):
    """Change rows as somebody with the database in hand would."""
    session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
    session.execute(text(statement), values)
    session.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))


def test_an_untouched_log_verifies(session):
    write(session)
    assert audit.anchor(session, KEY).chains == 2
    write(session, 1)
    assert audit.anchor(session, KEY).from_entry > 0
    assert audit.anchor(session, KEY) is None

    result = audit.verify(session, KEY.public_key())

    assert (result.chains, result.entries, result.anchors, result.faults) == (2, 8, 2, [])
    assert [entry.seq for entry in audit.entries(session, "application:1")] == [1, 2, 3, 4]
    assert audit.entries(session, "application:1")[0].data == {"n": 0, "字": "补贴"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET body = replace(body, 'accept', 'deny') WHERE chain = 'application:1' AND seq = 2",
        "UPDATE audit_entry SET actor = 'person:2' WHERE chain = 'application:1' AND seq = 2",
        "DELETE FROM audit_entry WHERE chain = 'application:1' AND seq = 2",
        "DELETE FROM audit_entry WHERE chain = 'application:1' AND seq = 3",
    ],
)
def test_a_changed_or_missing_entry_is_found(session, statement):
    write(session)
    unguarded(session, statement)
    assert {fault.chain for fault in audit.verify(session, KEY.public_key()).faults} == {"application:1"}


def test_a_whole_chain_rewritten_consistently_is_found_by_the_anchor(session):
    write(session)
    audit.anchor(session, KEY)
    unguarded(session, "DELETE FROM audit_entry WHERE chain = 'application:1'")
    session.execute(text("DELETE FROM audit_chain WHERE chain = 'application:1'"))
    audit.record(session, "application:1", "person:1", "deny")
    assert any(f.chain.startswith("anchor:") for f in audit.verify(session, KEY.public_key()).faults)


def test_an_anchor_signed_with_another_key_is_found(session):
    write(session)
    audit.anchor(session, Ed25519PrivateKey.generate())
    assert [f.what for f in audit.verify(session, KEY.public_key()).faults] == ["锚定签名无效"]


def test_rows_cannot_be_changed(session):
    write(session, 1)
    with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE audit_entry SET action = 'deny'"))
    with pytest.raises(DBAPIError, match="never changed"), session.begin_nested():
        session.execute(text("DELETE FROM audit_entry"))


@contextmanager
def busy(database):
    """While it lasts, somebody else appends to the log after every statement of everybody."""
    inside = []

    def append(*_):
        if not inside:
            inside.append(True)
            with unit_of_work(database) as other:
                audit.record(other, "application:1", "person:1", "accept")
                audit.record(other, f"application:{len(inside) + 10}", "person:1", "accept")
            inside.clear()

    event.listen(database.engine, "after_cursor_execute", append)
    try:
        yield
    finally:
        event.remove(database.engine, "after_cursor_execute", append)


def test_a_log_that_others_write_to_meanwhile_verifies(fresh_database):
    with unit_of_work(fresh_database) as session:
        write(session)
        audit.anchor(session, KEY)
    with unit_of_work(fresh_database) as session, busy(fresh_database):
        assert audit.verify(session, KEY.public_key()).faults == []
