"""Shows that a bid exists, not its content: staff cannot read sealed bids either."""

from django.contrib import admin

from apps.bidding.models import Bid
from apps.common.admin import ReadOnlyAdmin


@admin.register(Bid)
class BidAdmin(ReadOnlyAdmin):
    list_display = ("submitted_at", "task", "bidder", "status", "revision")
    list_filter = ("status",)
    search_fields = ("task__title", "bidder__display_name")
    list_select_related = ("task", "bidder")
    fields = ("task", "bidder", "submitted_by", "status", "revision", "submitted_at", "edited_at")
