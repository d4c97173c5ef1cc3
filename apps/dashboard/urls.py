from django.urls import path

from apps.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("money/income/", views.income, name="income"),
    path("staff/failed/", views.failures, name="failures"),
    path("staff/failed/<slug:kind>/<str:row_id>/", views.run_again, name="run_again"),
    path("fees/", views.fees, name="fees"),
    path("help/", views.help_page, name="help"),
]
