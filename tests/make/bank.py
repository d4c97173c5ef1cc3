"""The buyer's bank and the processor between it and us: it disputes payments, decides, and warns."""

from __future__ import annotations

from typing import Any

from apps.escrow.models import Escrow
from apps.gateways import webhook_handlers
from apps.outbox import bus
from apps.payments.models import Charge, Chargeback
from devstack.sandbox_processor import disputes
from tests.make import Make


class Bank:
    def __init__(self, make: Make) -> None:
        self.make = make

    def _payment(self, escrow: Escrow) -> str:
        return Charge.objects.get(id=escrow.funding_charge_id).remote_payment_id

    def disputes(self, escrow: Escrow, **options: Any) -> Chargeback:
        dispute = disputes.open_dispute(self.make.processor.store, self._payment(escrow), **options)
        return self.tells(dispute["id"])

    def decides(self, chargeback: Chargeback, word: str) -> Chargeback:
        disputes.close(self.make.processor.store, chargeback.remote_id, word)
        return self.tells(chargeback.remote_id)

    def warns(self, escrow: Escrow) -> None:
        warning = disputes.warn(self.make.processor.store, self._payment(escrow))
        self._heard("warning", warning["id"])

    def tells(self, remote_id: str) -> Chargeback:
        for _ in range(2):  # everything is said twice
            self._heard("dispute", remote_id)
        return Chargeback.objects.get(remote_id=remote_id)

    def _heard(self, kind: str, reference: str) -> None:
        webhook_handlers.refresh(kind=kind, reference=reference, processor="sandbox", clock=lambda: self.make.now)
        bus.deliver_pending(now=self.make.now)
