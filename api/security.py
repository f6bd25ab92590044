"""Who may call what: service tokens with scopes for other back ends. Secrets are compared as bytes, in
constant time, and a caller learns nothing but yes or no."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from api.problems import Problem, unauthorized

SCOPES = ("diagnosis", "links", "events", "tickets")
"""``diagnosis``: reports; ``links``: deep-link tokens; ``events``: account events; ``tickets``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceToken:
    """One back end's token. No scope named means all of them."""

    name: str
    secret: str
    scopes: frozenset[str] = frozenset(SCOPES)


def parse_service_tokens(setting: str) -> tuple[ServiceToken, ...]:
    """``name:secret[:scope+scope]`` by comma; :class:`ValueError` says what is wrong with which of
    them, by its place: any part of a misspelt one may be the secret."""
    tokens: list[ServiceToken] = []
    for place, part in enumerate(filter(None, (p.strip() for p in setting.split(","))), start=1):
        name, _, rest = part.partition(":")
        secret, _, scopes = rest.partition(":")
        if not name or len(secret) < 16:
            raise ValueError(f"number {place}: write name:secret, the secret 16 characters or more")
        named = frozenset(filter(None, scopes.split("+")))
        if named - set(SCOPES):
            raise ValueError(f"number {place}: an unknown scope; known are {', '.join(SCOPES)}")
        if any(same(secret, known.secret) or name == known.name for known in tokens):
            raise ValueError(f"number {place}: its name or its secret is another one's too")
        tokens.append(ServiceToken(name=name, secret=secret, scopes=named or frozenset(SCOPES)))
    return tuple(tokens)


def bearer(request: Request) -> str:
    """The call's bearer token; the problem 401 if there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorized()
    return token.strip()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time and for whatever characters came in."""
    return hmac.compare_digest(
        one.encode("utf-8", "surrogateescape"), other.encode("utf-8", "surrogateescape")
    )


def find_service(token: str, known: Sequence[ServiceToken]) -> ServiceToken | None:
    """Which back end that is; every known token is compared, so time tells nothing."""
    found = None
    for candidate in known:
        if same(token, candidate.secret):
            found = candidate
    return found


def require_service(request: Request, scope: str) -> ServiceToken:
    """The calling back end; 401 for an unknown token, 403 for one without that scope."""
    service = find_service(bearer(request), request.app.state.service_tokens)
    if service is None:
        raise unauthorized()
    if scope not in service.scopes:
        raise Problem(403, "missing_scope", f"This token lacks the scope {scope!r}.", scope=scope)
    return service
