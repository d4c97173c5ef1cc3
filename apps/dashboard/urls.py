from django.urls import path

from apps.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("money/income/", views.income, name="income"),
    path("help/", views.help_page, name="help"),
]
