"""Sign-in, invitations, keys and the account's settings."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Cookie, Depends, Request, Response, status
from pydantic import BaseModel, Field
from sqlalchemy import delete

from ..auth import (
    COOKIE,
    KEY_PREFIX,
    PREFIX_SHOWN,
    Scope,
    accept,
    check_password,
    digest,
    hash_password,
    invite,
    new_secret,
    sign_in,
)
from ..contract import may
from ..deps import CallerDep, LimitsDep, Managed, Readable, SessionDep, SettingsDep
from ..paging import Shown
from ..problems import Problem
from ..settings import ServiceSettings
from ..tables import ApiKey, Athlete, Role, SignIn, Tenant, User, now

router = APIRouter(tags=["accounts"])

_LONGEST_RETENTION_DAYS = 3650


class Credentials(BaseModel):
    """Name and password."""

    login: str = Field(min_length=1, max_length=200, examples=["maria@example.org"])
    password: str = Field(min_length=1, max_length=1000, examples=["four words make it long"])


class NewAccount(Credentials):
    """An account made by a one-time link."""

    token: str = Field(min_length=1, max_length=200, description="The end of the link.")
    name: str = Field(min_length=1, max_length=200, examples=["Maria"])


class Me(BaseModel):
    """Who is signed in; `csrf` goes into the header `X-CSRF-Token` of a browser's unsafe requests."""

    id: str
    login: str
    role: Role
    athlete_id: str
    csrf: str


class InvitationWanted(BaseModel):
    """Whom to invite: an athlete of yours to an own account, or as owner another coach.

    A `role` that is left out is what `athlete_id` makes of it: without one, a coach.
    """

    role: Role | None = Field(None, examples=["athlete"])
    athlete_id: str | None = Field(None, max_length=36)


class Link(BaseModel):
    """A link that is shown once."""

    url: str
    expires_at: datetime


class KeyWanted(BaseModel):
    """A key for a program."""

    name: str = Field(min_length=1, max_length=100, examples=["rack tablet"])
    scopes: set[Scope] = Field(min_length=1, examples=[["read", "upload"]])


class KeyShown(Shown):
    """A key without its secret."""

    id: str
    name: str
    prefix: str
    scopes: str
    created_at: datetime
    revoked_at: datetime | None


class KeyMade(KeyShown):
    """A key, this once with its secret."""

    key: str


class Practice(Shown):
    """What holds for all athletes of a coach."""

    retention_days: int = Field(
        ge=0, le=_LONGEST_RETENTION_DAYS, description="Days that uploaded videos are kept."
    )
    blur_faces: bool = Field(description="Blur faces in all that is shown, not only in shared links.")


class PasswordChange(BaseModel):
    """The old and the new password."""

    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


def set_cookie(response: Response, secret: str, settings: ServiceSettings) -> None:
    """Give the browser its cookie."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=settings.session_days * 86400,
        httponly=True,
        secure=settings.secure_cookies,
        samesite="lax",
    )


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def _same_site(request: Request) -> None:
    """Refuse a sign-in that another site's page sends."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "csrf", "This request does not come from a page of ours.", "Open the page itself.")


@router.post(
    "/sign-in",
    dependencies=[Depends(_same_site)],
    openapi_extra=may("csrf", "too-often", "wrong-password"),
)
def sign_in_here(
    body: Credentials,
    request: Request,
    response: Response,
    session: SessionDep,
    settings: SettingsDep,
    limits: LimitsDep,
) -> Me:
    """Sign a browser in."""
    limits.count_sign_in(address_of(request), body.login)
    user = check_password(session, body.login, body.password)
    return _signed_in(session, user, response, settings)


@router.post(
    "/accounts",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(_same_site)],
    openapi_extra=may("csrf", "link-spent", "name-taken", "password-length", "too-often"),
)
def make_account(
    body: NewAccount,
    request: Request,
    response: Response,
    session: SessionDep,
    settings: SettingsDep,
    limits: LimitsDep,
) -> Me:
    """Make an account by a one-time link, and sign in."""
    limits.count_sign_in(address_of(request), body.login)
    user = accept(session, body.token, body.login, body.password, body.name, settings)
    return _signed_in(session, user, response, settings)


def _signed_in(session: SessionDep, user: User, response: Response, settings: ServiceSettings) -> Me:
    secret = sign_in(session, user, settings)
    session.flush()
    found = session.get_one(SignIn, digest(secret))
    me = Me(
        id=user.id,
        login=user.login,
        role=cast("Role", user.role),
        athlete_id=user.athlete_id,
        csrf=found.csrf,
    )
    session.commit()
    set_cookie(response, secret, settings)
    return me


@router.post("/sign-out", status_code=status.HTTP_204_NO_CONTENT)
def sign_out(
    session: SessionDep,
    _caller: CallerDep,
    response: Response,
    cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> None:
    """Sign this browser out."""
    if cookie:
        session.execute(delete(SignIn).where(SignIn.token_hash == digest(cookie)))
        session.commit()
    response.delete_cookie(COOKIE)


@router.get("/me")
async def show_me(caller: CallerDep) -> Me:
    """Say who is signed in."""
    user = caller.user
    return Me(id=user.id, login=user.login, role=caller.role, athlete_id=user.athlete_id, csrf=caller.csrf)


@router.post(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    openapi_extra=may("password-length", "wrong-password"),
)
def change_password(body: PasswordChange, yours: Managed, limits: LimitsDep) -> None:
    """Change the password; every browser is signed out."""
    limits.count_sign_in("password", yours.caller.user.login)
    try:
        user = check_password(yours.session, yours.caller.user.login, body.old)
    except Problem as wrong:
        raise Problem(401, "wrong-password", "The old password is wrong.", "Capitals count.") from wrong
    user.password_hash = hash_password(body.new)
    yours.session.execute(delete(SignIn).where(SignIn.user_id == user.id))
    yours.session.commit()


@router.post("/invitations", status_code=status.HTTP_201_CREATED, openapi_extra=may("not-found", "role"))
def make_invitation(body: InvitationWanted, request: Request, yours: Managed, settings: SettingsDep) -> Link:
    """Make a one-time link to an account."""
    role, wanted = yours.caller.role, body.role or ("athlete" if body.athlete_id else "coach")
    if role == "athlete" or wanted == "owner" or (wanted == "coach" and role != "owner"):
        raise Problem(
            403, "role", f"The role {role} does not invite a new {wanted}.", "Ask the owner of this service."
        )
    athlete_id = None
    if wanted == "athlete":
        athlete_id = yours.one(Athlete, body.athlete_id or "").id
    invitation, secret = invite(
        yours.session, wanted, tenant_id=yours.caller.tenant.id, athlete_id=athlete_id
    )
    yours.session.commit()
    return Link(url=link(request, settings, f"/welcome/{secret}"), expires_at=invitation.expires_at)


def link(request: Request, settings: ServiceSettings, path: str) -> str:
    """Make a full address."""
    return (settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")) + path


@router.get("/keys", openapi_extra=may("scope-missing"))
def list_keys(yours: Managed) -> list[KeyShown]:
    """List your keys."""
    rows = yours.session.scalars(yours.all(ApiKey).order_by(ApiKey.id.desc()))
    return [KeyShown.model_validate(row) for row in rows]


@router.post("/keys", status_code=status.HTTP_201_CREATED)
def make_key(body: KeyWanted, yours: Managed) -> KeyMade:
    """Make a key; its secret is shown this once."""
    secret = KEY_PREFIX + new_secret()
    user = yours.caller.user
    key = ApiKey(
        tenant_id=user.tenant_id,
        user_id=user.id,
        name=body.name,
        prefix=secret[:PREFIX_SHOWN],
        key_hash=digest(secret),
        scopes=" ".join(sorted(body.scopes)),
    )
    yours.session.add(key)
    yours.session.commit()
    return KeyMade(**KeyShown.model_validate(key).model_dump(), key=secret)


@router.delete("/keys/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
def revoke_key(key_id: str, yours: Managed) -> None:
    """Revoke a key."""
    yours.one(ApiKey, key_id).revoked_at = now()
    yours.session.commit()


@router.get("/practice")
async def show_practice(yours: Readable) -> Practice:
    """Show the settings that hold for all your athletes."""
    return Practice.model_validate(yours.caller.tenant)


@router.put("/practice", openapi_extra=may("role"))
def change_practice(body: Practice, yours: Managed) -> Practice:
    """Change them; new analyses heed them."""
    if yours.caller.role == "athlete":
        raise Problem(403, "role", "Only a coach changes these.", "Ask your coach.")
    tenant = yours.session.get_one(Tenant, yours.caller.tenant.id)
    tenant.retention_days, tenant.blur_faces = body.retention_days, body.blur_faces
    yours.session.commit()
    return Practice.model_validate(tenant)
