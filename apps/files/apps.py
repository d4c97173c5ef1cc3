from apps.common.apps import AreaConfig


class FilesConfig(AreaConfig):
    name = "apps.files"
    default = True
