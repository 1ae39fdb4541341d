"""A frame's brightness, shrunk: what plates and hands are followed on."""

import cv2
import numpy as np

from formcheck.pose.region import Image
from formcheck.video import Frame


def small_luma(frame: Frame, zoom: float) -> Image:
    """(H, W) the frame's green, which is nearly its luma, at a zoom of at most 1."""
    green = cv2.extractChannel(frame.image, 1)
    if zoom < 1.0:
        green = cv2.resize(green, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    return np.asarray(green, dtype=np.uint8)
