from apps.common.apps import AreaConfig


class MessagingConfig(AreaConfig):
    name = "apps.messaging"
    default = True
