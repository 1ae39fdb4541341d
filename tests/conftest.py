"""Makes `samples.render` importable: it is in the checkout, not in the wheel.

Last on the path, so that the installed formcheck is tested and not the checkout's.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
