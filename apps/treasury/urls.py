from django.urls import path

from apps.treasury.views import internal_transfers, pauses, reconciliation, treasury

app_name = "treasury"
urlpatterns = [
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/run/", reconciliation.reconcile_now, name="reconcile_now"),
    path("reconciliation/<uuid:item_id>/", reconciliation.suspense, name="suspense"),
    path("cash/", internal_transfers.cash_moves, name="cash_moves"),
    path("cash/<uuid:move_id>/", internal_transfers.cash_move, name="cash_move"),
    path("treasury/pause/", pauses.pause, name="pause"),
    path("treasury/", treasury.treasury, name="treasury"),
    path("treasury/<slug:kind>/<str:currency>/", treasury.treasury_act, name="treasury_act"),
    path("treasury/<slug:kind>/<str:currency>/<slug:subject>/", treasury.treasury_act, name="treasury_act_on"),
    path("treasury/transfers/<uuid:payout_id>/reverse/", treasury.reverse_transfer, name="reverse_transfer"),
]
