from django.urls import path

from apps.bidding.views import bids, compare

app_name = "bidding"
urlpatterns = [
    path("bids/", bids.mine, name="mine"),
    path("bids/<uuid:bid_id>/", bids.detail, name="detail"),
    path("bids/<uuid:bid_id>/edit/", bids.edit, name="edit"),
    path("bids/<uuid:bid_id>/withdraw/", bids.withdraw, name="withdraw"),
    path("bids/<uuid:bid_id>/shortlist/", compare.shortlist, name="shortlist"),
    path("bids/<uuid:bid_id>/decline/", compare.decline, name="decline"),
    path("bids/<uuid:bid_id>/reason/", compare.explain, name="explain"),
    path("tasks/<uuid:task_id>/bid/", bids.new, name="new"),
    path("tasks/<uuid:task_id>/bid/preview/", bids.preview, name="preview"),
    path("tasks/<uuid:task_id>/bids/", compare.compare, name="compare"),
]
