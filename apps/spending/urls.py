from django.urls import path

from apps.spending import views

app_name = "spending"
urlpatterns = [
    path("spending/", views.overview, name="overview"),
    path("spending/limits/", views.rule, name="rule"),
    path("spending/limits/<uuid:change_id>/agree/", views.agree, name="agree"),
    path("spending/limits/<uuid:change_id>/withdraw/", views.withdraw_change, name="withdraw_change"),
    path("spending/budgets/new/", views.new_budget, name="new_budget"),
    path("spending/budgets/<uuid:budget_id>/close/", views.close_budget, name="close_budget"),
    path("spending/approvals/<uuid:approval_id>/", views.approval, name="approval"),
    path("spending/approvals/<uuid:approval_id>/decide/", views.decide, name="decide"),
    path("spending/approvals/<uuid:approval_id>/withdraw/", views.withdraw, name="withdraw"),
    path("spending/export.csv", views.export, name="export"),
]
