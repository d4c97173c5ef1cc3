from django.urls import path

from apps.spending import views

app_name = "spending"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("limits/", views.rule, name="rule"),
    path("limits/<uuid:change_id>/agree/", views.agree, name="agree"),
    path("limits/<uuid:change_id>/withdraw/", views.withdraw_change, name="withdraw_change"),
    path("budgets/new/", views.new_budget, name="new_budget"),
    path("budgets/<uuid:budget_id>/close/", views.close_budget, name="close_budget"),
    path("approvals/<uuid:approval_id>/", views.approval, name="approval"),
    path("approvals/<uuid:approval_id>/decide/", views.decide, name="decide"),
    path("approvals/<uuid:approval_id>/withdraw/", views.withdraw, name="withdraw"),
    path("export.csv", views.export, name="export"),
]
