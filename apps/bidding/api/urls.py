from django.urls import path

from apps.bidding.api import views

urlpatterns = [
    path("bids/", views.Bids.as_view(), name="api-bids"),
    path("bids/preview/", views.Preview.as_view(), name="api-bid-preview"),
    path("bids/<uuid:bid_id>/", views.OneBid.as_view(), name="api-bid"),
    path("bids/<uuid:bid_id>/withdraw/", views.Withdraw.as_view(), name="api-bid-withdraw"),
    path("bids/<uuid:bid_id>/shortlist/", views.Shortlist.as_view(), name="api-bid-shortlist"),
    path("bids/<uuid:bid_id>/decline/", views.Decline.as_view(), name="api-bid-decline"),
    path("bids/<uuid:bid_id>/reason/", views.Reason.as_view(), name="api-bid-reason"),
    path("bids/<uuid:bid_id>/debrief/", views.Debrief.as_view(), name="api-bid-debrief"),
]
