"""Requests whose files are larger than is taken: they are read to the end and let go of, so that the page that comes
back says so at the file and keeps what was typed beside it.

Refusing such a request at its first byte would be cheaper, and would throw away the form. So the bytes of a file are
kept only as far as one file, and all files of a request together, may go; what comes after is counted and dropped.
Bodies that are not forms, and forms beyond `PATIENCE`, are refused at once as ever.
"""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Request, current_app

PATIENCE = 1024 * 1024 * 1024
"""Bytes of a form that are read at all."""
IN_MEMORY = 512 * 1024


class Budget:
    """Bytes that the files of one request may still take."""

    def __init__(self, left: int) -> None:
        self.left = left


class BoundedFile(SpooledTemporaryFile[bytes]):
    """A file that keeps no more than it may. `cut`: there was more, and nothing of it is kept; `seen`: bytes that came."""

    def __init__(self, limit: int, budget: Budget) -> None:
        super().__init__(max_size=IN_MEMORY)
        self.limit, self.budget, self.cut = limit, budget, False
        self.seen = self._kept = 0

    def write(self, data: Any) -> int:
        size = len(data)
        self.seen += size
        if self.cut:
            return size
        if self._kept + size > self.limit or size > self.budget.left:
            self.cut = True
            self.budget.left += self._kept
            self.seek(0)
            self.truncate(0)
            return size
        self._kept += size
        self.budget.left -= size
        return super().write(data)

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.write(line)


class BoundedRequest(Request):
    """A request that reads a form with too much in it, and keeps what may be kept."""

    _budget: Budget | None = None

    @property
    def max_content_length(self) -> int | None:
        """Bytes that are read: more for a form with files than for anything else."""
        if self.mimetype == "multipart/form-data":
            return PATIENCE
        return cast(int, current_app.config["MAX_CONTENT_LENGTH"]) if current_app else None

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise AttributeError("the limit of a request is set by its kind")

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        settings = current_app.extensions["redemption"]["settings"]
        if self._budget is None:
            self._budget = Budget(settings.application_limit)
        # a file of a byte more than is taken is kept, so that its page can say how large it is
        return cast(IO[bytes], BoundedFile(max(settings.file_limit, 1) + 1, self._budget))
