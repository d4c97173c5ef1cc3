from apps.common.apps import AreaConfig


class MatchingConfig(AreaConfig):
    name = "apps.matching"
    default = True
