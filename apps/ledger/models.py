"""
The books. Rows are written by the SQL function ``ledger_post`` alone and never changed; see the migration
``0002_invariants`` for the triggers that hold this whoever writes.
"""

from django.db import models
from django.db.models import Q

from apps.ledger import chart


class LedgerAccount(models.Model):
    """An account in one currency, opened by the first entry that names it."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=10, choices=chart.AccountKind.choices)
    is_guarded = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "currency"], name="ledger_account_code_currency"),
            models.CheckConstraint(condition=Q(kind__in=chart.AccountKind.values), name="ledger_account_kind_known"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="ledger_account_currency_iso"),
        ]


class JournalEntry(models.Model):
    """One business event: two or more postings that sum to zero in each currency."""

    id = models.UUIDField(primary_key=True)
    event = models.CharField(max_length=60)
    idem_key = models.UUIDField(unique=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    memo = models.CharField(max_length=200, blank=True)
    refs = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of what the entry says; a retry must say the same, and later tampering is seen."""
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    xact = models.BigIntegerField()
    """The database transaction that wrote the entry; nothing can be added by another one (I2)."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(event=""), name="ledger_journal_event_named"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reverses=models.F("id")), name="ledger_journal_not_itself"
            ),
        ]


class Posting(models.Model):
    """One line of a journal entry: debit positive, credit negative, in minor units of the account's currency."""

    id = models.BigAutoField(primary_key=True)
    # a trigger looks for the entry, and for the account in this currency, without a key's locks: 0007_no_shared_locks
    journal = models.ForeignKey(
        JournalEntry, on_delete=models.PROTECT, related_name="postings", db_constraint=False, db_index=False
    )
    account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="postings", db_constraint=False, db_index=False
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_posting_amount_not_zero"),
        ]
        indexes = [
            models.Index(fields=["journal"], name="ledger_posting_journal"),
            models.Index(fields=["account", "id"], name="ledger_posting_account_line"),
        ]


class Balance(models.Model):
    """The balance of one guarded account, kept by a trigger; its check is what refuses an overdraft (I6)."""

    account = models.OneToOneField(LedgerAccount, on_delete=models.PROTECT, primary_key=True, related_name="balance")
    side = models.SmallIntegerField()
    amount_minor = models.BigIntegerField()
    version = models.BigIntegerField()
    """How many entries have touched the account."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(side__in=[1, -1]), name="ledger_balance_side_known"),
            models.CheckConstraint(
                condition=Q(side=1, amount_minor__gte=0) | Q(side=-1, amount_minor__lte=0),
                name="ledger_balance_never_crosses_zero",
            ),
        ]


class ChainLink(models.Model):
    """
    The place of one entry in the chain: its hash covers the entry and the hash of the link before it.

    Links are made in batches by one writer (`ledger_chain_extend`), never while money moves.
    """

    seq = models.BigIntegerField(primary_key=True)
    journal = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="link")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(seq__gt=0), name="ledger_chainlink_counts_from_one"),
        ]


class ChainSeal(models.Model):
    """The end of one batch: who keeps a copy of its hash can prove that nothing before it was rewritten."""

    id = models.BigAutoField(primary_key=True)
    first_seq = models.BigIntegerField(unique=True)
    last_seq = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_seq__gte=models.F("first_seq")), name="ledger_chainseal_covers_something"
            ),
        ]
