"""`make setup`: everything that has to be installed or built, and only what has changed.

Runs on the system's Python with nothing but its standard library. This file stays readable for old
Pythons, so that one of them gets a clear line instead of a syntax error.
"""

import sys

NEEDED = (3, 11)

if __name__ == "__main__":
    if sys.version_info < NEEDED:
        sys.exit(
            "Python 3.11 or newer is needed, and {} is {}.{}. "
            "Name a newer one: make PYTHON=python3.12 setup".format(
                sys.executable or "python3", *sys.version_info[:2]
            )
        )
    from scripts import installation

    sys.exit(installation.main())
