from django.urls import path

from apps.treasury.api import views

urlpatterns = [
    path("payouts/<uuid:payout_id>/reversal/", views.TransferReversal.as_view(), name="api-payout-reversal"),
    path("treasury/", views.Treasury.as_view(), name="api-treasury"),
    path("treasury/internal-transfers/", views.InternalTransfers.as_view(), name="api-internal-transfers"),
    path(
        "treasury/internal-transfers/<uuid:transfer_id>/",
        views.OneInternalTransfer.as_view(),
        name="api-internal-transfer",
    ),
    path("treasury/operations/", views.TreasuryOperations.as_view(), name="api-treasury-operations"),
]
