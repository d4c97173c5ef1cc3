"""URLs that payment providers call, without a language prefix."""

from django.urls import path

from apps.gateways import views

urlpatterns = [
    path("<slug:processor>/", views.receive, name="webhook"),
    path("<slug:processor>/thin/", views.receive_thin, name="webhook_thin"),
]
