from django.urls import path

from apps.notifications.api import views

urlpatterns = [
    path("notifications/", views.Notifications.as_view(), name="api-notifications"),
    path("notifications/unread/", views.Unread.as_view(), name="api-notifications-unread"),
    path("notifications/read/", views.ReadAll.as_view(), name="api-notifications-read-all"),
    path("notifications/preferences/", views.Preferences.as_view(), name="api-notification-preferences"),
    path("notifications/hours/", views.Hours.as_view(), name="api-notification-hours"),
    path("notifications/devices/", views.Devices.as_view(), name="api-notification-devices"),
    path("notifications/devices/test/", views.DeviceTest.as_view(), name="api-notification-devices-test"),
    path("notifications/devices/<uuid:device_id>/", views.Device.as_view(), name="api-notification-device"),
    path("notifications/<uuid:notification_id>/read/", views.Read.as_view(), name="api-notification-read"),
]
