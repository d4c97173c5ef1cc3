from apps.common.apps import AreaConfig


class NotificationsConfig(AreaConfig):
    name = "apps.notifications"
    default = True

    def ready(self) -> None:
        super().ready()
        # Here, because the models are loaded by now.
        from django.db.models import OuterRef

        from apps.accounts.sessions import read_with_login
        from apps.notifications.queries import unread_of

        read_with_login("unread_notifications", unread_of(OuterRef("user_id")))
