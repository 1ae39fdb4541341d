"""Who is asking: passwords, one-time links, signed-in browsers and programs' keys.

Passwords are hashed with argon2id. Every other secret has 256 random bits, is shown once and
kept as its SHA-256.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast, get_args

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from .problems import Problem
from .settings import ServiceSettings
from .tables import ApiKey, Athlete, Invitation, Role, SignIn, Tenant, User, now

Scope = Literal["read", "upload", "admin"]
"""What a key may do: look; also add and change; also delete, share and manage accounts."""

COOKIE = "formcheck_session"
KEY_PREFIX = "fc_"
SECRET_BYTES = 32
PREFIX_SHOWN = 8
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
INVITATION_DAYS = 7

_EVERYTHING: frozenset[Scope] = frozenset(get_args(Scope))
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_urlsafe(SECRET_BYTES))
# Made once: each request asks one of them.
_BY_COOKIE = (
    select(SignIn, User, Tenant)
    .join(User, User.id == SignIn.user_id)
    .join(Tenant, Tenant.id == User.tenant_id)
    .where(SignIn.token_hash == bindparam("secret"))
)
_BY_KEY = (
    select(ApiKey, User, Tenant)
    .join(User, User.id == ApiKey.user_id)
    .join(Tenant, Tenant.id == User.tenant_id)
    .where(ApiKey.key_hash == bindparam("secret"), ApiKey.revoked_at.is_(None))
)
_WIDER: dict[Scope, frozenset[Scope]] = {
    "read": frozenset(("read", "upload", "admin")),
    "upload": frozenset(("upload", "admin")),
    "admin": frozenset(("admin",)),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was recognized.

    `csrf` is the token that a browser's unsafe requests must carry; empty for a program's key. `limit_key` is
    what their requests are counted under.
    """

    user: User
    tenant: Tenant
    scopes: frozenset[Scope]
    csrf: str
    limit_key: str

    @property
    def role(self) -> Role:
        """Owner, coach or athlete."""
        return cast("Role", self.user.role)

    @property
    def is_program(self) -> bool:
        """Whether a program asks with a key, not a page in a browser."""
        return not self.csrf

    def need(self, scope: Scope) -> None:
        """Refuse a key that may not do this.

        Raises
        ------
        Problem
            403.
        """
        if not self.scopes & _WIDER[scope]:
            raise Problem(
                403, "scope-missing", f"This needs a key of scope {scope}.", "Make one in the settings."
            )


def new_secret() -> str:
    """Make 256 random bits as text."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """Give the SHA-256 under which a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """Hash a password with argon2id.

    Raises
    ------
    Problem
        422: too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Problem(
            422,
            "password-length",
            f"Expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, found {len(password)}.",
            "Several words together are long and easy to remember.",
        )
    return _HASHER.hash(password)


def check_password(session: Session, login: str, password: str) -> User:
    """Find the user of these; a wrong name takes as long as a wrong password.

    Raises
    ------
    Problem
        401: either is wrong.
    """
    user = session.scalar(select(User).where(User.login == login.strip().lower()))
    try:
        _HASHER.verify(user.password_hash if user and user.password_hash else _NOBODY, password)
    except VerificationError:
        user = None
    if user is None:
        raise Problem(401, "wrong-password", "Name or password is wrong.", "Check both; capitals count.")
    if _HASHER.check_needs_rehash(user.password_hash):
        user.password_hash = _HASHER.hash(password)
    return user


def sign_in(session: Session, user: User, settings: ServiceSettings) -> str:
    """Remember a browser; give the secret for its cookie."""
    secret = new_secret()
    expires = now() + timedelta(days=settings.session_days)
    session.add(SignIn(token_hash=digest(secret), user_id=user.id, csrf=new_secret(), expires_at=expires))
    session.execute(delete(SignIn).where(SignIn.expires_at < now()))
    return secret


def caller_of_cookie(session: Session, secret: str) -> Caller | None:
    """Recognize a browser by its cookie."""
    found = session.execute(_BY_COOKIE, {"secret": digest(secret)}).one_or_none()
    if found is None or found[0].expires_at < now():
        return None
    browser, user, tenant = found
    return Caller(user, tenant, _EVERYTHING, browser.csrf, f"user:{user.id}")


def caller_of_key(session: Session, secret: str) -> Caller | None:
    """Recognize a program by its key."""
    found = session.execute(_BY_KEY, {"secret": digest(secret)}).one_or_none()
    if found is None:
        return None
    key, user, tenant = found
    scopes = cast("frozenset[Scope]", frozenset(key.scopes.split()))
    return Caller(user, tenant, scopes, "", f"key:{key.id}")


def invite(
    session: Session, role: Role, *, tenant_id: str | None = None, athlete_id: str | None = None
) -> tuple[Invitation, str]:
    """Make a one-time link's secret: to a new practice, or with `athlete_id` to an athlete's own account."""
    secret = new_secret()
    invitation = Invitation(
        token_hash=digest(secret),
        role=role,
        tenant_id=tenant_id,
        athlete_id=athlete_id,
        expires_at=now() + timedelta(days=INVITATION_DAYS),
    )
    session.add(invitation)
    session.flush()
    return invitation, secret


def find_invitation(session: Session, secret: str) -> Invitation:
    """Find an invitation that still holds, and let nobody else use it meanwhile.

    Raises
    ------
    Problem
        404: used, expired or never made.
    """
    wanted = select(Invitation).where(Invitation.token_hash == digest(secret)).with_for_update()
    found = session.scalar(wanted)
    if found is None or found.expires_at < now():
        raise Problem(404, "link-spent", "This link was used already, or is too old.", "Ask for a new one.")
    return found


def accept(
    session: Session, secret: str, login: str, password: str, name: str, settings: ServiceSettings
) -> User:
    """Make the account that an invitation promises, and spend the link.

    Raises
    ------
    Problem
        404 for a spent link, 409 for a name that is taken, 422 for a bad password.
    """
    found = find_invitation(session, secret)
    login = login.strip().lower()
    if session.scalar(select(User.id).where(User.login == login)):
        raise Problem(409, "name-taken", "There is an account of this name.", "Choose another, or sign in.")
    hashed = hash_password(password)
    if found.athlete_id is None or found.role != "athlete":
        tenant = Tenant(name=name, retention_days=settings.retention_days)
        session.add(tenant)
        session.flush()
        athlete = Athlete(tenant_id=tenant.id, name=name)
        session.add(athlete)
        session.flush()
        tenant_id, athlete_id = tenant.id, athlete.id
    else:
        tenant_id, athlete_id = session.get_one(Athlete, found.athlete_id).tenant_id, found.athlete_id
    user = User(
        tenant_id=tenant_id, athlete_id=athlete_id, role=found.role, login=login, password_hash=hashed
    )
    session.add(user)
    session.delete(found)
    session.flush()
    return user


def owners_link(session: Session) -> str | None:
    """Make the first owner's secret where there is no owner yet; earlier ones are spent."""
    if session.scalar(select(User.id).where(User.role == "owner")):
        return None
    session.execute(delete(Invitation).where(Invitation.role == "owner"))
    return invite(session, "owner")[1]
