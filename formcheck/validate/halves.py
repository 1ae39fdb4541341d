"""The halves of the benchmark's bodies: on one numbers are tuned, on the other they are judged."""

FITTED_ON = ("heavy_woman", "long_femur_woman", "man", "short_femur_man", "slim_man", "woman")
JUDGED_ON = ("heavy_man", "long_femur_man", "older_man", "short_femur_woman", "slim_woman", "strong_woman")
"""Three men and three women each, one heavy, one slim, one with long and one with short thighs. Of the splits
that keep this, the one that shared the clips of each lift and view most evenly when it was chosen, which was
before any error was looked at."""
