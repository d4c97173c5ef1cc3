from apps.common.apps import AreaConfig


class SkillsConfig(AreaConfig):
    name = "apps.skills"
    default = True
