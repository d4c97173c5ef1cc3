from django.urls import path

from apps.messaging.api import views

urlpatterns = [
    path("contracts/<uuid:contract_id>/messages/", views.Thread.as_view(), name="api-messages"),
    path("contracts/<uuid:contract_id>/messages/read/", views.ThreadRead.as_view(), name="api-messages-read"),
]
