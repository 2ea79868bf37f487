"""Signing in through the city's identity service for legal persons (法人统一身份认证) by OpenID Connect.

Authorization code flow with PKCE, state and nonce, by Authlib; the ID token is checked against the provider's keys.
Whoever comes this way is bound to the USCC that the provider vouches for: nobody types it, nobody can change it here.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.config import Settings
from redemption.identity import people, queries, service
from redemption.identity.models import Person, Post
from redemption.identity.rules import Grade, Role, system_actor
from redemption.kernel import audit, clock, secrets, uscc
from redemption.kernel.errors import DomainError, NotAllowed, NotReady

SCOPE = "openid profile email phone"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LEEWAY = 120
"""Seconds by which the provider's clock may differ."""
TIMEOUT = 10
KEEP = 600
"""Seconds for which the provider's description is kept."""


class SignInFailed(DomainError):
    """The provider did not vouch for this sign-in."""

    default_code = "oidc_failed"
    default_status = 401
    default_message = "统一身份认证没有完成，请重新登录；多次失败的，请改用账号密码或到窗口办理。"


@dataclass(frozen=True)
class Begun:
    """Where to send the browser, and what its session must remember until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Claims:
    """What the provider vouches for."""

    subject: str
    uscc: str
    enterprise: str
    name: str
    phone: str
    email: str


class Provider:
    """One identity service, as it describes itself at `/.well-known/openid-configuration`."""

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.oidc_issuer
        self.client_id, self._secret = settings.oidc_client_id, settings.oidc_client_secret
        self.redirect_uri = f"{settings.base_url}/sign-in/oidc/callback"
        extra = settings.extra
        self._uscc_claim = extra.get("REDEMPTION_OIDC_USCC_CLAIM", "uscc")
        self._enterprise_claim = extra.get("REDEMPTION_OIDC_ENTERPRISE_CLAIM", "enterprise_name")
        self._described: tuple[float, dict[str, Any]] | None = None

    def begin(self) -> Begun:
        """
        Raises:
            NotReady: the service does not answer.
        """
        verifier, nonce = secrets.token(), secrets.token()
        endpoint = self._about()["authorization_endpoint"]
        with httpx.Client(timeout=TIMEOUT) as http:
            client = self._client(http)
            address, state = client.create_authorization_url(endpoint, code_verifier=verifier, nonce=nonce)
        return Begun(address, state, nonce, verifier)

    def finish(self, begun: Begun, answer_address: str) -> Claims:
        """Exchange the code and check the ID token.

        Args:
            answer_address: the whole address at which the browser came back.

        Raises:
            SignInFailed: wrong state, refused code, a token that is not for us, not now, not this sign-in.
            NotReady: the service does not answer.
        """
        about = self._about()
        try:
            with httpx.Client(timeout=TIMEOUT) as http:
                token = self._client(http).fetch_token(
                    about["token_endpoint"],
                    authorization_response=answer_address,
                    state=begun.state,
                    code_verifier=begun.verifier,
                    auth=(self.client_id, self._secret),
                )
            return self._claims(str(token.get("id_token") or ""), begun, self._keys(about))
        except httpx.HTTPError as error:
            raise NotReady("统一身份认证暂时没有响应，请稍后再试。", code="oidc_away") from error
        except (OAuth2Error, JoseError, ValueError, KeyError) as error:
            raise SignInFailed from error

    def _client(self, http: httpx.Client) -> OAuth2Client:
        return OAuth2Client(
            http,
            client_id=self.client_id,
            client_secret=self._secret,
            scope=SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )

    def _about(self) -> dict[str, Any]:
        if self._described and time.monotonic() - self._described[0] < KEEP:
            return self._described[1]
        address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        about = _json(address)
        if str(about.get("issuer", "")).rstrip("/") != self.issuer.rstrip("/"):
            raise SignInFailed("统一身份认证的配置不符，请联系系统管理员。", code="oidc_issuer")
        self._described = (time.monotonic(), about)
        return about

    def _keys(self, about: dict[str, Any]) -> KeySet:
        return KeySet.import_key_set(_json(about["jwks_uri"]))  # type: ignore[arg-type]

    def _claims(self, id_token: str, begun: Begun, keys: KeySet) -> Claims:
        read = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        registry = jwt.JWTClaimsRegistry(
            now=int(clock.now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._about()["issuer"]},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": begun.nonce},
        )
        registry.validate(read)
        audience = read["aud"]
        if isinstance(audience, list) and len(audience) > 1 and read.get("azp") != self.client_id:
            raise SignInFailed
        code = uscc.normalise(str(read.get(self._uscc_claim) or ""))
        if not uscc.is_uscc(code):
            raise NotAllowed(
                "统一身份认证没有给出有效的统一社会信用代码。请用法人（企业）身份登录，个人身份不能办理。",
                code="oidc_no_uscc",
            )
        return Claims(
            subject=str(read["sub"]),
            uscc=code,
            enterprise=str(read.get(self._enterprise_claim) or ""),
            name=str(read.get("name") or ""),
            phone=str(read.get("phone_number") or ""),
            email=str(read.get("email") or ""),
        )


def _json(address: str) -> dict[str, Any]:
    try:
        answer = httpx.get(address, timeout=TIMEOUT)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise NotReady(
            "统一身份认证暂时没有响应，请稍后再试，或改用账号密码登录。", code="oidc_away"
        ) from error
    return found


def sign_in(session: Session, issuer: str, claims: Claims) -> tuple[Person, Post]:
    """The person and the post that these claims stand for; both are made at the first time.

    The first one of an enterprise becomes its owner, whoever comes later a filer, until the owner says otherwise.

    Raises:
        NotAllowed: the account was closed.
    """
    subject = hashlib.sha256(f"{issuer}\n{claims.subject}".encode()).hexdigest()
    person = session.scalar(select(Person).where(Person.oidc_subject == subject))
    actor = system_actor("oidc")
    if person is None:
        person = Person(
            login=f"fr-{subject[:12]}",
            name=claims.name or "法人用户",
            phone=claims.phone,
            email=claims.email,
            oidc_subject=subject,
            created_at=clock.now(),
        )
        session.add(person)
        session.flush()
        audit.record(session, f"account:{person.id}", actor.ref, "create_account", {"oidc": True})
    if person.closed_at is not None:
        raise NotAllowed("这个账号已停用，请联系系统管理员。", code="account_closed")
    post = _post(session, person, claims)
    audit.record(session, f"account:{person.id}", f"person:{person.id}", "sign_in", {"oidc": claims.uscc})
    return person, post


def _post(session: Session, person: Person, claims: Claims) -> Post:
    actor = system_actor("oidc")
    enterprise = queries.enterprise_by_uscc(session, claims.uscc)
    if enterprise is None:
        name = claims.enterprise or claims.uscc
        enterprise = service.create_enterprise(session, actor, code=claims.uscc, name=name)
    everybody = people.everybody(session, enterprise.id)
    for held, holder in everybody:
        if holder.id == person.id:
            return held
    has_owner = any(held.grade == Grade.OWNER for held, _ in everybody)
    grade = Grade.FILER if has_owner else Grade.OWNER
    return service.grant(session, actor, person, Role.ENTERPRISE, grade=grade, enterprise_id=enterprise.id)
