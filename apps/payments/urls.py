from django.urls import path

from apps.payments import views

app_name = "payments"
urlpatterns = [
    path("money/", views.wallet, name="wallet"),
    path("money/statement.csv", views.statement_csv, name="statement_csv"),
    path("money/entries/<uuid:journal_id>/", views.entry, name="entry"),
    path("money/withdraw/<str:currency>/", views.withdraw, name="withdraw"),
    path("money/quotes/<uuid:quote_id>/", views.quote, name="quote"),
    path("money/quotes/<uuid:quote_id>/accept/", views.accept, name="accept"),
    path("money/account/", views.account, name="account"),
    path("money/account/continue/", views.account_continue, name="account_continue"),
    path("money/account/return/", views.account_return, name="account_return"),
    path("money/account/by/<slug:name>/", views.account_by, name="account_by"),
    path("money/account/automatic/", views.automatic, name="automatic"),
    path("money/withdrawals/", views.payouts, name="payouts"),
    path("money/withdrawals/<uuid:payout_id>/", views.payout, name="payout"),
    path("money/chargebacks/", views.chargebacks, name="chargebacks"),
    path("money/chargebacks/<uuid:chargeback_id>/", views.chargeback, name="chargeback"),
    path("money/payments/", views.charges, name="charges"),
    path("money/payments/<uuid:charge_id>/", views.charge, name="charge"),
    path("money/credit/<str:currency>/", views.credit, name="credit"),
    path("money/transfers/<uuid:charge_id>/", views.bank_transfer, name="bank_transfer"),
    path("money/bank/", views.bank, name="bank"),
    path("money/bank/files/", views.bank_export, name="bank_export"),
    path("money/bank/files/<uuid:file_id>/", views.bank_file, name="bank_file"),
    path("money/bank/orders/<uuid:order_id>/", views.bank_order, name="bank_order"),
    path("money/reconciliation/", views.reconciliation, name="reconciliation"),
    path("money/reconciliation/run/", views.reconcile_now, name="reconcile_now"),
    path("money/reconciliation/<uuid:item_id>/", views.suspense, name="suspense"),
    path("money/cash/", views.cash_moves, name="cash_moves"),
    path("money/cash/<uuid:move_id>/", views.cash_move, name="cash_move"),
    path("money/treasury/", views.treasury, name="treasury"),
    path("money/treasury/<slug:kind>/<str:currency>/", views.treasury_act, name="treasury_act"),
    path("money/treasury/<slug:kind>/<str:currency>/<slug:subject>/", views.treasury_act, name="treasury_act_on"),
    path("money/treasury/transfers/<uuid:payout_id>/reverse/", views.reverse_transfer, name="reverse_transfer"),
]
