"""Why a file cannot be read, in a sentence that says what to do."""

from __future__ import annotations


class ReadingError(Exception):
    """A file that cannot be read.

    `code` is stable: empty, too_big, too_long, encrypted, name_mismatch, unsupported_kind, damaged,
    archive_bomb, too_deep, no_text_layer, unknown_encoding. `message` is for the person who uploaded it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
