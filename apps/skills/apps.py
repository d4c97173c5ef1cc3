from pathlib import Path

from django.conf import settings

from apps.common.apps import AreaConfig
from ranking import skill_files


class SkillsConfig(AreaConfig):
    name = "apps.skills"
    default = True

    def ready(self) -> None:
        super().ready()
        skill_files.set_own_tables(lambda: Path(settings.ESCO_TABLES))
