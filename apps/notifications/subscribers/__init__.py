"""
Turns the events of all apps into notifications: who is notified, and which values the text needs.

The state may have changed since the event. Rows are read as they are now, and no one is notified about a deleted row.
"""

from apps.accounts import adapter
from apps.notifications import operations
from apps.notifications.subscribers import bids, choosing, contracts, disputes, frameworks, logins, money, people, tasks

__all__ = ["bids", "choosing", "contracts", "disputes", "frameworks", "logins", "money", "people", "tasks"]

adapter.on_mail(operations.queue_account_mail)
