"""Takes rights away from this process, for good; called in a decoder's process before it opens anything."""

import ctypes
import os
import resource
import signal
from collections.abc import Mapping
from typing import Any

_SET_PARENT_DEATH_SIGNAL = 1
_SET_NO_NEW_PRIVILEGES = 38
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_NICER = 5
_LAST_WORDS_S = 5
"""Between the signal that says that the processor time is used up, and the one that cannot be caught."""


def confine(bounds: Mapping[str, Any]) -> bool:
    """Limit memory, processor time, files and their sizes; die with the parent; leave the network.

    Parameters
    ----------
    bounds
        `memory_bytes`, `cpu_s`, `file_bytes` and `files` of `api.child.Bounds`.

    Returns
    -------
    bool
        Whether the network could be left; some systems do not allow it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    left = any(libc.unshare(what) == 0 for what in (_NEW_NETWORK, _NEW_USER | _NEW_NETWORK))
    os.nice(_NICER)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CPU, (bounds["cpu_s"], bounds["cpu_s"] + _LAST_WORDS_S))
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, bounds["memory_bytes"]),
        (resource.RLIMIT_FSIZE, bounds["file_bytes"]),
        (resource.RLIMIT_NOFILE, bounds["files"]),
    ):
        resource.setrlimit(kind, (most, most))
    return left
