"""`make bench`: runs every measurement of bench/ on a PostgreSQL that waits for its disk."""

import os
import subprocess
import sys

from scripts import services
from scripts.serving import ServiceFailed
from scripts.steps import ROOT


def main() -> int:
    try:
        with services.redis() as redis, services.postgres(durable=True) as postgres:
            servers = {"REDIS_URL": redis.url, "DATABASE_URL": postgres.url}
            for path in sorted((ROOT / "bench").glob("[a-z]*.py")):
                print(f"--- {path.stem}", flush=True)
                argv = [sys.executable, "-m", f"bench.{path.stem}"]
                subprocess.run(argv, cwd=ROOT, env={**os.environ, **servers}, check=True)
    except (ServiceFailed, subprocess.CalledProcessError) as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
