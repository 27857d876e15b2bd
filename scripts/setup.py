"""`make setup`: everything that has to be installed or built, and only what has changed.

Runs on the system's Python with nothing but its standard library. This file stays readable for old
Pythons, so that one of them gets a clear line instead of a syntax error.
"""

import os
import sys

NEEDED = (3, 11)
MADE_BEFORE = ".venv/bin/python"

if __name__ == "__main__":
    if sys.version_info < NEEDED:
        in_environment = sys.prefix != getattr(sys, "base_prefix", sys.prefix)
        if os.access(MADE_BEFORE, os.X_OK) and not in_environment:
            os.execv(MADE_BEFORE, [MADE_BEFORE, "-m", "scripts.setup"])  # noqa: S606 (its own twin)
        sys.exit(
            "Python 3.11 or newer is needed, and {} is {}.{}. "
            "Name a newer one: make PYTHON=python3.12 setup".format(
                sys.executable or "python3", *sys.version_info[:2]
            )
        )
    from scripts import installation

    sys.exit(installation.main())
