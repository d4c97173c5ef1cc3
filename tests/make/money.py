"""Money in every state, reached through the real operations and a running sandbox processor."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

from django.conf import settings

from apps.accounts.models import Organization
from apps.common.actors import SYSTEM, Actor
from apps.common.money import Money
from apps.escrow.models import Escrow
from apps.escrow.operations import funding, releases
from apps.outbox import bus
from apps.payments.models import Charge
from apps.payments.operations import charges
from apps.payouts.models import Payout, PayoutAccount
from apps.payouts.operations import accounts, payouts
from devstack.sandbox_processor import charges as processor_charges
from devstack.sandbox_processor import payouts as processor_payouts
from devstack.sandbox_processor.server import Processor
from tests.make import dispatch


@cache
def running_processor() -> Processor:
    """One for the whole run; nothing arrives at a bank before a test says so."""
    return Processor(secret=settings.WEBHOOK_SECRET, payout_delay=10**9).start()


class MakeMoney:
    now: datetime
    count: int

    @property
    def processor(self) -> Processor:
        running = running_processor()
        settings.PROCESSOR_URL = running.url
        return running

    def actor(self, organization: Organization, role: str = "owner") -> Actor:
        raise NotImplementedError  # by MakeAccounts

    def employer(self, name: str = "", **fields: Any) -> Organization:
        raise NotImplementedError

    def freelancer(self, name: str = "", **fields: Any) -> Organization:
        raise NotImplementedError

    def escrow(
        self,
        *,
        status: str = "pending",
        amount: Money | None = None,
        payer: Organization | None = None,
        payee: Organization | None = None,
    ) -> Escrow:
        """:param status: pending, funding, funded, released, refunded or cancelled."""
        payer = payer or self.employer()
        payee = payee or self.freelancer()
        actor = self.actor(payer)
        escrow = funding.open_escrow(
            payer_id=payer.id,
            payee_id=payee.id,
            reference_id=uuid4(),
            memo="Logo: first drafts",
            amount=amount or Money.of("500.00", "EUR"),
            actor=actor,
            now=self.now,
        )
        if status == "cancelled":
            funding.cancel(escrow_id=escrow.id, actor=actor, now=self.now)
        elif status != "pending":
            charge = self.charge_of(escrow)
            if status != "funding":
                self.paid(charge)
        if status == "released":
            releases.release(escrow_id=escrow.id, amount=None, actor=actor, now=self.now)
        if status == "refunded":
            releases.refund(escrow_id=escrow.id, amount=None, actor=self.actor(payee), now=self.now)
        escrow.refresh_from_db()
        return escrow

    def charge_of(self, escrow: Escrow) -> Charge:
        """A checkout that waits for the payer."""
        assert self.processor
        return funding.start_funding(
            escrow_id=escrow.id, actor=self.actor(escrow.payer), now=self.now, return_url="http://testserver/back"
        )

    def paid(self, charge: Charge, card: str = "4242424242424242") -> Charge:
        """The payer pays on the processor's page, and everybody is notified of it."""
        store = self.processor.store
        with store.step():
            session = processor_charges.find_session(store, charge.remote_session_id)
            processor_charges.pay(store, session, card)
        charge = charges.refresh_charge(charge_id=charge.id, now=self.now)
        bus.deliver_pending(now=self.now)
        return charge

    def payout_account(
        self, organization: Organization, *, currency: str = "", number: str = "0001234567", is_automatic: bool = False
    ) -> PayoutAccount:
        assert self.processor
        return accounts.set_payout_account(
            organization_id=organization.id,
            currency=currency or organization.currency,
            holder_name=organization.display_name,
            account_number=number,
            is_automatic=is_automatic,
            gateway=settings.PAYMENT_GATEWAY,
            actor=self.actor(organization),
            now=self.now,
        )

    def balance(self, organization: Organization, net: Money) -> None:
        """Give a freelancer something to withdraw: a milestone paid, approved and released."""
        gross = Money(net.amount_minor * 10 // 9, net.currency)  # ten per cent commission
        self.escrow(status="released", amount=gross, payee=organization)

    def payout(
        self,
        *,
        status: str = "requested",
        organization: Organization | None = None,
        net: Money | None = None,
        number: str = "0001234567",
    ) -> Payout:
        """:param status: requested, submitted, paid, failed or returned."""
        organization = organization or self.freelancer()
        net = net or Money.of("450.00", "EUR")
        self.payout_account(organization, number=number)
        self.balance(organization, net)
        payout = payouts.request_payout(
            organization_id=organization.id,
            currency=net.currency,
            amount=None,
            actor=self.actor(organization),
            now=self.now,
        )
        if status != "requested":
            dispatch.send_due(clock=lambda: self.now)
            payout.refresh_from_db()
        if status in ("paid", "failed", "returned"):
            self.arrive(payout, fail=status == "failed")
        if status == "returned":
            self.arrive(payout, fail=True)
        payout.refresh_from_db()
        return payout

    def arrive(self, payout: Payout, *, fail: bool = False) -> None:
        """The bank answers."""
        processor_payouts.finish(self.processor.store, payout.remote_payout_id, fail=fail)
        payouts.refresh_payout(payout_id=payout.id, clock=lambda: self.now)

    @staticmethod
    def system() -> Actor:
        return SYSTEM
