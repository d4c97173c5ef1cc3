"""All reference pages by their path below docs/reference/."""

from __future__ import annotations

from devstack.reference import addresses, books, installation, notifications, states
from devstack.services import REPO

FOLDER = REPO / "docs" / "reference"


def all_pages() -> dict[str, str]:
    """The text of every generated page; Django must be set up."""
    from django.utils import translation

    with translation.override("en"):
        return {
            "api.md": addresses.api_page(),
            "chart-of-accounts.md": books.accounts_page(),
            "commands.md": installation.commands_page(),
            "journal-entries.md": books.journals_page(),
            "notifications.md": notifications.notifications_page(),
            "pages.md": addresses.pages_page(),
            "settings.md": installation.settings_page(),
            **dict(states.state_pages()),
        }


def write_all() -> None:
    for name, text in all_pages().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
