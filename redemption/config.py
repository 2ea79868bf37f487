"""Settings, typed, from the environment. Nothing is read at import: a process calls `Settings.from_environment()`.

Every setting has the prefix `REDEMPTION_`, except `DATABASE_URL` and `REDIS_URL`, which hosting platforms set.
Where no address of a database or queue is given, `redemption.local` starts embedded ones and fills these in.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "REDEMPTION_"
MEGABYTE = 1024 * 1024


class SettingMissing(Exception):
    """A setting that has no safe default is not there; the message names it."""


@dataclass(frozen=True)
class Settings:
    """What one installation decides for itself. Sizes are bytes, durations seconds."""

    database_url: str
    redis_url: str
    secret_key: str
    """Signs sessions, CSRF tokens and download links."""
    field_keys: tuple[str, ...]
    """Encrypt bank accounts and id numbers; the first one writes, all of them read."""
    audit_key: str
    """Ed25519 private key (hex seed) that signs the hourly anchors."""
    base_url: str = "http://127.0.0.1:8600"
    storage: str = "var/files"
    """A folder, or `s3://bucket/prefix?endpoint=…`."""
    var: Path = Path("var")
    secure_cookies: bool = False
    trusted_proxies: int = 0
    file_limit: int = 20 * MEGABYTE
    application_limit: int = 200 * MEGABYTE
    session_hours: int = 12
    smtp_url: str = ""
    """`smtp://user:password@host:port` or `smtps://…`; empty: e-mail is off and says so."""
    mail_from: str = "no-reply@localhost"
    sms_url: str = ""
    sms_token: str = ""
    clamd: str = ""
    """`host:port` or a socket's path; empty: uploads are not scanned and say so."""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    webhook_tolerance: int = 300
    sign_in_limit: str = "10 per minute"
    objection_limit: str = "10 per hour"
    """Objections to publicity from one address."""
    opinion_limit: str = "30 per minute"
    """Openings of experts' links from one address."""
    log_level: str = "INFO"
    log_json: bool = True
    extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read and check.

        Raises:
            SettingMissing: a secret or an address is not set.
        """
        env = os.environ if environ is None else environ

        def get(name: str, default: str = "") -> str:
            return env.get(PREFIX + name, default)

        def need(name: str) -> str:
            value = env.get(name, "")
            if not value:
                raise SettingMissing(f"{name} is not set; `redemption run` sets it for one machine")
            return value

        return cls(
            database_url=need("DATABASE_URL"),
            redis_url=need("REDIS_URL"),
            secret_key=need(PREFIX + "SECRET_KEY"),
            field_keys=tuple(part for part in need(PREFIX + "FIELD_KEYS").split(",") if part),
            audit_key=need(PREFIX + "AUDIT_KEY"),
            base_url=get("BASE_URL", cls.base_url).rstrip("/"),
            storage=get("STORAGE", cls.storage),
            var=Path(get("VAR", "var")),
            secure_cookies=get("SECURE_COOKIES") in {"1", "true", "yes"},
            trusted_proxies=int(get("TRUSTED_PROXIES", "0")),
            file_limit=int(get("FILE_LIMIT_MB", "20")) * MEGABYTE,
            application_limit=int(get("APPLICATION_LIMIT_MB", "200")) * MEGABYTE,
            session_hours=int(get("SESSION_HOURS", "12")),
            smtp_url=get("SMTP_URL"),
            mail_from=get("MAIL_FROM", cls.mail_from),
            sms_url=get("SMS_URL"),
            sms_token=get("SMS_TOKEN"),
            clamd=get("CLAMD"),
            oidc_issuer=get("OIDC_ISSUER"),
            oidc_client_id=get("OIDC_CLIENT_ID"),
            oidc_client_secret=get("OIDC_CLIENT_SECRET"),
            webhook_tolerance=int(get("WEBHOOK_TOLERANCE", "300")),
            sign_in_limit=get("SIGN_IN_LIMIT", cls.sign_in_limit),
            objection_limit=get("OBJECTION_LIMIT", cls.objection_limit),
            opinion_limit=get("OPINION_LIMIT", cls.opinion_limit),
            log_level=get("LOG_LEVEL", "INFO"),
            log_json=get("LOG_JSON", "1") not in {"0", "false", "no"},
            extra={key: value for key, value in env.items() if key.startswith(PREFIX)},
        )
