from django.urls import path

from apps.treasury.api import views

urlpatterns = [
    path("payouts/<uuid:payout_id>/reversal/", views.TransferReversal.as_view(), name="api-payout-reversal"),
    path("treasury/", views.Treasury.as_view(), name="api-treasury"),
    path("treasury/cash/", views.CashMoves.as_view(), name="api-cash-moves"),
    path("treasury/cash/<uuid:move_id>/", views.OneCashMove.as_view(), name="api-cash-move"),
    path("treasury/acts/", views.TreasuryActs.as_view(), name="api-treasury-acts"),
]
