from apps.common.apps import AreaConfig


class AccountsConfig(AreaConfig):
    name = "apps.accounts"
    default = True
