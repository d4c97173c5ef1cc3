from apps.common.apps import AreaConfig


class ModerationConfig(AreaConfig):
    name = "apps.moderation"
    default = True
