from django.urls import path

from apps.payouts.views import accounts, payouts, wallet

app_name = "payouts"
urlpatterns = [
    path("", wallet.wallet, name="wallet"),
    path("statement.csv", wallet.statement_csv, name="statement_csv"),
    path("entries/<uuid:journal_id>/", wallet.entry, name="entry"),
    path("withdraw/<str:currency>/", payouts.withdraw, name="withdraw"),
    path("quotes/<uuid:quote_id>/", payouts.quote, name="quote"),
    path("quotes/<uuid:quote_id>/accept/", payouts.accept, name="accept"),
    path("account/", accounts.account, name="account"),
    path("account/continue/", accounts.account_continue, name="account_continue"),
    path("account/return/", accounts.account_return, name="account_return"),
    path("account/by/<slug:name>/", accounts.account_by, name="account_by"),
    path("account/automatic/", accounts.automatic, name="automatic"),
    path("withdrawals/", payouts.payouts, name="payouts"),
    path("withdrawals/<uuid:payout_id>/", payouts.payout, name="payout"),
]
