"""What is kept no longer than it may be: forgotten drafts, outlived materials, id numbers."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications import retention
from redemption.applications.models import Material
from redemption.catalogue.models import ItemPaper
from redemption.documents.models import Document
from redemption.identity import retention as identity
from redemption.kernel.uow import unit_of_work
from redemption.policies.models import PolicyVersion
from redemption.reporting.models import Report
from redemption.supervision.models import Export
from workers.runtime import Runtime, periodic

log = structlog.get_logger("redemption.retention")


@periodic("retention.clear", cron="20 2 * * *", queue="low")
def clear(runtime: Runtime) -> None:
    """Rows first, in one transaction; then the contents that nothing mentions any more.

    A crash in between leaves a file that nobody mentions, never a row without its file.
    """
    with unit_of_work(runtime.database) as session:
        done = retention.clear(session)
        done.identities += identity.clear_id_numbers(
            session, retention.before(retention.periods(session)["account_id"])
        )
        loose = done.digests - mentioned(session, done.digests)
    for digest in loose:
        with unit_of_work(runtime.database) as session:
            if not mentioned(session, {digest}):
                runtime.storage.delete(digest)
    log.info(
        "cleared",
        drafts=done.drafts,
        materials=done.materials,
        identities=done.identities,
        accounts=done.accounts,
    )


def mentioned(session: Session, digests: set[str]) -> set[str]:
    """Which of these contents any slice still speaks of: the same bytes are one file, whoever brought them."""
    columns = (
        Material.sha256,
        ItemPaper.sha256,
        Document.pdf_sha256,
        PolicyVersion.source_sha256,
        Report.package_sha256,
        Export.sha256,
    )
    return {
        found for column in columns for found in session.scalars(select(column).where(column.in_(digests)))
    }
