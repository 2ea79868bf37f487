"""PDFs made ahead of the first download, where nobody waits for them."""

from redemption.documents import rendering
from redemption.documents.models import Document
from redemption.kernel.uow import unit_of_work
from workers.runtime import Payload, Runtime, outside_job


@outside_job("document.issued", queue="low")
def render(runtime: Runtime, payload: Payload) -> None:
    """Render and keep the bytes; a second run finds them kept."""
    with unit_of_work(runtime.database) as session:
        document = session.get_one(Document, payload["document_id"])
        session.expunge(document)
    made = rendering.pdf(document, runtime.settings.base_url)
    with unit_of_work(runtime.database) as session:
        rendering.keep(session, runtime.storage, session.get_one(Document, document.id), made)
