#!/usr/bin/env python
import os
import sys

# Commands that read the program's own files only: they need no servers and no settings of the installation.
OFFLINE = {"makemessages", "compilemessages", "collectstatic", "spectacular", "help", "draw_states", "acts"}
PLACEHOLDERS = {
    "DATABASE_URL": "postgresql://offline/offline",
    "REDIS_URL": "redis://offline",
    "SECRET_KEY": "only-for-commands-that-read-files-and-never-for-a-server",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    from marketplace.env import ENV_FILE  # reads .env into the environment

    if not os.environ.get("DATABASE_URL"):
        if not OFFLINE & set(sys.argv[1:2]) and sys.argv[1:]:
            raise SystemExit(
                f"DATABASE_URL is not set, and {ENV_FILE} does not name it. Copy .env.example to .env and fill it in. "
                "For the demo's database: python3 go.py manage COMMAND."
            )
        if os.environ.get("TRADEWIND_ENV") != "production":
            os.environ.setdefault("TRADEWIND_ENV", "demo")
            for name, value in PLACEHOLDERS.items():
                os.environ.setdefault(name, value)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
