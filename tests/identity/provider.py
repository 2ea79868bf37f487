"""A small OpenID provider that speaks the real protocol over HTTP, run as a process of its own by the tests.

python -m tests.identity.provider PORT      who signs in is the query `user=` of /choose; `fault=` breaks one thing
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from redemption.kernel.uscc import make_uscc

CLIENT, SECRET = "redemption", "provider-knows-this-secret"
USERS = {
    "lin": {
        "uscc": make_uscc(1, region="990102"),
        "enterprise_name": "清川青禾智能科技有限公司",
        "name": "林知夏",
    },
    "new": {"uscc": make_uscc(500, region="990102"), "enterprise_name": "望湖新来有限公司", "name": "新来的"},
    "two": {"uscc": make_uscc(500, region="990102"), "enterprise_name": "望湖新来有限公司", "name": "第二位"},
    "citizen": {"name": "某个人"},
}
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})


class Provider(BaseHTTPRequestHandler):
    """Discovery, keys, authorization (nobody is asked: `/choose` said who), token with PKCE and client secret."""

    codes: dict[str, dict[str, str]] = {}
    chosen = {"user": "lin", "fault": ""}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def do_GET(self) -> None:
        where, query = (
            urlsplit(self.path).path,
            {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()},
        )
        if where == "/choose":
            Provider.chosen = {"user": query["user"], "fault": query.get("fault", "")}
            self.answer({})
        elif where == "/.well-known/openid-configuration":
            self.answer(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                }
            )
        elif where == "/keys":
            self.answer({"keys": [KEY.as_dict(private=False)]})
        elif where == "/authorize":
            assert query["response_type"] == "code"
            assert query["client_id"] == CLIENT
            assert query["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(16)
            Provider.codes[code] = {**query, **Provider.chosen}
            self.send_response(302)
            back = urlencode({"code": code, "state": query["state"]})
            self.send_header("Location", f"{query['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.answer({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        form = {
            k: v[0]
            for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()
        }
        given = base64.b64decode(self.headers.get("Authorization", "Basic ").split()[1]).decode()
        asked = Provider.codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            given != f"{CLIENT}:{SECRET}"
            or asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            self.answer({"error": "invalid_grant"}, 400)
            return
        self.answer(
            {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token(asked)}
        )

    def id_token(self, asked: dict[str, str]) -> str:
        now, fault = int(time.time()), asked["fault"]
        claims = {
            "iss": self.issuer if fault != "issuer" else "http://somebody.else",
            "aud": CLIENT if fault != "audience" else "another",
            "sub": asked["user"],
            "iat": now,
            "exp": now + 300 if fault != "expired" else now - 3600,
            "nonce": asked["nonce"] if fault != "nonce" else "of another sign-in",
            **USERS[asked["user"]],
        }
        if fault == "none":
            parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, KEY if fault != "key" else OTHER)

    def answer(self, body: dict[str, object], status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Provider).serve_forever()
