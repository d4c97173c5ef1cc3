from django.urls import path

from apps.dashboard.views import calendars, pages

app_name = "dashboard"
urlpatterns = [
    path("", pages.home, name="home"),
    path("money/income/", pages.income, name="income"),
    path("staff/", pages.staff, name="staff"),
    path("staff/failed/", pages.failures, name="failures"),
    path("staff/failed/<slug:kind>/<str:row_id>/", pages.run_again, name="run_again"),
    path("fees/", pages.fees, name="fees"),
    path("help/", pages.help_page, name="help"),
    path("settings/calendar/", calendars.calendar, name="calendar"),
    path("settings/calendar/remove/", calendars.remove_calendar, name="remove_calendar"),
    path("calendars/<str:token>/", calendars.calendar_feed, name="calendar_feed"),
    path("deadlines/<uuid:subject_id>/", calendars.deadline_file, name="deadline_file"),
]
