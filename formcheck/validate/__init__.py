"""How wrong formcheck is: clips whose truth is known, analyzed and scored.

`truth` reads the truth files and `clips` finds them; `watch` runs the eyes in processes of their own and
`takes` keeps what they saw; `reps`, `body`, `verdicts` and `whole` score one clip; `figures` and `tables`
put the clips together; `document` is the result.
"""

from formcheck.validate.clips import Clip, find_clips
from formcheck.validate.document import Validation, assemble, to_document
from formcheck.validate.takes import default_folder
from formcheck.validate.truth import Truth, load_truth
from formcheck.validate.watch import Outcome, run_clips

__all__ = [
    "Clip",
    "Outcome",
    "Truth",
    "Validation",
    "assemble",
    "default_folder",
    "find_clips",
    "load_truth",
    "run_clips",
    "to_document",
]
