"""Mutual TLS by setting: our certificate is shown, theirs is checked."""

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from redemption.adapters.http import HttpAdapter, HttpOptions
from redemption.dispatch.port import Alert, Context, Retry, Taken
from redemption.dispatch.port.contract import _shipment
from redemption.dispatch.port.signing import SigningKey, new_secret


def certificate(name: str, issuer=None, *, authority: bool = False):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    signer_key, signer_name = (key, subject) if issuer is None else (issuer[0], issuer[1].subject)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer_key.public_key()), critical=False
        )
        .sign(signer_key, hashes.SHA256())
    )
    return key, made


def write(folder: Path, name: str, pair, password: bytes | None = None) -> tuple[str, str]:
    key, made = pair
    secret = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret)
    )
    return str(folder / f"{name}.pem"), str(folder / f"{name}.key")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        raw = json.dumps({"number": "TLS-1"}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


class Quiet(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """A refused handshake is what some of these tests want."""


@pytest.fixture
def department(tmp_path: Path) -> Iterator[SimpleNamespace]:
    root = certificate("test root", authority=True)
    authority, _ = write(tmp_path, "root", root)
    server_files = write(tmp_path, "server", certificate("127.0.0.1", root))
    ours = write(tmp_path, "ours", certificate("redemption", root), b"open sesame")
    stranger = write(tmp_path, "stranger", certificate("stranger"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*server_files)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    endpoint = f"https://127.0.0.1:{server.server_address[1]}"
    yield SimpleNamespace(endpoint=endpoint, authority=authority, ours=ours, stranger=stranger)
    server.shutdown()
    thread.join(5)
    server.server_close()


def sent(options: dict[str, str], secrets: dict[str, str] | None = None):
    context = Context("D", {"timeout": 3, **options}, secrets or {}, (SigningKey("k", "v1", new_secret()),))
    adapter = HttpAdapter(context)
    try:
        return adapter.submit(_shipment("ZB-1", 1, "submission", None))
    finally:
        adapter.close()


def test_with_both_certificates_it_goes_through(department):
    certificate_file, key_file = department.ours
    options = {
        "endpoint": department.endpoint,
        "authority_file": department.authority,
        "certificate_file": certificate_file,
        "key_file": key_file,
    }
    with_password = {**options, "key_password": "open sesame"}
    assert HttpOptions().validate(with_password) == {}
    assert set(HttpOptions().validate({**options, "key_password": "wrong"})) == {"certificate_file"}
    assert set(HttpOptions().validate({**with_password, "authority_file": key_file})) == {"authority_file"}
    context = Context("D", options, {"key_password": "open sesame"})
    adapter = HttpAdapter(context)
    assert [finding.ok for finding in adapter.check()] == [False, True], "no key yet, but reached"
    adapter.close()
    outcome = sent(options, {"key_password": "open sesame"})
    assert isinstance(outcome, Taken), outcome
    assert outcome.number == "TLS-1"


def test_without_ours_the_department_refuses(department):
    outcome = sent({"endpoint": department.endpoint, "authority_file": department.authority})
    assert isinstance(outcome, Retry)
    assert "SSL" not in outcome.reason


def test_theirs_by_an_authority_we_do_not_know_is_a_wrong_setting(department):
    outcome = sent({"endpoint": department.endpoint})
    assert isinstance(outcome, Alert)
    assert "证书" in outcome.reason or "TLS" in outcome.reason
