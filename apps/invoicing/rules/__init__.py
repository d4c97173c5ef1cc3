"""Totals and tax treatment as plain arithmetic: values in, values out."""

from apps.invoicing.rules.tax import Decision, decide
from apps.invoicing.rules.totals import Category, Totals, categories, label, part_of, totals

__all__ = ["Category", "Decision", "Totals", "categories", "decide", "label", "part_of", "totals"]
