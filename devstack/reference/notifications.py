"""The list of all kinds of notifications."""

from __future__ import annotations

from devstack.reference.markdown import code, page, table


def notifications_page() -> str:
    from apps.notifications.catalogue import every_kind, kinds

    parts = []
    for group in kinds.Group:
        pace = (
            "at once; cannot be switched off"
            if group in kinds.MANDATORY
            else str(kinds.DEFAULT_PACE[group].label).lower()
        )
        rows = [
            (code(name), str(kind.title), str(kind.body))
            for name, kind in every_kind.KINDS.items()
            if kind.group == group
        ]
        parts.append(
            f"## {group.label}\n\n{kinds.GROUP_DESCRIPTIONS[group]}. E-mail by default: {pace}. "
            f"Push by default: {'on' if group in kinds.PUSHED_BY_DEFAULT else 'off'}.\n\n"
            + table(("kind", "title", "text"), rows)
        )
    return page(
        "Notifications",
        "The texts of the inbox and of e-mails. Names in parentheses are the stored values of a notification; the "
        "sentence is created when it is read, in the reader's language "
        "([ADR 9](../adr/0009-notifications-keep-codes-not-sentences.md)).",
        *parts,
    )
