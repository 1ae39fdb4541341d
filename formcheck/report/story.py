"""The story of a set, in words and as data."""

from collections.abc import Iterator

from formcheck.report.compose import measure_part
from formcheck.report.parts import ChangePart, KeptPart, StoryPart
from formcheck.report.words import in_centimeters, interval_words, value_words
from formcheck.story import FEWEST_REPS, Change, Kept, Story

_WAYS = {"eccentric": "way down", "pause": "pause", "concentric": "way up"}
_MOST_CHANGES = 3


def story_part(story: Story) -> StoryPart:
    """A story as a part of the report."""
    return StoryPart(
        words=list(story_words(story)),
        reps=story.reps,
        velocity_loss=measure_part(story.velocity_loss),
        changes=[_change_part(change) for change in story.changes],
        consistency={name: measure_part(m) for name, m in story.consistency.items()},
        smoothness={
            name: {number: measure_part(m) for number, m in reps.items()}
            for name, reps in story.smoothness.items()
        },
        symmetry={name: measure_part(m) for name, m in story.symmetry.items()},
        tempo=[
            KeptPart(
                phase=kept.phase,
                asked_s=kept.asked_s,
                taken=measure_part(kept.taken),
                adherence=measure_part(kept.adherence),
            )
            for kept in story.tempo
        ],
    )


def story_words(story: Story) -> Iterator[str]:
    """Sentences for the lifter: speed, what changed with it, tempo; what too few reps cannot tell."""
    yield from _speed_words(story)
    clear = [change for change in story.changes if change.matters][:_MOST_CHANGES]
    for change in clear:
        yield _change_words(change)
    if story.changes and not clear:
        yield "No fault grew from the first rep to the last by more than the measurement can tell."
    yield from (words for kept in story.tempo if (words := _kept_words(kept)))
    if story.reps < FEWEST_REPS:
        count = f"{story.reps} whole rep{'s' if story.reps != 1 else ''}"
        yield f"{count} cannot tell a trend, nor how alike the reps are; it takes {FEWEST_REPS}."


def _speed_words(story: Story) -> Iterator[str]:
    loss = measure_part(story.velocity_loss)
    if loss.value is None or loss.low is None:
        return
    if loss.low > 0:
        yield f"The last rep was {value_words(loss)} slower than the fastest ({interval_words(loss)})."
    else:
        yield f"The bar kept its speed: {value_words(loss)} lost ({interval_words(loss)})."


def _change_words(change: Change) -> str:
    by, first, last = (in_centimeters(measure_part(m)) for m in (change.change, change.first, change.last))
    return (
        f"{change.rule.title}: grew from rep {change.first_rep} to rep {change.last_rep}, "
        f"{value_words(first)} to {value_words(last)} (change {interval_words(by)})."
    )


def _kept_words(kept: Kept) -> str:
    taken = measure_part(kept.taken)
    if taken.value is None or taken.low is None or taken.high is None:
        return ""
    told = f"{_WAYS[kept.phase].capitalize()}: {value_words(taken)} ({interval_words(taken)})"
    if kept.asked_s == 0:
        return f"{told}; {'none' if kept.phase == 'pause' else 'as fast as possible'} was asked for."
    asked = f"{kept.asked_s:g} s"
    if taken.low <= kept.asked_s <= taken.high:
        return f"{told}; {asked} asked for, kept as far as can be told."
    return f"{told}; {asked} asked for, too {'short' if taken.value < kept.asked_s else 'long'}."


def _change_part(change: Change) -> ChangePart:
    return ChangePart(
        rule_id=change.rule.id,
        title=change.rule.title,
        first_rep=change.first_rep,
        last_rep=change.last_rep,
        first=measure_part(change.first),
        last=measure_part(change.last),
        change=measure_part(change.change),
        worse=round(change.worse, 4),
        clear=change.clear,
        last_verdict=change.last_verdict.value,
    )
