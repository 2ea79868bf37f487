"""The virus scan speaks clamd's protocol over a real socket; a silent scanner means quarantine, not loss."""

import io
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator

import pytest

from redemption.applications import scanning, service
from redemption.applications.rules import Scan
from redemption.applications.views.materials import send_material
from redemption.kernel.errors import Conflict
from redemption.kernel.outbox import OutboxRow
from tests.applications.cases import DECLARED, PDF, Stage
from tests.factories import BOX

MARK = b"X5O!P%@AP-TEST-ONLY"


class _Clamd(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert self._take(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self._take(4))[0]:
            content += self._take(size)
        self.request.sendall(b"stream: Test-Signature FOUND\0" if MARK in content else b"stream: OK\0")

    def _take(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            part = self.request.recv(size - len(found))
            assert part
            found += part
        return found


@pytest.fixture
def clamd() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Clamd) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_what_the_scanner_says(clamd: str) -> None:
    clean = io.BytesIO(PDF * 10_000)
    assert scanning.scan(clamd, clean) is Scan.CLEAN
    assert clean.tell() == 0
    assert scanning.scan(clamd, io.BytesIO(PDF + MARK)) is Scan.INFECTED
    assert scanning.scan("", io.BytesIO(MARK)) is Scan.NOT_CONFIGURED


def test_a_scanner_that_is_away_means_waiting() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert scanning.scan(f"127.0.0.1:{port}", io.BytesIO(PDF)) is Scan.WAITING


def test_a_file_in_quarantine_is_neither_opened_nor_handed_in(stage: Stage) -> None:
    draft = stage.draft()
    file = service.NewFile(io.BytesIO(PDF + b"q"), "待检.pdf", "application/pdf", Scan.WAITING)
    material = service.add_material(
        stage.session, stage.filer, draft.number, "m1", file, storage=stage.storage, place=1
    )
    topics = [row.topic for row in stage.session.query(OutboxRow).filter_by(key=material.public_id)]
    assert topics == ["material.waiting"]
    with pytest.raises(Conflict) as caught:
        send_material(material)
    assert caught.value.code == "file_waiting"
    with pytest.raises(Exception, match="还有内容"):
        service.submit(stage.session, stage.filer, draft.number, declared=DECLARED)
    service.note_scan(stage.session, material.id, Scan.INFECTED)
    with pytest.raises(Conflict) as infected:
        send_material(material)
    assert infected.value.code == "file_infected"
    service.remove_material(stage.session, stage.filer, draft.number, material.public_id)
    assert service.submit(stage.session, stage.filer, draft.number, declared=DECLARED).received_at


def test_the_job_scans_what_waits(stage: Stage, connected, settings, storage, clamd: str) -> None:  # type: ignore[no-untyped-def]
    import dataclasses
    from types import SimpleNamespace

    from workers.jobs.applications import scan as job

    stage.storage = storage
    draft = service.start(stage.session, stage.filer, [stage.item.code], box=BOX)
    file = service.NewFile(io.BytesIO(PDF + MARK), "坏.pdf", "application/pdf", Scan.WAITING)
    material = service.add_material(
        stage.session, stage.filer, draft.number, "m1", file, storage=storage, place=1
    )
    stage.session.flush()
    runtime = SimpleNamespace(
        database=connected, storage=storage, settings=dataclasses.replace(settings, clamd=clamd)
    )
    job(runtime, {"material_id": material.id})  # type: ignore[arg-type]
    stage.session.refresh(material)
    assert material.scan == Scan.INFECTED.value
