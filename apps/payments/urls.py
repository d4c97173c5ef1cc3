from django.urls import path

from apps.payments.views import bank_transfers, chargebacks, charges, credits

app_name = "payments"
urlpatterns = [
    path("chargebacks/", chargebacks.chargebacks, name="chargebacks"),
    path("chargebacks/<uuid:chargeback_id>/", chargebacks.chargeback, name="chargeback"),
    path("payments/", charges.charges, name="charges"),
    path("payments/<uuid:charge_id>/", charges.charge, name="charge"),
    path("payments/<uuid:charge_id>/cancel/", charges.cancel_charge, name="cancel_charge"),
    path("credit/<str:currency>/", credits.credit, name="credit"),
    path("transfers/<uuid:charge_id>/", bank_transfers.bank_transfer, name="bank_transfer"),
]
