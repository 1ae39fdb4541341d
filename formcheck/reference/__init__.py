"""References: a lifter's own best reps, a chosen rep or a generic curve, and how far a rep is from them."""

from formcheck.reference.best import best_first, best_reps
from formcheck.reference.compare import Comparison, Departure, compare
from formcheck.reference.curves import SIGNALS, RepCurves, all_curves, rep_curves
from formcheck.reference.file import ReferenceFile, load_reference, save_reference
from formcheck.reference.ghost import GHOST_BONES, Ghost, ghost_of, placed
from formcheck.reference.reference import Reference, generic_for, reference_of

__all__ = [
    "GHOST_BONES", "SIGNALS", "Comparison", "Departure", "Ghost", "Reference", "ReferenceFile", "RepCurves",
    "all_curves", "best_first", "best_reps", "compare", "generic_for", "ghost_of", "load_reference", "placed",
    "reference_of", "rep_curves", "save_reference",
]  # fmt: skip
