"""How wrong formcheck is: clips whose truth is known, analyzed and scored.

`truth` reads the truth files, `clips` finds them and `marks` adds to them; `watch` runs the eyes in
processes of their own and `takes` keeps what they saw; `reps`, `body`, `joints`, `bar`, `verdicts` and
`whole` score one clip at the `instants` of its truth; `figures`, `summary` and `tables` put the clips
together, `published` beside what others state; `document` is the result. `readings` are measures before any
correction, of which `fit` makes and judges the corrections and `offaxis` draws their errors against the yaw.
"""

from formcheck.validate.clips import Clip, find_clips
from formcheck.validate.document import Validation, assemble, to_document
from formcheck.validate.marks import add_marks, load_marks
from formcheck.validate.takes import default_folder
from formcheck.validate.truth import Truth, load_truth
from formcheck.validate.watch import Outcome, run_clips

__all__ = [
    "Clip",
    "Outcome",
    "Truth",
    "Validation",
    "add_marks",
    "assemble",
    "default_folder",
    "find_clips",
    "load_marks",
    "load_truth",
    "run_clips",
    "to_document",
]
