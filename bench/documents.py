"""How long a document takes as PDF: the first one of a process, and each further page."""

import time
from typing import Any

from redemption.documents import rendering, rules
from redemption.documents.models import Document
from redemption.kernel import clock

PAGES = 20


def run() -> dict[str, dict[str, Any]]:
    """One process, warm after the first document."""
    began = time.perf_counter()
    rendering.pdf(_decision(0), "http://localhost")
    first = time.perf_counter() - began
    began = time.perf_counter()
    for place in range(1, PAGES + 1):
        rendering.pdf(_decision(place), "http://localhost")
    each = (time.perf_counter() - began) / PAGES
    return {
        "PDF of one page, warm": {"value": round(each, 3), "unit": "s", "bar": 0.5, "better": "lower"},
        "PDF, the first of a process": {"value": round(first, 2), "unit": "s", "bar": 5.0, "better": "lower"},
    }


def _decision(place: int) -> Document:
    data = {
        "application_number": f"990100-261122-{place:06d}-11-01",
        "enterprise_name": f"清川青禾智能科技有限公司第{place}分公司",
        "uscc": "91110108551385082Q",
        "item_name": "首次贷款贴息",
        "result": "approve",
        "amount": f"{200000 + place}.00",
        "decided_at": "2026-11-22",
        "reasons": "符合申报条件，材料齐全，核定贴息比例为百分之五十。",
    }
    number = f"清科决〔2026〕{place + 1}号"
    return Document(
        kind="decision",
        number=number,
        code="ACDE-FHJK-3467-9ACD",
        title="决定书",
        data=data,
        template="decision",
        template_version=1,
        digest=rules.digest("decision", number, "决定书", data, "decision", 1),
        issuer_name="清川市科学技术局",
        sealed=False,
        issued_at=clock.now(),
    )
