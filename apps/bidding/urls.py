from django.urls import path

from apps.bidding import views

app_name = "bidding"
urlpatterns = [
    path("bids/", views.mine, name="mine"),
    path("bids/<uuid:bid_id>/", views.detail, name="detail"),
    path("bids/<uuid:bid_id>/edit/", views.edit, name="edit"),
    path("bids/<uuid:bid_id>/withdraw/", views.withdraw, name="withdraw"),
    path("bids/<uuid:bid_id>/shortlist/", views.shortlist, name="shortlist"),
    path("bids/<uuid:bid_id>/decline/", views.decline, name="decline"),
    path("tasks/<uuid:task_id>/bid/", views.new, name="new"),
    path("tasks/<uuid:task_id>/bid/preview/", views.preview, name="preview"),
    path("tasks/<uuid:task_id>/bids/", views.compare, name="compare"),
]
