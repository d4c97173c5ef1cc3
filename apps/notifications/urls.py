from django.urls import path

from apps.notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notification_list, name="list"),
    path("notifications/read/", views.mark_all_read, name="mark-all-read"),
    path("notifications/<uuid:notification_id>/done/", views.mark_thread_read, name="mark-thread-read"),
    path("notifications/<uuid:notification_id>/", views.open_notification, name="open"),
    path("settings/notifications/", views.preferences, name="preferences"),
    path("settings/notifications/devices/", views.add_device, name="add-device"),
    path("settings/notifications/devices/test/", views.test_devices, name="test-devices"),
    path("settings/notifications/devices/<uuid:device_id>/remove/", views.remove_device, name="remove-device"),
    path("notifications/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
