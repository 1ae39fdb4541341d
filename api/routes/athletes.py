"""Athletes, their sessions, history and trends."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, Field
from sqlalchemy import select

from ..contract import may
from ..deps import (
    AthleteChanged,
    AthleteManaged,
    AthleteSeen,
    Managed,
    Readable,
    StorageDep,
    TrainingChanged,
    TrainingManaged,
    TrainingSeen,
    Writable,
)
from ..paging import After, Limit, Page, Shown, page_of
from ..problems import Problem
from ..repeats import Key, made_before, remember
from ..retention import erase_athlete, new_receipt
from ..tables import Analysis, Athlete, TrainingSession, User
from .receipts import ReceiptShown

router = APIRouter(tags=["athletes"])

_MOST_SETS = 500


class AthleteFields(BaseModel):
    """What is known of an athlete."""

    name: str = Field(min_length=1, max_length=200, examples=["Maria"])
    height_m: float | None = Field(None, ge=1.0, le=2.5, examples=[1.72])
    note: str = Field("", max_length=4000)


class AthleteShown(Shown, AthleteFields):
    """An athlete."""

    id: str
    created_at: datetime


class SessionFields(BaseModel):
    """A day's work on one lift."""

    day: date = Field(examples=["2026-11-25"])
    lift: str = Field(min_length=1, max_length=50, examples=["squat"])
    load_kg: float | None = Field(None, gt=0, le=600, examples=[140])
    rpe: float | None = Field(None, ge=1, le=10, examples=[8], description="Rating of perceived exertion.")
    bodyweight_kg: float | None = Field(None, gt=0, le=400, examples=[82.5])
    note: str = Field("", max_length=4000)


class NewSession(SessionFields):
    """A session and whose it is; left out: yours."""

    athlete_id: UUID | None = None


class SessionShown(Shown, SessionFields):
    """A session."""

    id: str
    athlete_id: str
    created_at: datetime


class TrendPoint(BaseModel):
    """A measure of one set: the mean over its reps, with the ends of its 90 % interval."""

    analysis_id: str
    at: datetime
    load_kg: float | None
    value: float
    low: float | None
    high: float | None


class Trend(BaseModel):
    """A measure of one lift over time, oldest first."""

    lift: str
    measure: str
    unit: str
    points: list[TrendPoint]


class FaultPoint(BaseModel):
    """In how many reps of one set a rule was broken, of those in which it could be judged."""

    analysis_id: str
    at: datetime
    faulty: int
    judged: int


class FaultTrend(BaseModel):
    """A rule that was broken at least once, in each set in which it was judged, oldest first."""

    lift: str
    rule_id: str
    title: str
    points: list[FaultPoint]


class Record(BaseModel):
    """The best set of a lift: the heaviest, by what was said to be on the bar, or the fastest at a load.

    `velocity_mps` is the mean over the set's reps; None where it was not measured.
    """

    kind: Literal["heaviest", "fastest"]
    lift: str
    load_kg: float
    reps: int
    velocity_mps: float | None
    analysis_id: str
    at: datetime


class Trends(BaseModel):
    """How an athlete's lifts develop."""

    trends: list[Trend]
    faults: list[FaultTrend]
    records: list[Record]


@router.get("/athletes")
async def list_athletes(yours: Readable, limit: Limit = 100, after: After = None) -> Page[AthleteShown]:
    """List the athletes that you may see."""
    rows, following = await page_of(yours.session, yours.all(Athlete), Athlete, after, limit)
    return Page(items=[AthleteShown.model_validate(row) for row in rows], next=following)


@router.post("/athletes", status_code=status.HTTP_201_CREATED, openapi_extra=may("role"))
def add_athlete(body: AthleteFields, yours: Writable, response: Response, key: Key = None) -> AthleteShown:
    """Add an athlete; coaches do."""
    if yours.caller.role == "athlete":
        raise Problem(403, "role", "Only a coach adds athletes.", "Ask your coach.")
    athlete = made_before(yours, Athlete, key, body)
    if athlete is None:
        athlete = Athlete(tenant_id=yours.caller.tenant.id, **body.model_dump())
        yours.session.add(athlete)
        yours.session.flush()
        remember(yours, Athlete, key, body, athlete.id)
        yours.session.commit()
    response.headers["Location"] = f"/api/v1/athletes/{athlete.id}"
    return AthleteShown.model_validate(athlete)


@router.get("/athletes/{athlete_id}")
async def show_athlete(athlete: AthleteSeen) -> AthleteShown:
    """Show an athlete."""
    return AthleteShown.model_validate(athlete)


@router.put("/athletes/{athlete_id}")
def change_athlete(body: AthleteFields, athlete: AthleteChanged, yours: Writable) -> AthleteShown:
    """Change an athlete."""
    for name, value in body.model_dump().items():
        setattr(athlete, name, value)
    yours.session.commit()
    return AthleteShown.model_validate(athlete)


@router.delete("/athletes/{athlete_id}", openapi_extra=may("is-coach", "storage-unreachable"))
def delete_athlete(athlete: AthleteManaged, yours: Managed, storage: StorageDep) -> ReceiptShown:
    """Delete an athlete with everything of theirs: account, videos, results, sessions; gives a receipt."""
    session = yours.session
    coaches = select(User.id).where(User.athlete_id == athlete.id, User.role != "athlete")
    if session.scalar(coaches):
        raise Problem(
            409, "is-coach", "This athlete is the coach of this practice.", "Delete single videos instead."
        )
    receipt = new_receipt(session, athlete.tenant_id, None, "athlete", athlete.id)
    erase_athlete(session, storage, athlete, receipt)
    session.commit()
    return ReceiptShown.model_validate(receipt)


@router.get("/athletes/{athlete_id}/trends")
def show_trends(athlete: AthleteSeen, yours: Readable) -> Trends:
    """Show how an athlete's measures, faults and records develop."""
    query = yours.all(Analysis).where(Analysis.athlete_id == athlete.id, Analysis.state == "done")
    sets = list(yours.session.scalars(query.order_by(Analysis.id.desc()).limit(_MOST_SETS)))[::-1]
    return trends_of(sets)


def trends_of(sets: list[Analysis]) -> Trends:
    """Gather the trends of sets, oldest first."""
    trends: dict[tuple[str, str], Trend] = {}
    faults: dict[str, FaultTrend] = {}
    for row in sets:
        told: dict[str, Any] = row.summary or {}
        lift = told["lift"]
        for name, part in told["measures"].items():
            trend = trends.setdefault(
                (lift, name), Trend(lift=lift, measure=name, unit=part["unit"], points=[])
            )
            ends = {end: part[end] for end in ("value", "low", "high")}
            trend.points.append(
                TrendPoint(analysis_id=row.id, at=row.created_at, load_kg=told["load_kg"], **ends)
            )
        for rule_id, rule in told["rules"].items():
            fault = faults.setdefault(
                rule_id, FaultTrend(lift=lift, rule_id=rule_id, title=rule["title"], points=[])
            )
            counts = {count: rule[count] for count in ("faulty", "judged")}
            fault.points.append(FaultPoint(analysis_id=row.id, at=row.created_at, **counts))
    broken = [fault for fault in faults.values() if any(point.faulty for point in fault.points)]
    return Trends(trends=list(trends.values()), faults=broken, records=records_of(sets))


def records_of(sets: list[Analysis]) -> list[Record]:
    """The heaviest set of each lift, and at each load that was lifted more than once the fastest."""
    known = [_record(row) for row in sets if (row.summary or {})["load_kg"]]
    heaviest: dict[str, Record] = {}
    at_load: dict[tuple[str, float], list[Record]] = {}
    for one in known:
        if one.lift not in heaviest or one.load_kg > heaviest[one.lift].load_kg:
            heaviest[one.lift] = one
        if one.velocity_mps is not None:
            at_load.setdefault((one.lift, one.load_kg), []).append(one)
    fastest = [max(ones, key=lambda one: one.velocity_mps or 0) for ones in at_load.values() if len(ones) > 1]
    found = [*heaviest.values(), *(one.model_copy(update={"kind": "fastest"}) for one in fastest)]
    return sorted(found, key=lambda one: (one.lift, one.kind == "fastest", -one.load_kg))


def _record(row: Analysis) -> Record:
    told: dict[str, Any] = row.summary or {}
    velocity = told["measures"].get("mean_velocity")
    return Record(
        kind="heaviest",
        lift=told["lift"],
        load_kg=told["load_kg"],
        reps=told["reps"],
        velocity_mps=velocity["value"] if velocity else None,
        analysis_id=row.id,
        at=row.created_at,
    )


@router.get("/sessions")
async def list_sessions(
    yours: Readable, athlete_id: UUID | None = None, limit: Limit = 100, after: After = None
) -> Page[SessionShown]:
    """List training sessions, of one athlete or of all."""
    query = yours.all(TrainingSession)
    if athlete_id is not None:
        query = query.where(TrainingSession.athlete_id == str(athlete_id))
    rows, following = await page_of(yours.session, query, TrainingSession, after, limit)
    return Page(items=[SessionShown.model_validate(row) for row in rows], next=following)


@router.post("/sessions", status_code=status.HTTP_201_CREATED, openapi_extra=may("not-found"))
def add_session(body: NewSession, yours: Writable, response: Response, key: Key = None) -> SessionShown:
    """Write down a session."""
    training = made_before(yours, TrainingSession, key, body)
    if training is None:
        fields = body.model_dump(exclude={"athlete_id"})
        owner = yours.athlete_id(body.athlete_id)
        training = TrainingSession(tenant_id=yours.caller.tenant.id, athlete_id=owner, **fields)
        yours.session.add(training)
        yours.session.flush()
        remember(yours, TrainingSession, key, body, training.id)
        yours.session.commit()
    response.headers["Location"] = f"/api/v1/sessions/{training.id}"
    return SessionShown.model_validate(training)


@router.get("/sessions/{session_id}")
async def show_session(training: TrainingSeen) -> SessionShown:
    """Show a session."""
    return SessionShown.model_validate(training)


@router.put("/sessions/{session_id}")
def change_session(body: SessionFields, training: TrainingChanged, yours: Writable) -> SessionShown:
    """Change a session."""
    for name, value in body.model_dump().items():
        setattr(training, name, value)
    yours.session.commit()
    return SessionShown.model_validate(training)


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_session(training: TrainingManaged, yours: Managed) -> None:
    """Delete a session; its analyses stay."""
    yours.session.delete(training)
    yours.session.commit()
