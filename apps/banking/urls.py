from django.urls import path

from apps.banking import views

app_name = "banking"
urlpatterns = [
    path("bank/", views.bank, name="bank"),
    path("bank/files/", views.bank_export, name="bank_export"),
    path("bank/files/<uuid:file_id>/", views.bank_file, name="bank_file"),
    path("bank/orders/<uuid:order_id>/", views.bank_order, name="bank_order"),
]
