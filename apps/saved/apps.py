from apps.common.apps import AreaConfig


class SavedConfig(AreaConfig):
    name = "apps.saved"
    default = True
