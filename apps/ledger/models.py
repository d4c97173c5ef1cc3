"""
The tables of the ledger. Rows are written only by the SQL function ``ledger_post`` and never changed; the triggers in
the migration ``0002_invariants`` enforce this for every database user.
"""

from django.db import models
from django.db.models import Q

from apps.ledger import chart


class LedgerAccount(models.Model):
    """An account in one currency, opened by the first entry that uses it."""

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
    """SHA-256 of the entry's content: a retry must have the same content, and later changes are detected."""
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    xact = models.BigIntegerField()
    """The database transaction that wrote the entry; no other transaction can add lines to it (I2)."""

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
    # A trigger checks that the entry and the account in this currency exist, without a foreign key's locks:
    # 0007_no_shared_locks
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
    """The balance of one guarded account, maintained by a trigger; its check constraint refuses an overdraft (I6)."""

    account = models.OneToOneField(LedgerAccount, on_delete=models.PROTECT, primary_key=True, related_name="balance")
    side = models.SmallIntegerField()
    amount_minor = models.BigIntegerField()
    version = models.BigIntegerField()
    """The number of entries that changed the account."""

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
    The position of one entry in the hash chain: its hash covers the entry and the hash of the previous link.

    Links are created in batches by one writer (`ledger_chain_extend`), never while money moves.
    """

    seq = models.BigIntegerField(primary_key=True)
    journal = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="link")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(seq__gt=0), name="ledger_chainlink_counts_from_one"),
        ]


class ChainSeal(models.Model):
    """The end of one batch: with a copy of its hash, anyone can prove that no entry before it was rewritten."""

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
