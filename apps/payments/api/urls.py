from django.urls import path

from apps.payments.api import views

urlpatterns = [
    path("charges/", views.Charges.as_view(), name="api-charges"),
    path("charges/<uuid:charge_id>/", views.OneCharge.as_view(), name="api-charge"),
    path("charges/<uuid:charge_id>/cancel/", views.CancelCharge.as_view(), name="api-charge-cancel"),
]
