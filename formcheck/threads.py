"""How many threads each library gets: one budget, `Settings.threads`, shared out in one place.

With a budget of one nothing runs beside anything else. With more, decoding and the plates have a thread of
their own beside the networks. OpenCV's own threads stay off: its pictures here are small, and waking threads
costs more than they save.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shares:
    """Threads for each library.

    Attributes
    ----------
    decoder
        Of libav.
    network
        Of the landmark network.
    opencv
        Of OpenCV, all of this process.
    beside
        Whether decoding and the plates run beside the networks.
    """

    decoder: int
    network: int
    opencv: int
    beside: bool

    @classmethod
    def of(cls, threads: int) -> "Shares":
        """Share out a budget of so many threads."""
        return cls(decoder=threads, network=threads, opencv=1, beside=threads > 1)

    def limit_opencv(self) -> None:
        """Hold OpenCV to its share."""
        import cv2

        cv2.setNumThreads(self.opencv)
