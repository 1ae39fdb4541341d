"""What limits a result, and what would help: the report's warnings."""

from statistics import median

from formcheck.lifts.recognise import Recognised
from formcheck.metrics import Take, fitted, measure
from formcheck.metrics.barbell import no_forward
from formcheck.metrics.corrections import corrections_of
from formcheck.metrics.velocity import LOAD_VELOCITY
from formcheck.origin import Origin
from formcheck.report import WarningPart
from formcheck.report.words import measure_title, sentence

_GOOD_COVERAGE = 0.9
_GOOD_RATE_HZ = 24.0
_GOOD_TRUNK_PX = 60.0
_FEW_SWAPS = 0.03
_GOOD_YAW_DEG = 20.0
_UNFITTED = {
    True: "The angles are those of the keypoints, less certain",
    False: "There are no joint angles, which this view shows only by a fit of the whole body",
}


def find_limits(take: Take, recognised: Recognised, rep_coverage: float, origin: Origin) -> list[WarningPart]:
    """Everything that limits the result: the view, what was hidden, the video itself."""
    return [
        *_view_warnings(take, recognised),
        *_variant_warnings(take, recognised, origin),
        *_correction_warnings(take, recognised),
        *_sight_warnings(take, rep_coverage),
        *_bar_warnings(take, origin),
        *_video_warnings(take, recognised, origin),
    ]


def _view_warnings(take: Take, recognised: Recognised) -> list[WarningPart]:
    rules = [rule for rule in recognised.lift.faults if rule.metric is not None]
    hidden = [rule.title for rule in rules if take.view.name not in rule.views]
    warnings = []
    if hidden:
        best = "side" if take.view.name != "side" else "front"
        warnings.append(
            WarningPart(
                code="view",
                message=f"The {take.view.name} view cannot show: {', '.join(hidden).lower()}.",
                hint=f"A clip from the {best} shows them.",
            )
        )
    if recognised.confidence < 0.5:
        warnings.append(
            WarningPart(
                code="lift",
                message=f"It is not sure that this is a {recognised.lift.title.lower()}: "
                f"{recognised.confidence:.0%} of the movements up and down fit.",
                hint="Name the lift with --lift, and cut the clip to the set.",
            )
        )
    return warnings


def _variant_warnings(take: Take, recognised: Recognised, origin: Origin) -> list[WarningPart]:
    """That it looks like another variant than the one that was assumed."""
    lift, warnings = recognised.lift, []
    for name, variant in lift.variants.items():
        looks = variant.looks
        if looks is None or name == lift.variant or origin.facts.variant or take.view.name not in looks.views:
            continue
        found = [measure(looks.metric, take, rep) for rep in recognised.reps]
        known = [one.value for one in found if not one.missing]
        if known and median(known) > looks.at_least:
            warnings.append(
                WarningPart(
                    code="variant",
                    message=f"It looks like a {variant.title.lower()}, as {looks.words}; "
                    f"it was judged as {lift.variant_title.lower()}.",
                    hint=f"If so, say --variant {name}: the trunk's angle and some limits are others.",
                )
            )
    return warnings


def _correction_warnings(take: Take, recognised: Recognised) -> list[WarningPart]:
    """What was added to the readings of this view, or that nobody measured how far they are off."""
    lift = recognised.lift
    names = {*lift.metrics, *(rule.metric for rule in lift.faults if rule.metric)}
    found = corrections_of(take, {name for name in names if not fitted.tells(name, take)})
    titles = {name: measure_title(name, "", lift.name).lower().replace(",", " at") for name in found}
    added = [f"{titles[name]} {entry.offset:+.3g}" for name, entry in found.items() if entry]
    plain = [titles[name] for name, entry in found.items() if not entry]
    warnings = []
    if added:
        bodies = max(entry.bodies for entry in found.values() if entry)
        warnings.append(
            WarningPart(
                code="corrected",
                message="Added, since this network is off by as much on rendered lifters in this view: "
                f"{', '.join(added)} (degrees; depth in thigh lengths).",
                hint=f"The intervals hold what was left of the error on up to {bodies} of them.",
            )
        )
    if plain:
        warnings.append(
            WarningPart(
                code="uncorrected",
                message="Told as read, with a wide interval, since how far this network is off in this view "
                f"was not measured: {', '.join(plain)}.",
                hint="",
            )
        )
    return warnings


def _sight_warnings(take: Take, rep_coverage: float) -> list[WarningPart]:
    warnings = []
    if take.body is not None and not take.body.trusted:
        warnings.append(
            WarningPart(
                code="no_fit",
                message=f"{_UNFITTED[take.view.name == 'side']}: {take.body.why}.",
                hint="Film from the side with the whole body and the near plate in view.",
            )
        )
    if rep_coverage < _GOOD_COVERAGE:
        warnings.append(
            WarningPart(
                code="occlusion",
                message=f"The lifter was seen in {rep_coverage:.0%} of the frames of the reps.",
                hint="Keep plates, posts and people out of the line of sight.",
            )
        )
    if take.signals.bar_agreement < 0.6 and take.motion.bar_kind == "wrists":
        warnings.append(
            WarningPart(
                code="hands_hidden",
                message="The hands were hidden: the timing of the reps holds, their range is rough.",
                hint="Film so that the hands can be seen beside the plates.",
            )
        )
    if take.signals.swapped_share > _FEW_SWAPS:
        warnings.append(
            WarningPart(
                code="sides",
                message=f"Left and right were exchanged in {take.signals.swapped_share:.0%} of the frames "
                "and put right.",
                hint="Light the lifter from the camera's side.",
            )
        )
    if take.signals.trunk_px < _GOOD_TRUNK_PX:
        warnings.append(
            WarningPart(
                code="small",
                message=f"The lifter is small: the trunk is {take.signals.trunk_px:.0f} pixels long.",
                hint="Come closer or film at a higher resolution.",
            )
        )
    if take.motion.people > 1:
        warnings.append(
            WarningPart(
                code="people",
                message=f"{take.motion.people} people or likenesses were followed; the one whose hands "
                "go up and down was judged.",
                hint="Check in the annotated video that it is the lifter.",
            )
        )
    return warnings


def _bar_warnings(take: Take, origin: Origin) -> list[WarningPart]:
    """What is not known of the bar in metres, or known less well."""
    if take.motion.bar_kind != "plate":
        return [
            WarningPart(
                code="no_plate",
                message="No plate was followed: no meters, no bar path.",
                hint="Film from the side with the whole plate in view.",
            )
        ]
    warnings = []
    if take.scale.why:
        warnings.append(
            WarningPart(
                code="plate_size",
                message=f"{sentence(take.scale.why)}.",
                hint="Say how large the outermost plate is: --plate-diameter 0.40m.",
            )
        )
    yaw_deg = take.view.yaw_deg if take.scale.yaw_deg is None else take.scale.yaw_deg
    if yaw_deg > _GOOD_YAW_DEG:
        forward = "was not measured" if no_forward(take) else "is less exact than from the side"
        warnings.append(
            WarningPart(
                code="oblique_path",
                message=f"The plate is seen {yaw_deg:.0f} degrees off the side: the bar's way fore and aft "
                f"{forward}; height and speed hold.",
                hint="Film at a right angle to the bar's path.",
            )
        )
    if origin.facts.load_kg is not None and take.lift in LOAD_VELOCITY:
        warnings.append(
            WarningPart(
                code="estimated_1rm",
                message="The maximum is estimated by one set's fastest rep and a relation of other lifters: "
                "it holds if that rep was lifted as fast as possible.",
                hint="Sets with several loads would show your own relation, and narrow it.",
            )
        )
    return warnings


def _video_warnings(take: Take, recognised: Recognised, origin: Origin) -> list[WarningPart]:
    warnings = [WarningPart(code="video", message=note, hint="") for note in origin.notes]
    rate_hz = take.signals.rate_hz * take.slow_motion
    if rate_hz < _GOOD_RATE_HZ - 1:
        warnings.append(
            WarningPart(
                code="frame_rate",
                message=f"{rate_hz:.0f} frames a second: times are known to {1 / rate_hz:.2f} s only.",
                hint="Film at 30 or 60 frames a second.",
            )
        )
    if take.signals.camera_moved:
        warnings.append(
            WarningPart(
                code="camera_moved",
                message="The camera moved; its motion was taken out where it could be.",
                hint="Put the phone on a tripod or against something.",
            )
        )
    if take.slow_motion > 1:
        warnings.append(
            WarningPart(
                code="slow_motion",
                message=f"Slow motion, {take.slow_motion:g} times: tempo and speed are of real time.",
                hint="",
            )
        )
    if any(rep.partial for rep in recognised.reps):
        warnings.append(
            WarningPart(
                code="partial",
                message="The video shows only a part of the first or the last rep.",
                hint="Start before the first rep and stop after the last.",
            )
        )
    if origin.decoded_share < 0.995:
        warnings.append(
            WarningPart(
                code="truncated",
                message=f"Only {origin.decoded_share:.0%} of the video could be decoded.",
                hint="Copy the file again from the phone.",
            )
        )
    return warnings
