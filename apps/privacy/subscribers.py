from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.notifications import operations, rules
from apps.outbox import bus
from apps.privacy.events import AccountClosurePostponed, AccountClosureRequested, DataExportReady
from apps.privacy.models import AccountClosure, DataExport


def _notify(user_id: UUID, kind: str, key: object, now: datetime, **params: Any) -> None:
    operations.notify(
        users=User.objects.filter(id=user_id, is_active=True), organization_id=None, kind=kind, key=key, params=params,
        route="privacy:overview", now=now,
    )  # fmt: skip


@bus.subscribe(DataExportReady, name="privacy.export_ready")
def export_ready(event: DataExportReady, now: datetime) -> None:
    export = DataExport.objects.filter(id=event.export_id).first()
    if export is not None:
        _notify(event.user_id, "export_ready", event.export_id, now, until=rules.moment(export.expires_at))


@bus.subscribe(AccountClosureRequested, name="privacy.closure_requested")
def closure_requested(event: AccountClosureRequested, now: datetime) -> None:
    closure = AccountClosure.objects.get(id=event.closure_id)
    _notify(event.user_id, "closure_requested", event.closure_id, now, until=rules.moment(closure.closes_at))


@bus.subscribe(AccountClosurePostponed, name="privacy.closure_postponed")
def closure_postponed(event: AccountClosurePostponed, now: datetime) -> None:
    _notify(event.user_id, "closure_postponed", f"{event.closure_id}:{now.date()}", now)
