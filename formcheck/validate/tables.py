"""The tables: which rows, and which columns."""

from formcheck.validate import figures as f
from formcheck.validate.summary import Column, Table


def _agreement(name: str, title: str, digits: str, note: str = "") -> Table:
    """Lay out how far a measure of the reps is off (Bland and Altman 1986)."""
    return Table(
        name,
        title,
        ("lift", "view"),
        "",
        (
            Column("bias", "bias", "error", f.mean, digits, interval=True),
            Column("rmse", "RMSE", "error", f.rms, digits, interval=True),
            Column("limits_95", "95 %\nlimits ±", "error", f.limits_95, digits, counted="reps"),
            Column("measured", "meas-\nured", "measured", f.mean, "%", counted="of"),
        ),
        note,
        "no truth in metres",
    )


def _places(name: str, title: str, by: tuple[str, ...], item: str, unit: str, *more: Column) -> Table:
    """Lay out how far joints or angles in the picture are off: keypoints, fitted body, and what is shown."""
    return Table(
        name,
        title,
        by,
        item,
        (
            Column("keypoints", f"keypoints\n{unit}", "keypoints", f.mean, "1"),
            Column("fitted", f"fitted\n{unit}", "fitted", f.mean, "1"),
            Column("gain", "fitted less\nkeypoints", "gain", f.mean, "1", interval=True, counted="both"),
            Column("shown", f"shown\n{unit}", "shown", f.mean, "1", counted="places"),
            Column("by_fit", "by\nfit", "by_fit", f.mean, "%"),
            *more,
        ),
        _PLACES_NOTE,
        "no truth of joint centers",
    )


_PLACES_NOTE = (
    "Means: of the filtered keypoints, of the fitted body's joints trusted or not, and of what the report "
    "shows. Networks are taught points of the skin, so keypoints lie beside the centers even where right."
)
_DOUBT = Column("doubt", "truth\n±", "doubt", f.median, "1")

TABLES = (
    Table(
        "reps",
        "Reps",
        ("lift",),
        "",
        (
            Column("precision", "preci-\nsion", "found", f.mean, "2", counted="found"),
            Column("recall", "recall", "true", f.mean, "2", counted="true"),
            Column("f1", "F1", "events", f.event_f1, "3", interval=True),
            Column("missed", "mis-\nsed", "events", f.count(1)),
            Column("extra", "extra", "events", f.count(2)),
            Column("count_exact", "count\nexact", "exact", f.mean, "%", counted="clips"),
        ),
        "A found rep is a true one where both overlap for half of the longer one, one to one.",
    ),
    Table(
        "timing",
        "Rep timing, found less true",
        ("lift",),
        "instant",
        (
            Column("median_ms", "median\nerror ms", "error_ms", f.median_size, interval=True),
            Column("p95_ms", "95th\npercentile", "error_ms", f.size_95),
            Column("bias_ms", "bias\nms", "error_ms", f.median, counted="reps"),
        ),
        "Sizes of the errors; the bias is the median with its sign.",
    ),
    Table(
        "angles",
        "Joint angles of the near side inside the true reps, found less true",
        ("lift", "yaw"),
        "joint",
        (
            Column("mae_deg", "mean\nerror °", "error_deg", f.mean_size, "1", interval=True),
            Column("bias_deg", "bias\n°", "error_deg", f.mean, "1", counted="frames"),
            Column("assessed", "asses-\nsed", "assessed", f.mean, "%", counted="of"),
            Column("inside", "in\n90 %", "inside", f.mean, "%"),
            Column("turn_mae_deg", "at turn\nerror °", "turn_error_deg", f.mean_size, "1", counted="reps"),
        ),
        "As shown: of the fitted body where it is trusted, else of the keypoints; `read`: of the "
        "filtered keypoints alone, in the picture; `raw`: of the keypoints as they come. Against angles in "
        "space. Inside: in the fit's interval.",
    ),
    Table(
        "unseen",
        "Fitted bodies of lifters that nothing was tuned on, found less true",
        ("lift", "yaw"),
        "joint",
        (
            Column("mae", "mean\nerror", "error", f.mean_size, "1", interval=True),
            Column("bias", "bias", "error", f.mean, "1", interval=True),
            Column("sd", "SD", "error", f.sd, "1", counted="n"),
            Column("inside", "in\n90 %", "inside", f.mean, "%", interval=True),
            Column("assessed", "asses-\nsed", "assessed", f.mean, "%", counted="of"),
        ),
        "Where the fit is trusted. Angles in degrees, of the near side in the frames inside the true reps; "
        "depth, by rep: hip joint below knee joint at the deepest. In 90 %: in the fit's interval.",
        "no clip of those bodies",
    ),
    Table(
        "keypoints",
        "Keypoints of the near side inside the true reps",
        ("lift", "yaw"),
        "joint",
        (
            Column("median_pct", "median error,\n% of the trunk", "error_pct", f.median, "1", interval=True),
            Column("p95_pct", "95th\npercentile", "error_pct", f.size_95, "1", counted="frames"),
        ),
        "Against points of the skin, as the networks were taught.",
    ),
    _places(
        "joints",
        "Joint centers in the picture, distance in % of the lifter's height",
        ("lift",),
        "joint",
        "%",
        _DOUBT,
    ),
    _places(
        "joints_by_clip",
        "Joint centers by clip, distance in % of the lifter's height",
        (),
        "clip",
        "%",
        _DOUBT,
        Column("keypoints_px", "key\npx", "keypoints_px", f.mean, "0"),
        Column("fitted_px", "fit\npx", "fitted_px", f.mean, "0"),
    ),
    _places("bends", "Angles between joint centers in the picture, in degrees", ("lift",), "joint", "°"),
    Table(
        "bar",
        "Track of the bar's near end inside the true reps",
        ("lift", "view"),
        "",
        (
            Column(
                "median_pct", "median error, % of\nthe diameter", "error_pct", f.median, "1", interval=True
            ),
            Column("p95_pct", "95th\npercentile", "error_pct", f.size_95, "1", counted="frames"),
            Column("tracked", "tracked", "tracked", f.mean, "%", interval=True, counted="of"),
            Column("doubt_pct", "truth\n±", "doubt_pct", f.median, "1"),
        ),
        "At the instants of the truth, in % of the plate's diameter. Tracked: the plate itself was followed. "
        "Where the hands stand in for it, its place is not measured. Truth ±: how exactly it was marked.",
    ),
    Table(
        "path",
        "Path of the bar, found less true, in cm",
        ("lift", "view"),
        "",
        (
            Column("rms_cm", "rms", "error_cm", f.rms, "2", interval=True),
            Column(
                "forward_rms_cm", "horizontal\nrms", "forward_cm", f.rms, "2", interval=True, counted="frames"
            ),
            Column("tracked", "tracked", "tracked", f.mean, "%", interval=True, counted="of"),
        ),
        "Inside the true reps, after one common shift a clip. Tracked: there is a path in metres. The "
        "plate's diameter is told, as whoever films knows it.",
        "no truth in metres",
    ),
    _agreement(
        "velocity",
        "Mean concentric velocity, found less true, in m/s",
        "3",
        "Measured: of all true reps, those that were found and have the number.",
    ),
    _agreement("range", "Range of motion, found less true, in cm", "2"),
    _agreement(
        "drift",
        "Drift of the bar, found less true, in cm",
        "2",
        "Largest horizontal departure from where the rep starts.",
    ),
    Table(
        "faults",
        "Faults, over reps and rules",
        ("lift",),
        "rule",
        (
            Column("true", "true", "verdicts", f.count(0)),
            Column("called", "called", "verdicts", f.count(1)),
            Column("precision", "preci-\nsion", "verdicts", f.precision, "2"),
            Column("recall", "recall", "verdicts", f.recall, "2"),
            Column("f1", "F1", "verdicts", f.f1, "2", interval=True),
            Column("f1_always_yes", "F1 of\n“yes”", "verdicts", f.f1_always_yes, "2"),
            Column("not_assessed", "not\nassessed", "verdicts", f.not_judged, "%", counted="n"),
        ),
        "A borderline verdict calls nothing a fault. “yes”: every rep called a fault. Rules without a fault, "
        "true or called, are not shown.",
        "no clip whose truth lists its faults",
    ),
    Table(
        "calls",
        "Faults that were called, and that should have been",
        ("lift",),
        "bodies",
        (
            Column("precision", "preci-\nsion", "right", f.mean, "2", interval=True, counted="called"),
            Column("clear", "clear\nfound", "clear", f.mean, "%", interval=True, counted="clear"),
            Column("clean", "clean reps\nleft alone", "clean", f.mean, "%", interval=True, counted="reps"),
            Column("blind", "called\nblindly", "blind", f.mean, "%"),
        ),
        "Unseen: bodies that nothing was tuned on. Clear: true faults that pass their limit by the interval "
        "that was stated. Clean reps: of clips without a flaw. Blindly: where the true view cannot show it.",
        "no clip whose truth lists its faults",
    ),
    Table(
        "intervals",
        "Stated 90 % intervals of the found reps' measures",
        ("lift",),
        "measure",
        (
            Column("inside", "truth inside", "inside", f.mean, "%", interval=True, counted="n"),
            Column("half_width", "median\n± stated", "half_width", f.median, "2"),
            Column("median_error", "median\nerror", "error", f.median_size, "2"),
            Column("bias", "bias", "error", f.mean, "2"),
            Column("measured", "measured", "measured", f.mean, "%", counted="of"),
        ),
        "85 to 95 % is honest. In the measure's own unit: degrees, seconds, thigh lengths, m, m/s, cm. "
        "Instants marked by hand have a tolerance of their own (about 0.1 s), which is not taken off.",
        "no truth for any measure",
    ),
    Table(
        "lifts",
        "Lift recognized",
        (),
        "",
        (Column("right", "right", "right", f.mean, "%", interval=True, counted="clips"),),
        "A clip of none of the lifts is right if it was refused, as whatever.",
    ),
    Table(
        "views",
        "View",
        (),
        "",
        (
            Column("right", "name right", "right", f.mean, "%", interval=True, counted="clips"),
            Column("yaw_mae_deg", "yaw, mean\nerror °", "yaw_error_deg", f.mean_size, "1", interval=True),
            Column("yaw_bias_deg", "bias\n°", "yaw_error_deg", f.mean, "1", counted="clips"),
        ),
        "Shares and errors: of the clips that were not refused.",
    ),
    Table(
        "cost",
        "What watching took",
        (),
        "",
        (
            Column("seconds", "seconds,\nmedian", "seconds", f.median, "1"),
            Column("seconds_most", "most", "seconds", f.largest, "1", counted="clips"),
            Column("slower", "per second of\nvideo, median", "slower", f.median, "2", counted="clips"),
            Column("peak_mb", "peak MB,\nmedian", "peak_mb", f.median),
            Column("peak_mb_most", "most", "peak_mb", f.largest, counted="clips"),
        ),
        "The networks are loaded anew for each clip.",
    ),
)
"""All tables, in the order in which they are printed."""
