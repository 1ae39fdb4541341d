"""The fitted body's curves among the signals."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from formcheck.body.body import Body
from formcheck.pose import FloatArray
from formcheck.signals import Signals


def add_curves(signals: Signals, body: Body) -> Signals:
    """The signals with `fitted_` angles, `fitted_depth_m` and `fitted_balance_m`, if the fit is trusted.

    Where the camera shows both sides, with `fitted_knee_separation` and `fitted_hips_aside_m` too.

    All have their standard deviations in `Signals.sd`. `fitted_balance_m` is how much farther forward the
    body's center of mass is than at the start of the rep. NaN outside the reps and half a second around them.
    """
    if not body.trusted:
        return signals
    found = {f"fitted_{name}_deg": (body.angles_deg[name], body.sd_deg[name]) for name in body.angles_deg}
    found["fitted_depth_m"] = body.depth_m, body.depth_sd_m
    found["fitted_balance_m"] = body.com_over_midfoot_m, body.com_sd_m
    names = {"knee_separation": "fitted_knee_separation", "hips_aside": "fitted_hips_aside_m"}
    found |= {names[name]: (body.sides[name], body.sides_sd[name]) for name in body.sides}
    told = {name: pair for name, pair in found.items() if np.isfinite(pair[0]).any()}
    values = {name: _at(signals.time_s, body.time_s, value) for name, (value, _) in told.items()}
    sd = {name: _at(signals.time_s, body.time_s, deviation) for name, (_, deviation) in told.items()}
    return replace(
        signals,
        values=MappingProxyType({**signals.values, **values}),
        sd=MappingProxyType({**signals.sd, **sd}),
    )


def _at(wanted_s: FloatArray, time_s: FloatArray, values: FloatArray) -> FloatArray:
    """Values at other times; NaN beside a NaN."""
    return np.interp(wanted_s, time_s, values)
