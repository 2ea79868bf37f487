"""Whatever a department's program sends, it is told what is wrong; nothing ends as a 500."""

import datetime as dt
import json
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redemption.decisions.rules import EventType
from redemption.disbursement import paying
from redemption.dispatch import configuring
from redemption.dispatch.port.signing import SigningKey, new_secret, signed_headers
from redemption.dispatch.service import refer
from redemption.identity.models import Department
from redemption.identity.rules import Actor, Role
from redemption.identity.service import issue_department_token
from redemption.kernel import clock
from tests.dispatch.line import TESTER
from tests.factories import BOX

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis

pytestmark = pytest.mark.chaos

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
DATA = st.dictionaries(
    st.sampled_from(
        [
            "reason",
            "reasons",
            "result",
            "amount",
            "entries",
            "title",
            "procedure",
            "differences",
            "number",
            "x",
        ]
    ),
    JSON | st.sampled_from(["approve", "deny", "paid", "returned", "100.00", "1e400", "NaN", "-1"]),
    max_size=5,
)
MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def case(session, app, stage):
    application = stage.case()
    (referral,) = refer(session, application.id)
    department = session.get_one(Department, application.department_id)
    secret = new_secret()
    configuring.add_key(session, BOX, TESTER, department.id, secret=secret)
    session.flush()
    return department, referral, SigningKey("k", "v1", secret)


@MANY
@given(
    kind=st.sampled_from([*EventType, "nonsense", 1]),
    data=DATA | JSON,
    sequence=st.none() | st.integers(-1, 4) | st.just(2**70) | st.text(max_size=3),
    at=st.sampled_from(
        ["2026-11-20T10:00:00+08:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+14:00", "x", 5]
    ),
    number=st.sampled_from(["known", "\x00", "没有", 7]),
    extra=st.dictionaries(st.text(max_size=5), JSON, max_size=1),
    event_id=st.text(max_size=30) | st.integers(),
)
def test_signed_events_of_any_content(app, case, kind, data, sequence, at, number, extra, event_id):
    department, referral, key = case
    body = {
        "id": event_id,
        "referral": referral.number if number == "known" else number,
        "type": kind,
        "occurred_at": at,
        "sequence": sequence,
        "data": data,
        **extra,
    }
    raw = json.dumps(body).encode()
    answer = app.test_client().post(
        f"/api/v1/departments/{department.code}/events",
        data=raw,
        headers=signed_headers([key], "m", clock.now(), raw),
        content_type="application/json",
    )
    assert answer.status_code < 500, (body, answer.get_data(as_text=True))
    assert answer.is_json


@settings(MANY, max_examples=15)
@given(data=st.data())
def test_the_described_routes_of_departments(app, session, case, data):
    department, _, _ = case
    token, _ = issue_department_token(
        session, Actor(1, "管理员", Role.ADMINISTRATOR), department.id, "fuzz", dt.timedelta(hours=1)
    )
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    operations = [
        found.ok()
        for found in schema.include(path_regex=r"/api/v1/(departments/|files/)").get_all_operations()
    ]
    assert len(operations) >= 4
    operation = data.draw(st.sampled_from(operations))
    made = data.draw(operation.as_strategy())
    made.path_parameters = {**(made.path_parameters or {}), "code": department.code}
    made.headers = {**(made.headers or {}), "Authorization": f"Bearer {token}"}
    answer = made.call()
    assert answer.status_code < 500, (made.as_curl_command(), answer.text)


RESULT = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=20) | JSON,
        "order": st.sampled_from(["known", "\x00", "没有", "x" * 5000]) | JSON,
        "result": st.sampled_from(["paid", "returned", "x"]) | JSON,
        "amount": st.sampled_from(["100000.00", "1e400", "NaN", "-1", "Infinity", "0"]) | JSON,
        "occurred_at": st.sampled_from(
            ["2026-11-20T10:00:00+08:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+14:00", "x"]
        ),
        "reason": st.text(max_size=5),
        "voucher": st.text(max_size=5) | st.just("\x00"),
    },
)


@MANY
@given(body=RESULT | JSON)
def test_signed_payment_results_of_any_content(app, session, stage, case, body):
    department, _, key = case
    options = {"endpoint": "http://127.0.0.1:9", "secret": key.secret}
    paying.connect(session, BOX, TESTER, department.id, adapter="http", options=options)
    raw = json.dumps(body).encode()
    answer = app.test_client().post(
        f"/api/v1/departments/{department.code}/payment-results",
        data=raw,
        headers=signed_headers([key], "m", clock.now(), raw),
        content_type="application/json",
    )
    assert answer.status_code < 500, (body, answer.get_data(as_text=True))
    assert answer.is_json
