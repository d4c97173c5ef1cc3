"""Builders: `make.task(status="open")` walks the real operations to get there; nothing sets a status."""

from __future__ import annotations

from datetime import datetime

from tests.make.accounts import MakeAccounts
from tests.make.bidding import MakeBids
from tests.make.contracts import MakeContracts
from tests.make.money import MakeMoney
from tests.make.tasks import MakeTasks


class Make(MakeAccounts, MakeTasks, MakeBids, MakeMoney, MakeContracts):
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.count = 0
