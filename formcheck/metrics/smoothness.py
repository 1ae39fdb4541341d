"""How smooth a movement is, from its speed: two dimensionless numbers, closer to zero is smoother.

Both are made for one discrete movement. A heavy rep is less smooth for good reason: compare like loads.
"""

import numpy as np

from formcheck.pose import FloatArray

_PAD_LEVEL = 4
_MOST_HZ = 10.0
_LEAST_AMPLITUDE = 0.05


def spectral_arc_length(speed: FloatArray, rate_hz: float) -> float:
    """SPARC: minus the length of the speed's normalized amplitude spectrum up to where it fades.

    Balasubramanian et al. 2015 (JNER 12:112): zero-padded to 2^4 times its length, up to 10 Hz or the last
    frequency with a twentieth of the largest amplitude. NaN for a speed that is nowhere but 0.

    Parameters
    ----------
    speed
        (N,) in any unit, without NaN.
    rate_hz
        Samples a second.
    """
    count = 2 ** (int(np.ceil(np.log2(len(speed)))) + _PAD_LEVEL)
    amplitude = np.abs(np.fft.fft(speed, count))
    if not amplitude.max() > 0:
        return float("nan")
    amplitude = amplitude / amplitude.max()
    hz = np.arange(count) * rate_hz / count
    inside = hz <= _MOST_HZ
    hz, amplitude = hz[inside], amplitude[inside]
    last = int(np.flatnonzero(amplitude >= _LEAST_AMPLITUDE)[-1])
    hz, amplitude = hz[: last + 1], amplitude[: last + 1]
    if last == 0:
        return float("nan")
    return -float(np.hypot(np.diff(hz) / (hz[-1] - hz[0]), np.diff(amplitude)).sum())


def log_dimensionless_jerk(speed: FloatArray, rate_hz: float) -> float:
    """LDLJ: minus the logarithm of the squared jerk, summed and made free of units by time and peak speed.

    -ln(T³ / v_peak² x sum of (d²v/dt²)² dt), Balasubramanian et al. 2015 (JNER 12:112). Sensitive to noise:
    the speed must have been low-passed, and only the same rate and load compare. NaN where nothing changes.
    """
    step_s = 1.0 / rate_hz
    jerk = np.diff(speed, 2) / step_s**2
    peak = float(np.abs(speed).max())
    total = float((jerk**2).sum()) * step_s
    if not (peak > 0 and total > 0):
        return float("nan")
    return -float(np.log((len(speed) * step_s) ** 3 / peak**2 * total))
