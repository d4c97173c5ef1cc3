from apps.common.apps import AreaConfig


class NotificationsConfig(AreaConfig):
    name = "apps.notifications"
    default = True
