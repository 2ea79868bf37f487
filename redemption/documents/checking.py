"""Whether a document is genuine and still stands: what the page and the JSON of 文书核验 say."""

from dataclasses import dataclass
from typing import Any

from redemption.documents.models import Document
from redemption.documents.rules import KIND_NAMES, SEAL_STANDS_IN, Kind, digest

FACTS = (
    ("submission_number", "申报单号"),
    ("application_number", "申报件编号"),
    ("enterprise_name", "申报主体"),
    ("item_name", "申报事项"),
    ("policy_title", "政策文件"),
    ("office_name", "报送对象"),
)
RESULTS = {"approve": "予以兑现", "deny": "不予兑现"}
UNKNOWN = (
    "没有找到这个核验码对应的文书。请核对文书上的16位核验码（不含数字0、1、2、5、8和字母B、G、I、L、O、Q、S、U、Z）；"
    "仍然查不到的，请联系文书上的出具单位，谨防假冒。"
)


@dataclass(frozen=True)
class Checked:
    """A document beside what was kept of it; only what its holder can read on it as well."""

    document: Document
    intact: bool
    """Whether its content still has the digest it was issued with."""

    @property
    def state(self) -> str:
        """valid, revoked or altered."""
        if self.document.revoked_at:
            return "revoked"
        return "valid" if self.intact else "altered"

    @property
    def kind_name(self) -> str:
        return KIND_NAMES[Kind(self.document.kind)]

    @property
    def facts(self) -> list[tuple[str, str, Any]]:
        """Key, name and value of each fact that the document states."""
        data = self.document.data
        return [(key, name, data[key]) for key, name in FACTS if data.get(key)]

    @property
    def amount(self) -> Any:
        return self.document.data.get("amount")

    @property
    def result(self) -> str:
        return RESULTS.get(self.document.data.get("result", ""), "")

    @property
    def applications(self) -> list[dict[str, Any]]:
        return self.document.data.get("applications") or []

    @property
    def stands_in(self) -> str:
        return "" if self.document.sealed else SEAL_STANDS_IN


def checked(document: Document) -> Checked:
    """The document with its digest made again from what it says."""
    made = digest(
        document.kind,
        document.number,
        document.title,
        document.data,
        document.template,
        document.template_version,
    )
    return Checked(document, intact=document.digest == made)
