"""What every test of the screen stands on: scenes can be imported, and the terminal's own wishes are out of the way."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

# Each of these changes what is drawn.
for name in ("NO_COLOR", "TEXTUAL_THEME"):
    os.environ.pop(name, None)
