"""Health check of a process without a port: is its heartbeat file recent? `python alive.py worker|beat`"""

import os
import sys
import tempfile
import time
from pathlib import Path

SECONDS_MAX = {"beat": 90.0, "worker": 90.0}


def main() -> int:
    kind = sys.argv[1]
    sign = Path(os.environ.get("SIGNS_DIR", tempfile.gettempdir())) / f"tradewind-{kind}"
    try:
        age = time.time() - sign.stat().st_mtime
    except OSError:
        sys.stderr.write(f"{kind} has written no heartbeat yet\n")
        return 1
    if age > SECONDS_MAX[kind]:
        sys.stderr.write(f"the last heartbeat of {kind} is {age:.0f} s old\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
