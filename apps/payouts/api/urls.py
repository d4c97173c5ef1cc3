from django.urls import path

from apps.payouts.api import views

urlpatterns = [
    path("balances/", views.Balances.as_view(), name="api-balances"),
    path("statement/", views.Statement.as_view(), name="api-statement"),
    path("journal-entries/", views.JournalEntries.as_view(), name="api-journal-entries"),
    path("payout-account/", views.PayoutAccounts.as_view(), name="api-payout-account"),
    path("payout-account/methods/", views.PayoutMethods.as_view(), name="api-payout-account-methods"),
    path("payout-account/onboarding/", views.Onboarding.as_view(), name="api-payout-account-onboarding"),
    path("quotes/", views.Quotes.as_view(), name="api-quotes"),
    path("quotes/<uuid:quote_id>/", views.OneQuote.as_view(), name="api-quote"),
    path("payouts/", views.Payouts.as_view(), name="api-payouts"),
    path("payouts/<uuid:payout_id>/", views.OnePayout.as_view(), name="api-payout"),
]
