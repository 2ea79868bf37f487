"""For operators: is the process alive, are its parts reached, how does it stand."""

import os

import redis
from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from redemption.kernel import outbox
from redemption.web.access import public
from redemption.web.session import db, settings

blueprint = Blueprint("health", __name__)
SCHEDULE_KEY = "redemption:schedule:alive"
RELAY_KEY = "redemption:relay:alive"


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    return jsonify(status="ok", pid=os.getpid())


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """503 while the database or the queue is away, or nobody keeps the schedule."""
    parts = {"database": _database(), **_queue()}
    response = jsonify(status="ok" if all(parts.values()) else "not_ready", parts=parts)
    response.status_code = 200 if all(parts.values()) else 503
    return response


def _database() -> bool:
    try:
        return db().scalar(text("SELECT 1")) == 1
    except SQLAlchemyError:
        return False


def _queue() -> dict[str, bool]:
    try:
        client = redis.Redis.from_url(settings().redis_url, socket_timeout=2)
        with client:
            return {
                "queue": bool(client.ping()),
                "schedule": bool(client.exists(SCHEDULE_KEY)),
                "relay": bool(client.exists(RELAY_KEY)),
            }
    except redis.RedisError:
        return {"queue": False, "schedule": False, "relay": False}


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text: what waits in the outbox, by topic."""
    registry = CollectorRegistry()
    waiting = Gauge("redemption_outbox_open", "Outbox rows not yet done", ["topic"], registry=registry)
    oldest = Gauge(
        "redemption_outbox_oldest_seconds", "Age of the oldest open row", ["topic"], registry=registry
    )
    failing = Gauge(
        "redemption_outbox_failing", "Open rows that failed three times", ["topic"], registry=registry
    )
    for line in outbox.backlog(db()):
        waiting.labels(line.topic).set(line.open)
        oldest.labels(line.topic).set(line.oldest_seconds)
        failing.labels(line.topic).set(line.failing)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
