"""The web application: the only place that wires."""

import datetime as dt
import functools
import importlib
from typing import Any

from flask import Flask, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import redemption.due_dates  # noqa: F401  - what a changed calendar moves, complete
from redemption.config import Settings
from redemption.identity import service as identity
from redemption.kernel.db import Database
from redemption.kernel.storage import Storage, open_storage
from redemption.web import access, headers, health, logs, openapi, pages, problem
from redemption.web import session as web_session
from redemption.web.bodies import BoundedRequest
from redemption.web.session import db

PAGES = (
    "redemption.identity.views",
    "redemption.identity.people_views",
    "redemption.catalogue.public.views",
    "redemption.policies.views",
    "redemption.catalogue.views",
    "redemption.matching.views",
    "redemption.applications.views",
    "redemption.applications.sharing.views",
    "redemption.dispatch.views",
    "redemption.decisions.views",
    "redemption.disbursement.views",
    "redemption.documents.views",
    "redemption.messages.views",
    "redemption.messages.log_views",
    "redemption.reporting.views",
    "redemption.consultation.views",
    "redemption.evaluation.views",
    "redemption.space.views",
    "redemption.desk.views",
    "redemption.supervision.views",
    "redemption.supervision.admin",
)
APIS = (
    "redemption.identity.api",
    "redemption.catalogue.public.api",
    "redemption.policies.api",
    "redemption.catalogue.api",
    "redemption.matching.api",
    "redemption.applications.api",
    "redemption.applications.sharing.api",
    "redemption.dispatch.api",
    "redemption.decisions.api",
    "redemption.disbursement.api",
    "redemption.documents.api",
    "redemption.reporting.api",
    "redemption.consultation.api",
    "redemption.evaluation.api",
    "redemption.supervision.api",
)


LIMITED: dict[str, tuple[str, list[str]]] = {
    "identity.sign_in": ("sign_in_limit", ["POST"]),
    # forms that need no account
    "disbursement.object_to": ("objection_limit", ["POST"]),
    "experts.cover": ("opinion_limit", ["GET"]),
    "experts.look": ("opinion_limit", ["POST"]),
    "experts.answer": ("opinion_limit", ["POST"]),
}
"""Pages limited by address: endpoint → (the setting that says how often, methods)."""


def create_app(
    settings: Settings | None = None, database: Database | None = None, storage: Storage | None = None
) -> Flask:
    """Build the application for one process.

    Args:
        settings: by default from the environment.
        database, storage: by default opened from the settings; tests hand in their own.
    """
    settings = settings or Settings.from_environment()
    logs.configure(settings.log_level, as_json=settings.log_json)
    app = Flask(__name__, template_folder="../templates", static_folder="web/static")
    _configure(app, settings)
    web_session.init(
        app,
        settings,
        database or Database(settings.database_url, pool_size=8, application_name="redemption-web"),
        storage or open_storage(settings.storage),
    )
    headers.init(app, secure=settings.secure_cookies)
    register_limits(app, settings)
    access.init(app, load_actor)
    register_csrf(app)
    problem.init(app)
    pages.init(app)
    register_pages(app)
    register_apis(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.request_class = BoundedRequest
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=settings.session_hours),
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        MAX_CONTENT_LENGTH=settings.application_limit + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        MAX_FORM_PARTS=6000,
        JSON_SORT_KEYS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def load_actor() -> Any:
    """Who is signed in: a bearer token, else the browser's session."""
    given = request.headers.get("Authorization", "")
    if given.startswith("Bearer "):
        return identity.actor_for_token(db(), given.removeprefix("Bearer ").strip())
    if "person" not in session:
        return None
    return identity.actor_for_session(db(), session["person"], session["post"], session.get("epoch", 0))


def register_csrf(app: Flask) -> None:
    """Forms carry a token. A request with a bearer token cannot be forged by another site; a signed one neither."""
    csrf = CSRFProtect(app)

    @app.before_request
    def check_csrf() -> None:
        if request.method in web_session.SAFE or request.endpoint is None:
            return
        if request.headers.get("Authorization", "").startswith("Bearer "):
            return
        if request.path.startswith("/api/") and "person" not in session:
            return
        csrf.protect()


def register_limits(app: Flask, settings: Settings) -> None:
    """Limits by address; an account's own failures are counted in the database."""
    limiter = Limiter(
        get_remote_address,
        storage_uri=settings.redis_url,
        storage_options={"socket_connect_timeout": 1},
        in_memory_fallback_enabled=True,
        key_prefix="redemption",
        strategy="fixed-window",
    )
    limiter.init_app(app)
    app.extensions["redemption"]["limiter"] = limiter


def register_pages(app: Flask) -> None:
    app.register_blueprint(health.blueprint)
    for name in PAGES:
        for blueprint in _blueprints(name):
            app.register_blueprint(blueprint)
    limiter = app.extensions["redemption"]["limiter"]
    for endpoint, (setting, methods) in LIMITED.items():
        limit = limiter.limit(functools.partial(_limit, setting), methods=methods)
        app.view_functions[endpoint] = limit(app.view_functions[endpoint])


def _limit(setting: str) -> str:
    found: str = getattr(web_session.settings(), setting)
    return found


def register_apis(app: Flask) -> None:
    api = openapi.init(app)
    for name in APIS:
        for blueprint in _blueprints(name):
            api.register_blueprint(blueprint)
    limit = app.extensions["redemption"]["limiter"].limit(lambda: web_session.settings().sign_in_limit)
    app.view_functions["identity-api.create_token"] = limit(app.view_functions["identity-api.create_token"])


def _blueprints(name: str) -> list[Any]:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and name.startswith(error.name):
            return []  # a room that has no pages yet
        raise
    return list(getattr(module, "blueprints", None) or [module.blueprint])
