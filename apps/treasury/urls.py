from django.urls import path

from apps.treasury.views import internal_transfers, pauses, reconciliation, treasury

app_name = "treasury"
urlpatterns = [
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/run/", reconciliation.reconcile_now, name="reconcile_now"),
    path("reconciliation/<uuid:item_id>/", reconciliation.suspense, name="suspense"),
    path("internal-transfers/", internal_transfers.internal_transfers, name="internal_transfers"),
    path("internal-transfers/<uuid:transfer_id>/", internal_transfers.internal_transfer, name="internal_transfer"),
    path("treasury/pause/", pauses.pause, name="pause"),
    path("treasury/", treasury.treasury, name="treasury"),
    path("treasury/<slug:kind>/<str:currency>/", treasury.treasury_operation, name="treasury_operation"),
    path(
        "treasury/<slug:kind>/<str:currency>/<slug:subject>/", treasury.treasury_operation, name="treasury_operation_on"
    ),
    path("treasury/transfers/<uuid:payout_id>/reverse/", treasury.reverse_transfer, name="reverse_transfer"),
]
