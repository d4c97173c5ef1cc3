"""
Settles payouts and kills itself: a real process, a real SIGKILL, at the point that is asked for.

`python -m tests.payouts.crash_worker POINT KILLS_DIR KILLS_MAX LIVES [LEASE_SECONDS]` sets Django up once and forks one process per
life, so that a life costs milliseconds; every life opens its own connections. It ends when nothing is left to send.

With `TOP_UPS` (ids, comma-separated) and `TOP_UPS_BY` (who asks), a life is somebody who confirms those forms until the money is there.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

POINTS = (
    "claimed_not_committed",
    "after_claim",
    "before_call",
    "after_call",
    "mid_transaction",
    "before_commit",
    "after_commit",
)


def main() -> None:
    point, kills, most, lives = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    lease = float(sys.argv[5]) if len(sys.argv) > 5 else 0.6
    django.setup()
    _arm(point, kills, most, lease)
    keep_alive(_live, lives)


def keep_alive(live: Callable[[], None], lives: int) -> None:
    """So many lives at a time; who is killed is born again, who ends is done."""
    running = {_born(live) for _ in range(lives)}
    while running:
        pid, status = os.wait()
        running.discard(pid)
        if os.WIFSIGNALED(status):
            running.add(_born(live))
        elif os.waitstatus_to_exitcode(status):
            raise SystemExit("a worker failed without being killed")


def mortal(kills: Path, most: int) -> tuple[Callable[[], None], Callable[..., None]]:
    """`die()`, so many times by all lives together, and `around(owner, name)`, which dies beside a call."""

    def die() -> None:
        for number in range(most):
            try:
                (kills / str(number)).touch(exist_ok=False)
            except FileExistsError:
                continue  # another life took this number, perhaps in the same moment
            os.kill(os.getpid(), signal.SIGKILL)

    def around(owner: Any, name: str, *, before: bool = False) -> None:
        inner: Callable[..., Any] = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if before:
                die()
            result = inner(*args, **kwargs)
            if not before:
                die()
            return result

        setattr(owner, name, wrapped)

    return die, around


def dying_with_a_row(claim: Callable[..., Any], die: Callable[[], None]) -> Callable[..., Any]:
    """The claim, after which its worker dies if it took something."""

    def wrapped(**kwargs: Any) -> Any:
        claimed = claim(**kwargs)
        if claimed is not None:
            die()
        return claimed

    return wrapped


def _born(live: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            live()
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return pid


def _live() -> None:
    if forms := os.environ.get("TOP_UPS"):
        _confirm(forms.split(","), os.environ["TOP_UPS_BY"])
        return
    from apps.payments.models import Refund
    from apps.payouts.models import Payout, TransferReversal
    from tests.make import dispatch

    waiting = ["requested", "sending"]
    while any(rows.objects.filter(status__in=waiting).exists() for rows in (Payout, Refund, TransferReversal)):
        dispatch.send_due()
        time.sleep(0.05)


def _confirm(forms: list[str], by: str) -> None:
    from uuid import UUID

    from django.utils import timezone

    from apps.common.actors import Actor
    from apps.common.money import Money
    from apps.treasury.operations import top_ups

    staff = Actor(user_id=UUID(by), is_staff=True, staff_capabilities=frozenset({"finance"}))
    for form in forms:
        status = ""
        while status != "succeeded":
            status = top_ups.top_up(
                top_up_id=UUID(form), gateway="sandbox", amount=Money(5000, "EUR"), reason="Capital", actor=staff,
                now=timezone.now(),
            ).status  # fmt: skip


def _arm(point: str, kills: Path, most: int, lease: float) -> None:
    from apps.gateways.operations import dispatch
    from apps.gateways.stripe.sandbox import SandboxGateway
    from apps.payments.models import RefundAttempt
    from apps.payments.operations import dispatch as refund_dispatch
    from apps.payments.operations import refunds
    from apps.payouts.models import PayoutAttempt, ReversalAttempt
    from apps.payouts.operations import dispatch as payout_dispatch
    from apps.payouts.operations import payouts, reversals
    from apps.treasury.operations import top_ups

    dispatch.LEASE = timedelta(seconds=lease)
    for module in (dispatch, payout_dispatch):
        module.pause_after = lambda attempts: timedelta(seconds=0.1)

    die, around = mortal(kills, most)

    if point == "claimed_not_committed":
        around(PayoutAttempt, "save")
        around(ReversalAttempt, "save")
        around(RefundAttempt, "save")
    elif point == "after_claim":
        for module, name in (
            (payout_dispatch, "claim_payout"),
            (payout_dispatch, "claim_reversal"),
            (refund_dispatch, "claim_refund"),
        ):
            setattr(module, name, dying_with_a_row(getattr(module, name), die))
        around(top_ups, "_write_down")
    elif point in ("before_call", "after_call"):
        around(SandboxGateway, "transfer", before=point == "before_call")
        around(SandboxGateway, "pay_out", before=point == "before_call")
        around(SandboxGateway, "send_cross_border", before=point == "before_call")
        around(SandboxGateway, "refund", before=point == "before_call")
        around(SandboxGateway, "top_up", before=point == "before_call")
        around(SandboxGateway, "reverse_transfer", before=point == "before_call")
    elif point == "mid_transaction":
        around(payouts.ledger, "record", before=True)
        around(payouts, "move", before=True)
        around(refunds, "move", before=True)
        around(reversals, "move", before=True)
        around(top_ups, "_record", before=True)
    elif point == "before_commit":
        around(payouts.ledger, "record")
        around(payouts, "move")
        around(refunds, "move")
        around(reversals, "move")
        around(top_ups, "_record")
    elif point == "after_commit":
        around(payouts, "payout_transferred")
        around(payouts, "payout_answered")
        around(payouts, "payout_sent_cross_border")
        around(refunds, "refund_answered")
        around(reversals, "reversal_answered")
        around(top_ups, "top_up_answered")


if __name__ == "__main__":
    main()
