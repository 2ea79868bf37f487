"""The exchange database: rows that appear late, tables that are wrong, and an account that has no rights."""

import pytest
from sqlalchemy import text

from redemption.adapters.exchange_db import ExchangeDbAdapter
from redemption.dispatch.port import Alert, Context, Taken, load_options
from redemption.dispatch.port.contract import _shipment
from redemption.kernel.errors import Invalid
from tests.adapters.test_contract import exchange

__all__ = ["exchange"]


def adapter(options, **over):
    given = {**{k: v for k, v in options.items() if k != "url"}, **over}
    return ExchangeDbAdapter(Context("D", given, {"url": options["url"]}))


def answer(connection, number: int, event: str) -> None:
    connection.execute(
        text(
            "INSERT INTO qzk.redemption_in (id, event_id, referral, type, occurred_at, data) "
            "VALUES (:id, :event, 'ZB-1', 'step', now(), '{\"title\": \"初审\"}')"
        ),
        {"id": number, "event": event},
    )


def test_an_answer_whose_transaction_commits_late_is_not_missed(exchange):
    engine, options = exchange
    made = adapter(options)
    late = engine.connect()
    transaction = late.begin()
    answer(late, 1, "first")
    with engine.begin() as connection:
        answer(connection, 2, "second")
    polled = made.poll({})
    assert [event["id"] for event in polled.events] == ["second"]
    transaction.commit()
    late.close()
    again = made.poll(polled.cursor)
    assert [event["id"] for event in again.events] == ["first"]
    assert made.poll(again.cursor).events == []
    made.close()


def test_data_is_read_from_text(exchange):
    engine, options = exchange
    made = adapter(options)
    with engine.begin() as connection:
        answer(connection, 1, "one")
    (event,) = made.poll({}).events
    assert event["data"] == {"title": "初审"}
    assert event["occurred_at"].count(":") >= 2
    made.close()


def test_what_is_wrong_with_the_tables_is_said(exchange):
    engine, options = exchange
    made = adapter(options, out_table="qzk.no_such")
    assert any("no_such" in finding.sentence for finding in made.check() if not finding.ok)
    assert isinstance(made.submit(_shipment("ZB-1", 1, "submission", None)), Alert)
    made.close()
    with engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE qzk.redemption_out DROP CONSTRAINT redemption_out_parcel_key_key")
        )
    made = adapter(options)
    assert any("唯一约束" in finding.sentence for finding in made.check() if not finding.ok)
    made.close()


def test_a_second_try_writes_no_second_row(exchange):
    engine, options = exchange
    made = adapter(options)
    shipment = _shipment("ZB-1", 1, "submission", None)
    assert isinstance(made.submit(shipment), Taken)
    assert isinstance(made.submit(shipment), Taken)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM qzk.redemption_out")) == 1
    made.close()


def test_an_address_nobody_answers_is_said_and_the_password_is_not(exchange):
    _, options = exchange
    made = adapter({**options, "url": "postgresql+psycopg://nobody:topsecret@127.0.0.1:1/none"})
    findings = made.check()
    assert not findings[0].ok
    assert "topsecret" not in findings[0].sentence
    outcome = made.submit(_shipment("ZB-1", 1, "submission", None))
    assert "topsecret" not in outcome.reason
    made.close()


@pytest.mark.parametrize("url", ["nonsense", "oracle+none://x", ""])
def test_addresses_that_are_none(url):
    with pytest.raises(Invalid):
        load_options("exchange_db", {"url": url})
