from django.urls import path

from apps.messaging import views

app_name = "messaging"
urlpatterns = [
    path("messages/", views.inbox, name="list"),
    path("contracts/<uuid:contract_id>/messages/", views.thread, name="thread"),
    path("contracts/<uuid:contract_id>/messages/send/", views.send, name="send"),
    path("contracts/<uuid:contract_id>/messages/read/", views.read, name="read"),
    path("messages/files/<uuid:file_id>/", views.file, name="file"),
]
