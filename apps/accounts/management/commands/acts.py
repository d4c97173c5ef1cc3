"""Print who may do what: every act, its sides, and the roles allowed."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.accounts import rules
from apps.accounts.states import Role, StaffRole


class Command(BaseCommand):
    help = (
        "Print the table of actions, sides and roles used by permission checks, buttons and tests. --json for programs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rows: list[dict[str, Any]] = [
            {
                "act": str(act),
                "side": str(side),
                "capability": capability,
                "roles": rules.roles_allowed(act, side),
                "disposes_of_held_money": rule.disposes_of_held_money,
                "needs_fresh_login": rule.needs_fresh_login,
            }
            for act, rule in rules.ACTS.items()
            for side, capability in rule.capability.items()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for title, roles, is_staff in (
            ("Organizations", list(Role), False),
            ("Staff of the marketplace", list(StaffRole), True),
        ):
            self.stdout.write(f"\n## {title}\n\n| act | side | {' | '.join(map(str, roles))} | money | fresh login |")
            self.stdout.write(f"|---|---|{'---|' * len(roles)}---|---|")
            for row in rows:
                if (row["side"] == rules.Side.STAFF) == is_staff:
                    cells = " | ".join("yes" if role in row["roles"] else "–" for role in map(str, roles))
                    money = "yes" if row["disposes_of_held_money"] else ""
                    fresh = "yes" if row["needs_fresh_login"] else ""
                    self.stdout.write(f"| `{row['act']}` | {row['side']} | {cells} | {money} | {fresh} |")
