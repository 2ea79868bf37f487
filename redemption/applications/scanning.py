"""Virus scan by clamd (INSTREAM), where it is configured. Called outside of transactions: it is another process.

A scanner that does not answer does not lose a file: the file waits in quarantine and is scanned by a job.
"""

import socket
import struct
from typing import IO

from redemption.applications.rules import Scan

TIMEOUT = 20.0
CHUNK = 64 * 1024


def scan(address: str, stream: IO[bytes]) -> Scan:
    """What the scanner says; the stream is at its start again afterwards.

    Args:
        address: `host:port` or the path of a socket; empty: no scanner here, and the file says so.
    """
    if not address:
        return Scan.NOT_CONFIGURED
    try:
        answer = _ask(address, stream)
    except OSError:
        return Scan.WAITING
    finally:
        stream.seek(0)
    if answer.endswith("FOUND"):
        return Scan.INFECTED
    return Scan.CLEAN if answer.endswith("OK") else Scan.WAITING


def _ask(address: str, stream: IO[bytes]) -> str:
    stream.seek(0)
    with _connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        while chunk := stream.read(CHUNK):
            connection.sendall(struct.pack("!L", len(chunk)) + chunk)
        connection.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            part = connection.recv(4096)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connect(address: str) -> socket.socket:
    if "/" in address:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT)
        connection.connect(address)
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host or "127.0.0.1", int(port)), timeout=TIMEOUT)
