from datetime import date

from django.urls import path, register_converter

from apps.assurance import views


class NightConverter:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(NightConverter, "night")

app_name = "assurance"
urlpatterns = [
    path("transparency/", views.transparency, name="transparency"),
    path("transparency/<night:night>/", views.transparency, name="night"),
    path("transparency/<night:night>/report.json", views.report_json, name="report_json"),
    path("transparency/verify_inclusion.py", views.verifier, name="verifier"),
    path("money/proof/", views.mine, name="mine"),
    path("money/proof/download/", views.mine_json, name="mine_json"),
]
