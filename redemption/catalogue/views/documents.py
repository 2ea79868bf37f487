"""A policy's text from a form: pasted, or as a file beside it."""

from contextlib import closing
from typing import Any

from flask import request

from redemption.catalogue import service
from redemption.kernel.errors import Invalid
from redemption.policies.reading import ReadDocument
from redemption.web.files import read_upload
from redemption.web.session import settings, storage

ENDINGS = frozenset({"txt", "html", "htm", "docx", "pdf", "xlsx"})


def document_of(text: str) -> tuple[ReadDocument, dict[str, Any]]:
    """The document, and the name and digest under which an uploaded file is kept.

    Invalid at `text` or `file`: neither, both, or one that cannot be read.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        return service.read_pasted(text), {}
    if text.strip():
        raise Invalid.field("text", "文字和文件请只用一种：清空文字，或不选文件。")
    with closing(file):
        upload = read_upload(file, settings().file_limit, ENDINGS)
        document = service.read_file(upload.stream.read(), upload.name)
        upload.stream.seek(0)
        stored = storage().put(upload.stream, settings().file_limit)
        return document, {"source_name": upload.name, "source_sha256": stored.sha256}
