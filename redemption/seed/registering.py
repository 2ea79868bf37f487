"""The demonstration registry's connection, and what it knows of the demonstration enterprises."""

import base64
import hashlib
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications.models import Registry
from redemption.applications.sharing import asking
from redemption.applications.sharing.rules import Subject
from redemption.config import Settings
from redemption.identity.models import Enterprise
from redemption.identity.rules import system_actor
from redemption.kernel.secrets import SecretBox

CODE = "DEMO"
TITLE = "市数据共享平台（演示）"


def registry_secret(settings: Settings) -> str:
    """The signing secret shared with the demonstration registry on this machine."""
    digest = hashlib.sha256(f"demonstration registry {settings.secret_key}".encode()).digest()
    return "whsec_" + base64.b64encode(digest).decode()


def connect_registry(session: Session, box: SecretBox, port: int, secret: str) -> None:
    """Point the demonstration registry at the loopback port of this start."""
    found = session.scalar(select(Registry).where(Registry.code == CODE))
    asking.connect(
        session,
        box,
        system_actor("seed"),
        code=CODE,
        title=TITLE,
        adapter="http",
        subjects=[subject.value for subject in Subject],
        options={"endpoint": f"http://127.0.0.1:{port}", "secret": secret},
        active=found.active if found is not None else True,
    )


def facts(session: Session) -> dict[str, dict[str, dict[str, Any]]]:
    """What registries would know: mostly what enterprises say themselves, and for some one thing else."""
    made: dict[str, dict[str, dict[str, Any]]] = {}
    for serial, firm in enumerate(session.scalars(select(Enterprise).order_by(Enterprise.id).limit(200))):
        registered: dict[str, Any] = {
            "name": firm.name,
            "legal_representative": firm.legal_representative,
            "address": firm.address,
            "credit_status": "good",
        }
        if firm.founded_on is not None:
            registered["founded_on"] = firm.founded_on.isoformat()
        insured = firm.profile.get("insured_staff") or firm.profile.get("staff") or 20
        made[firm.uscc] = {
            "registration": registered,
            "qualifications": {"qualifications": firm.profile.get("qualifications", [])},
            "tax": {"tax_credit": firm.profile.get("tax_credit", "B"), "tax_arrears": False},
            # every other enterprise counts its people differently than its contributions say
            "social_security": {
                "insured_staff": max(1, int(insured) - (3 if serial % 2 == 0 else 0)),
                "social_insurance": True,
            },
        }
    return made
