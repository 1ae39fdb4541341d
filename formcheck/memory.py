"""How the C library keeps the memory of pictures.

Every frame asks for the same megabyte-sized arrays and gives them back. By default glibc returns such to the
system each time, and the system hands them out anew, page by page and zeroed: a fifth of the time that a
frame takes went there.
"""

import ctypes

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
"""Parameters of mallopt(3)."""

_ARRAY_BYTES = 32 * 2**20
"""glibc's largest size up to which memory comes from its own heap."""

_KEPT_BYTES = 128 * 2**20
_TAKEN_BYTES = 16 * 2**20


def keep_memory() -> None:
    """Keep freed memory of this process for its next arrays; does nothing where glibc is not."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _ARRAY_BYTES)
    mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    mallopt(_M_TOP_PAD, _TAKEN_BYTES)
