from apps.common.apps import AreaConfig


class PrivacyConfig(AreaConfig):
    name = "apps.privacy"
    default = True
