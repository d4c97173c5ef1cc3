from django.urls import path

from apps.choosing.api import views

urlpatterns = [
    path("tasks/<uuid:task_id>/evaluation/", views.OneEvaluation.as_view(), name="api-evaluation"),
    path("tasks/<uuid:task_id>/agreements/", views.Agreements.as_view(), name="api-agreements"),
    path("bids/<uuid:bid_id>/scores/", views.BidScores.as_view(), name="api-bid-scores"),
    path("bids/<uuid:bid_id>/notes/", views.BidNotes.as_view(), name="api-bid-notes"),
    path("bid-notes/<uuid:note_id>/", views.OneNote.as_view(), name="api-bid-note"),
]
