"""
From the events of every area to notifications: who is notified, and which values the sentence needs.

What an event reports may have gone on since; the rows are read as they are now, and a row that is gone tells nobody.
"""

from apps.accounts import adapter
from apps.notifications import operations
from apps.notifications.subscribers import bids, contracts, disputes, money, people, tasks

__all__ = ["bids", "contracts", "disputes", "money", "people", "tasks"]

adapter.on_mail(operations.queue_account_mail)
