from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Organization, User
from apps.common.ids import uuid7
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money
from apps.payments import states


def _status(choices: type[models.TextChoices]) -> models.CharField[str, str]:
    return models.CharField(max_length=12, choices=choices, default=choices.values[0])


def _known(choices: type[models.TextChoices], name: str, field: str = "status") -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)


class PayoutAccount(BaseModel):
    """Where an organization is paid. The number itself is known to the processor only."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    status = _status(states.PayoutAccountStatus)
    country = models.CharField(max_length=2)
    currency = currency_field()
    holder_name = models.CharField(max_length=160)
    rail = models.CharField(max_length=20)
    gateway = models.CharField(max_length=20)
    open_key = models.UUIDField(unique=True, default=uuid7)
    remote_account_id = models.CharField(max_length=80, blank=True, default="")
    last4 = models.CharField(max_length=4, blank=True, default="")
    bank_name = models.CharField(max_length=80, blank=True, default="")
    remote_payout_method_id = models.CharField(max_length=80, blank=True, default="")
    """The bank account as the rail abroad names it; payouts to it need no balance of the recipient's."""
    refusal_code = models.CharField(max_length=60, blank=True, default="")
    is_automatic = models.BooleanField(default=False)
    """Balances are paid out by themselves, at the rate of the moment; somebody agreed to that."""
    automatic_agreed_at = models.DateTimeField(null=True, blank=True)
    automatic_agreed_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            _known(states.PayoutAccountStatus, "payments_payoutaccount_status_known"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(status="active"), name="payments_payoutaccount_one_active"
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | ~Q(remote_account_id=""), name="payments_payoutaccount_active_is_remote"
            ),
            models.CheckConstraint(
                condition=Q(is_automatic=False) | Q(automatic_agreed_at__isnull=False),
                name="payments_payoutaccount_automatic_was_agreed",
            ),
        ]


class Charge(BaseModel):
    """Money asked of an employer for one purpose above; `memo` says it in words."""

    number = models.CharField(max_length=20, unique=True)
    payer = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    reference_id = models.UUIDField()
    memo = models.CharField(max_length=200)
    status = _status(states.ChargeStatus)
    amount_minor = amount_field()
    currency = currency_field()
    gateway = models.CharField(max_length=20)
    idem_key = models.UUIDField(unique=True, default=uuid7)
    success_url = models.CharField(max_length=500)
    cancel_url = models.CharField(max_length=500)
    language = models.CharField(max_length=10, default="en")
    checkout_url = models.CharField(max_length=1000, blank=True, default="")
    remote_session_id = models.CharField(max_length=120, blank=True, default="")
    remote_payment_id = models.CharField(max_length=120, blank=True, default="")
    remote_charge_id = models.CharField(max_length=120, blank=True, default="")
    """What the processor's own books call the payment: the source of its line."""
    fee_minor = amount_field(null=True, blank=True)
    decline_code = models.CharField(max_length=60, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _known(states.ChargeStatus, "payments_charge_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_charge_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status="succeeded") | (~Q(remote_payment_id="") & Q(succeeded_at__isnull=False)),
                name="payments_charge_succeeded_is_remote",
            ),
            models.UniqueConstraint(
                fields=["gateway", "remote_session_id"],
                condition=~Q(remote_session_id=""),
                name="payments_charge_session_once",
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "-created_at"], name="payments_charge_of_payer"),
            models.Index(fields=["reference_id"], name="payments_charge_reference"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Refund(BaseModel):
    """Money on its way back to an employer, reserved in the books before it is sent."""

    number = models.CharField(max_length=20, unique=True)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    reference_id = models.UUIDField()
    status = _status(states.RefundStatus)
    amount_minor = amount_field()
    currency = currency_field()
    idem_key = models.UUIDField(unique=True, default=uuid7)
    remote_id = models.CharField(max_length=120, blank=True, default="")
    failure_code = models.CharField(max_length=60, blank=True, default="")
    attempts_made = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _known(states.RefundStatus, "payments_refund_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_refund_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "succeeded"]) | ~Q(remote_id=""),
                name="payments_refund_submitted_is_remote",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["requested", "sending"]),
                name="payments_refund_due",
            )
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class FxQuote(BaseModel):
    """
    A price for one conversion, computed once: execution copies both amounts and never calculates again.

    The same currency on both sides is a quote too, at the rate 1.
    """

    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="quotes")
    amount_from_minor = amount_field()
    currency_from = currency_field()
    amount_to_minor = amount_field()
    currency_to = currency_field()
    amount_mid_minor = amount_field()
    """What the mid rate would give; the difference to `amount_to_minor` is the margin."""
    mid = models.DecimalField(max_digits=24, decimal_places=12)
    customer_rate = models.DecimalField(max_digits=24, decimal_places=12)
    margin_bps = models.PositiveIntegerField()
    rate_date = models.DateField()
    source = models.CharField(max_length=20)
    expires_at = models.DateTimeField()
    quoted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("quoted_at")), name="payments_fxquote_expires_later"),
            models.CheckConstraint(
                condition=Q(amount_from_minor__gt=0, amount_to_minor__gt=0, amount_mid_minor__gte=F("amount_to_minor")),
                name="payments_fxquote_amounts",
            ),
            models.CheckConstraint(condition=Q(mid__gt=0, customer_rate__gt=0), name="payments_fxquote_rates"),
        ]

    @property
    def amount_from(self) -> Money:
        return Money(self.amount_from_minor, self.currency_from)

    @property
    def amount_to(self) -> Money:
        return Money(self.amount_to_minor, self.currency_to)

    @property
    def amount_mid(self) -> Money:
        return Money(self.amount_mid_minor, self.currency_to)

    @property
    def margin(self) -> Money:
        return self.amount_mid - self.amount_to

    @property
    def is_conversion(self) -> bool:
        return self.currency_from != self.currency_to


class Payout(BaseModel):
    """Money on its way to a freelancer's bank, at the rate of one accepted quote."""

    number = models.CharField(max_length=20, unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="payouts")
    quote = models.OneToOneField(FxQuote, on_delete=models.PROTECT, related_name="payout")
    status = _status(states.PayoutStatus)
    amount_minor = amount_field()
    currency = currency_field()
    gateway = models.CharField(max_length=20)
    is_automatic = models.BooleanField(default=False)
    transfer_key = models.UUIDField(unique=True, default=uuid7)
    payout_key = models.UUIDField(unique=True, default=uuid7)
    needs_transfer = models.BooleanField(default=True)
    """False when the money still lies on the freelancer's account at the processor, from a payout that came back."""
    source_currency = currency_field(blank=True, default="")
    """Of the platform's balance that a payout abroad is paid from: chosen once, so that a repeated call is the same."""
    remote_transfer_id = models.CharField(max_length=120, blank=True, default="")
    remote_payout_id = models.CharField(max_length=120, blank=True, default="")
    remote_reversal_id = models.CharField(max_length=120, blank=True, default="")
    """Once the cash of a payout that came back was taken onto the platform's balance again."""
    failure_code = models.CharField(max_length=60, blank=True, default="")
    attempts_made = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField()
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _known(states.PayoutStatus, "payments_payout_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payout_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "paid", "returned"]) | ~Q(remote_payout_id=""),
                name="payments_payout_submitted_is_remote",
            ),
            models.UniqueConstraint(
                fields=["gateway", "remote_payout_id"],
                condition=~Q(remote_payout_id=""),
                name="payments_payout_remote_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-requested_at"], name="payments_payout_of_org"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["requested", "sending"]),
                name="payments_payout_due",
            ),
        ]

    @property
    def went_abroad(self) -> bool:
        """One call paid it from the platform's balance: a transfer and a payout at once."""
        return bool(self.remote_transfer_id) and self.remote_transfer_id == self.remote_payout_id

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Chargeback(BaseModel):
    """A payment that the buyer's bank takes back: known by the processor's id, followed until it is won or lost."""

    number = models.CharField(max_length=20, unique=True)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="chargebacks")
    status = _status(states.ChargebackStatus)
    gateway = models.CharField(max_length=20)
    remote_id = models.CharField(max_length=120)
    amount_minor = amount_field()
    currency = currency_field()
    fee_minor = amount_field(default=0)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    evidence_key = models.UUIDField(unique=True, default=uuid7)
    evidence_text = models.TextField(blank=True, default="")
    """What staff handed in, as it went out."""
    evidence_by_id = models.UUIDField(null=True, blank=True)
    evidence_written_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    absorbed_at = models.DateTimeField(null=True, blank=True)
    """When a lost one was taken from whoever bears it; until then it stands as a claim."""

    class Meta:
        constraints = [
            _known(states.ChargebackStatus, "payments_chargeback_status_known"),
            models.UniqueConstraint(fields=["gateway", "remote_id"], name="payments_chargeback_remote_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, fee_minor__gte=0), name="payments_chargeback_amounts"
            ),
            models.CheckConstraint(
                condition=Q(absorbed_at=None) | Q(status="lost"), name="payments_chargeback_absorbed_is_lost"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["won", "lost"]) | Q(closed_at__isnull=False),
                name="payments_chargeback_closed_has_a_day",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)


class Attempt(BaseModel):
    """One try to send a payout or a refund, written down before the call."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, null=True, blank=True, related_name="attempts")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="attempts")
    nth = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=states.AttemptOutcome, default=states.AttemptOutcome.PENDING)
    detail = models.CharField(max_length=300, blank=True, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _known(states.AttemptOutcome, "payments_attempt_outcome_known", "outcome"),
            models.CheckConstraint(
                condition=Q(payout__isnull=False, refund__isnull=True) | Q(payout__isnull=True, refund__isnull=False),
                name="payments_attempt_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["payout", "nth"], condition=Q(payout__isnull=False), name="payments_attempt_payout_nth"
            ),
            models.UniqueConstraint(
                fields=["refund", "nth"], condition=Q(refund__isnull=False), name="payments_attempt_refund_nth"
            ),
        ]


class WebhookEvent(BaseModel):
    """The inbox: written down, answered with 200, handled later; the same notice twice is one row."""

    processor = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    reference = models.CharField(max_length=60, blank=True, default="")
    payload = models.JSONField()
    status = models.CharField(max_length=10, choices=states.WebhookStatus, default=states.WebhookStatus.RECEIVED)
    attempts_made = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["processor", "external_id"], name="payments_webhookevent_once"),
            _known(states.WebhookStatus, "payments_webhookevent_status_known"),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="received"), name="payments_webhookevent_due")
        ]


class TreasuryAct(BaseModel):
    """One act of the operator with its own money or kept tax: who, when, how much, why. The entry is the ledger's."""

    id = models.UUIDField(primary_key=True, editable=False)
    """Made by the form that was confirmed: the same form sent twice is one act."""
    kind = models.CharField(max_length=15, choices=states.TreasuryKind)
    subject = models.CharField(max_length=20, blank=True, default="")
    """The country of a tax, the processor of a sweep or a top-up."""
    amount_minor = amount_field()
    currency = currency_field()
    reason = models.TextField(max_length=1000)
    acted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    acted_at = models.DateTimeField()

    class Meta:
        constraints = [
            _known(states.TreasuryKind, "payments_treasuryact_kind_known", "kind"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_treasuryact_amount_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="payments_treasuryact_has_a_reason"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class TopUp(BaseModel):
    """The operator's own money on its way to the processor: written down with its key before the processor is asked."""

    id = models.UUIDField(primary_key=True, editable=False)
    """Made by the form that was confirmed, and the act's id once it has arrived."""
    gateway = models.CharField(max_length=20)
    status = _status(states.TopUpStatus)
    amount_minor = amount_field()
    currency = currency_field()
    reason = models.TextField(max_length=1000)
    remote_id = models.CharField(max_length=120, blank=True, default="")
    failure_code = models.CharField(max_length=60, blank=True, default="")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _known(states.TopUpStatus, "payments_topup_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_topup_amount_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="payments_topup_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(status__in=["submitted", "succeeded"]) | ~Q(remote_id=""),
                name="payments_topup_submitted_is_remote",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class SuspenseItem(BaseModel):
    """
    A difference between the processor and the books under one reference, put aside by an entry so that the clearing
    account is the processor's balance again. Two different people book it where it belongs.
    """

    number = models.CharField(max_length=20, unique=True)
    gateway = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    """The processor's id of the object, or our own where the processor knows nothing."""
    status = _status(states.SuspenseStatus)
    reason = models.CharField(max_length=20, choices=states.SuspenseReason)
    amount_minor = models.BigIntegerField()
    """What the processor has more (positive) or less (negative) than the books had."""
    currency = currency_field()
    opened_at = models.DateTimeField()
    target = models.CharField(max_length=30, choices=states.SuspenseTarget, blank=True, default="")
    target_organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    explanation = models.TextField(max_length=1000, blank=True, default="")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _known(states.SuspenseStatus, "payments_suspenseitem_status_known"),
            _known(states.SuspenseReason, "payments_suspenseitem_reason_known", "reason"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="payments_suspenseitem_amount_not_zero"),
            models.UniqueConstraint(
                fields=["gateway", "reference", "currency"],
                condition=Q(status__in=["open", "proposed"]),
                name="payments_suspenseitem_one_open",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="payments_suspenseitem_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(status="proposed") | (~Q(target="") & ~Q(explanation="") & Q(proposed_by__isnull=False)),
                name="payments_suspenseitem_proposed_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved")
                | Q(confirmed_by__isnull=False, proposed_by__isnull=False, closed_at__isnull=False),
                name="payments_suspenseitem_resolved_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(target="credit:employer") | Q(target_organization__isnull=False),
                name="payments_suspenseitem_credit_has_an_owner",
            ),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class ProcessorLine(BaseModel):
    """One line of the processor's own books about the platform's balance, as it was read; only its status changes."""

    gateway = models.CharField(max_length=20)
    line_id = models.CharField(max_length=120)
    type = models.CharField(max_length=40)
    reference = models.CharField(max_length=120, blank=True, default="")
    """The processor's object that moved the money; the line itself where it names none."""
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    currency = currency_field()
    booked_at = models.DateTimeField()
    available_at = models.DateTimeField(null=True, blank=True)
    status = _status(states.LineStatus)
    journal_id = models.UUIDField(null=True, blank=True)
    """The entry that says the same; where several do (amount and fee), the first."""
    item = models.ForeignKey(SuspenseItem, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "line_id"], name="payments_processorline_once"),
            _known(states.LineStatus, "payments_processorline_status_known"),
            models.CheckConstraint(
                condition=Q(net_minor=F("amount_minor") - F("fee_minor")), name="payments_processorline_net"
            ),
            models.CheckConstraint(
                condition=~Q(status="suspense") | Q(item__isnull=False), name="payments_processorline_suspense_has_item"
            ),
        ]
        indexes = [
            models.Index(fields=["gateway", "reference"], name="payments_pline_reference"),
            models.Index(fields=["gateway", "status"], name="payments_pline_status", condition=Q(status="waiting")),
        ]

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)


class BookLine(BaseModel):
    """
    What one entry of the books says about the processor's balance, with the processor's reference of the document
    behind it: the other side of `ProcessorLine`. The ledger is the truth; this only remembers what was matched.
    """

    gateway = models.CharField(max_length=20)
    journal_id = models.UUIDField()
    event = models.CharField(max_length=60)
    reference = models.CharField(max_length=120, blank=True, default="")
    amount_minor = models.BigIntegerField()
    currency = currency_field()
    booked_at = models.DateTimeField()
    status = _status(states.LineStatus)
    item = models.ForeignKey(SuspenseItem, on_delete=models.PROTECT, null=True, blank=True, related_name="book_lines")

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gateway", "journal_id", "currency"], name="payments_bookline_once"),
            _known(states.LineStatus, "payments_bookline_status_known"),
        ]
        indexes = [
            models.Index(fields=["gateway", "reference"], name="payments_bline_reference"),
            models.Index(fields=["gateway", "status"], name="payments_bline_status", condition=Q(status="waiting")),
        ]


class ReconciliationRun(BaseModel):
    """One comparison with one processor: what was read, and what differed."""

    gateway = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    is_clean = models.BooleanField()
    lines_read = models.PositiveIntegerField()
    items_opened = models.PositiveIntegerField()
    summary = models.JSONField(default=dict)
    """As `manage.py reconcile --json` prints it."""

    class Meta:
        indexes = [models.Index(fields=["gateway", "-started_at"], name="payments_run_newest")]


# -- the bank door: here the platform keeps the books that a processor keeps elsewhere


class BankRecipient(BaseModel):
    """An account at a bank that we pay to by ourselves: the one case in which the number is kept here."""

    key = models.UUIDField(unique=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    holder_name = models.CharField(max_length=160)
    iban = models.CharField(max_length=34)


class BankFile(BaseModel):
    """A pain.001 file as it was made; it is given to the bank by people."""

    number = models.CharField(max_length=20, unique=True)
    body = models.TextField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()


class BankOrder(BaseModel):
    """One credit transfer that we owe: of a payout or of a refund, once per key."""

    key = models.UUIDField(unique=True)
    document_id = models.UUIDField()
    type = models.CharField(max_length=10)
    """`transfer` for a payout, `refund` for a refund: as the line is called in the door's books."""
    status = _status(states.BankOrderStatus)
    holder_name = models.CharField(max_length=160)
    iban = models.CharField(max_length=34)
    amount_minor = amount_field()
    currency = currency_field()
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, null=True, blank=True, related_name="orders")
    ordered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            _known(states.BankOrderStatus, "payments_bankorder_status_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_bankorder_amount_positive"),
            models.CheckConstraint(condition=Q(type__in=["transfer", "refund"]), name="payments_bankorder_type_known"),
        ]
        indexes = [models.Index(fields=["document_id"], name="payments_bankorder_document")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def end_to_end_id(self) -> str:
        """What the bank gives back on its statement; 32 of the 35 characters it may have."""
        return self.id.hex.upper()


class BankStatement(BaseModel):
    """A statement as it was imported; the same file again changes nothing."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=160)
    closing_minor = models.BigIntegerField(null=True, blank=True)
    currency = currency_field()
    imported_at = models.DateTimeField()


class BankStatementLine(BaseModel):
    """One booking on the bank account, as the statement says it. Read, never changed."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    line_ref = models.CharField(max_length=120, unique=True)
    """The bank's own reference; where it gives none, made of the booking itself."""
    amount_minor = models.BigIntegerField()
    currency = currency_field()
    booked_on = models.DateField()
    reference = models.CharField(max_length=140, blank=True, default="")
    end_to_end_id = models.CharField(max_length=40, blank=True, default="")
    counterparty_name = models.CharField(max_length=160, blank=True, default="")
    counterparty_iban = models.CharField(max_length=34, blank=True, default="")
    order = models.ForeignKey(BankOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="payments_bankline_amount_not_zero"),
        ]
        indexes = [models.Index(fields=["reference"], name="payments_bankline_reference")]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class PaymentMethod(BaseModel):
    """Which door takes which payers' money, from when to when; the lowest rank is offered first."""

    gateway = models.CharField(max_length=20)
    country = models.CharField(max_length=2, blank=True, default="")
    """Of the payer; empty for every country."""
    currency = models.CharField(max_length=3, blank=True, default="")
    rank = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "country", "currency", "valid_from"], name="payments_paymentmethod_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="payments_paymentmethod_ends_later",
            ),
        ]
