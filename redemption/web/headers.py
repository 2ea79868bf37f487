"""Security headers, the request id, and one log line a request."""

import time
import uuid

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("redemption.web")

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def init(app: Flask, *, secure: bool) -> None:
    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = (
            given if given.isascii() and given.isalnum() and len(given) <= 64 else uuid.uuid4().hex[:16]
        )
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["X-Frame-Options"] = "DENY"
        headers["Permissions-Policy"] = "geolocation=(), microphone=(), payment=(), usb=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["X-Request-Id"] = g.get("request_id", "")
        if secure:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint == "static":
            headers["Cache-Control"] = "no-cache"  # revalidated by ETag: a release never mixes old and new
        else:
            # pages show keys, links and account numbers once: none is kept by a browser unless it says otherwise
            headers.setdefault("Cache-Control", "no-store")
            if request.endpoint not in {"health.healthz", "health.readyz", "health.metrics"}:
                log.info(
                    "request",
                    method=request.method,
                    path=request.path,
                    status=response.status_code,
                    ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
                )
        return response
