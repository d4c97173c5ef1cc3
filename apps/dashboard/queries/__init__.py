"""What home pages show: what waits for one, and what a freelancer earns."""

from apps.dashboard.queries.income import CurrencyIncome, incomes
from apps.dashboard.queries.todos import Todo, todos

__all__ = ["CurrencyIncome", "Todo", "incomes", "todos"]
