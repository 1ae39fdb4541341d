"""The halves of the benchmark's bodies: on one numbers are tuned, on the other they are judged."""

FITTED_ON = (
    "heavy_older_man",
    "heavy_woman",
    "long_femur_tall_woman",
    "long_femur_woman",
    "man",
    "short_femur_man",
    "short_femur_slim_woman",
    "slim_man",
    "slim_tall_man",
    "small_woman",
    "strong_man",
    "woman",
)
JUDGED_ON = (
    "heavy_man",
    "heavy_young_woman",
    "long_femur_man",
    "long_femur_slim_man",
    "older_man",
    "short_femur_tall_man",
    "short_femur_woman",
    "slim_older_woman",
    "slim_woman",
    "small_man",
    "strong_woman",
    "tall_woman",
)
"""Six men and six women each, two of them heavy, two slim, two with long and two with short thighs. Of the
splits of the first twelve that keep this, the one that shared the clips of each lift and view most evenly
when it was chosen, which was before any error was looked at; the others joined a half before a clip of theirs
was made."""
