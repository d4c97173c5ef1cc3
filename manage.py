#!/usr/bin/env python
import os
import sys

# Commands that read files only: they need no servers.
OFFLINE = {"makemessages", "compilemessages", "collectstatic", "spectacular", "help", "draw_states"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    if not os.environ.get("DATABASE_URL") and os.environ.get("TRADEWIND_ENV") != "production":
        from devstack.services import Stack, local_environment

        if not OFFLINE & set(sys.argv[1:2]):
            Stack("dev").start()
        local_environment()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
