from django.urls import path

from apps.choosing import views

app_name = "choosing"
urlpatterns = [
    path("tasks/<uuid:task_id>/award-criteria/", views.criteria, name="criteria"),
    path("tasks/<uuid:task_id>/scores/", views.scores, name="scores"),
    path("tasks/<uuid:task_id>/scores/agree/", views.agree, name="agree"),
    path("tasks/<uuid:task_id>/scores/reopen/", views.reopen, name="reopen"),
    path("bids/<uuid:bid_id>/scores/", views.bid, name="bid"),
    path("bids/<uuid:bid_id>/notes/", views.note, name="note"),
    path("bids/notes/<uuid:note_id>/delete/", views.delete_note, name="delete-note"),
    path("agreements/<uuid:agreement_id>/", views.agreement, name="agreement"),
]
