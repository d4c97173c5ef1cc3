from __future__ import annotations

from django.db import models

from apps.accounts.models import Organization
from apps.common.models import BaseModel, amount_field, currency_field
from apps.common.money import Money


class Report(BaseModel):
    """The liabilities and assets of one night, as published; append-only."""

    night = models.DateField(unique=True)
    taken_at = models.DateTimeField()
    gateway = models.CharField(max_length=20)
    processor = models.JSONField(null=True)
    """The balances reported by the payment processor, {currency: minor units}; null if it did not respond."""
    trial_balance = models.JSONField()
    """[[group of accounts, currency, minor units with debit positive], ...]; sums to zero per currency."""
    chain_links = models.BigIntegerField()
    chain_head = models.CharField(max_length=64, blank=True)


class Tree(BaseModel):
    """The Merkle-sum tree of one currency on one night; append-only."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="trees")
    currency = currency_field()
    root_hash = models.CharField(max_length=64)
    total_minor = amount_field()
    leaf_count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "currency"], name="assurance_tree_one_per_currency"),
            models.CheckConstraint(condition=models.Q(total_minor__gt=0), name="assurance_tree_owes_something"),
        ]

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


class Level(models.Model):
    """One level of a tree, packed (`rules.pack`); level 0 holds the leaves. Old levels may be deleted, roots never."""

    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="levels")
    height = models.PositiveSmallIntegerField()
    width = models.PositiveIntegerField()
    nodes = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tree", "height"], name="assurance_level_once")]


class Leaf(models.Model):
    """One balance of one customer in a tree. `beneficiary`, for whom the money is held, may see it too."""

    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="leaves")
    position = models.PositiveIntegerField()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    beneficiary = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    account_code = models.CharField(max_length=120)
    amount_minor = amount_field()
    nonce = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tree", "position"], name="assurance_leaf_position_once"),
            models.UniqueConstraint(fields=["tree", "account_code"], name="assurance_leaf_account_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="assurance_leaf_owes_something"),
        ]
        indexes = [
            models.Index(fields=["organization", "tree"], name="assurance_leaf_of_org"),
            models.Index(fields=["beneficiary", "tree"], name="assurance_leaf_for_org"),
        ]

    @property
    def kind(self) -> str:
        """The kind of balance: the account code without its object."""
        return self.account_code.rsplit(":", 1)[0]
