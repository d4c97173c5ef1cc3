from apps.common.apps import AreaConfig


class ComplianceConfig(AreaConfig):
    name = "apps.compliance"
    default = True
