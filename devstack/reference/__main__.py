from __future__ import annotations

import os
import runpy

from devstack.reference import pages
from devstack.services import REPO


def main() -> None:
    """No server is needed: the placeholder settings are those of the commands that only read the program's files."""
    os.environ["TRADEWIND_ENV"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
    for name, value in runpy.run_path(str(REPO / "manage.py"))["PLACEHOLDERS"].items():
        os.environ[name] = value
    import django

    django.setup()
    pages.write_all()
    print(f"{len(pages.all_pages())} pages in docs/reference")


if __name__ == "__main__":
    main()
