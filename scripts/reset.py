"""`make reset`: forgets the desk's database, so that the next `make demo` seeds it anew."""

import sys

from scripts.demo import sole_use_of
from scripts.desk import VAR
from scripts.steps import StepFailed


def main() -> int:
    try:
        with sole_use_of(VAR):
            forgotten = ["db.sqlite3*", "beat*", "run/*", "audit-seals/*"]
            for file in [file for pattern in forgotten for file in VAR.glob(pattern)]:
                file.unlink()
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print("The demo workspace is forgotten; `make demo` seeds it anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
