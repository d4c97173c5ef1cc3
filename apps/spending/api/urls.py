from django.urls import path

from apps.spending.api import views

urlpatterns = [
    path("spending/limits/", views.Limits.as_view(), name="api-spending-limits"),
    path("spending/limits/changes/<uuid:change_id>/", views.RuleChange.as_view(), name="api-spending-limits-change"),
    path("spending/budgets/", views.Budgets.as_view(), name="api-budgets"),
    path("spending/budgets/<uuid:budget_id>/close/", views.CloseBudget.as_view(), name="api-budget-close"),
    path("spending/approvals/", views.Approvals.as_view(), name="api-approvals"),
    path("spending/approvals/<uuid:approval_id>/decision/", views.Decide.as_view(), name="api-approval-decide"),
    path("spending/payments/", views.Spends.as_view(), name="api-spends"),
]
