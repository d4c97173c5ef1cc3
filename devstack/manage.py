"""`python3 go.py manage COMMAND`: manage.py on the demo's servers, which are started if they are not running."""

from __future__ import annotations

import os
import runpy
import sys

from devstack.services import REPO, Stack, local_environment


def main() -> None:
    os.chdir(REPO)
    sys.path.insert(0, str(REPO))
    manage = runpy.run_path(str(REPO / "manage.py"))
    if not os.environ.get("DATABASE_URL") and not manage["OFFLINE"] & set(sys.argv[1:2]):
        Stack("dev").start()
    local_environment()
    sys.argv[0] = "manage.py"
    manage["main"]()


if __name__ == "__main__":
    main()
