"""Totals and tax treatment as plain arithmetic: values in, values out."""

from apps.invoicing.rules.tax import Decision, decide
from apps.invoicing.rules.totals import Category, Totals, categories, issuer_code, label, part_of, short_mark, totals

__all__ = [
    "Category",
    "Decision",
    "Totals",
    "categories",
    "decide",
    "issuer_code",
    "label",
    "part_of",
    "short_mark",
    "totals",
]
