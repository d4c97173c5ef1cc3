from apps.common.apps import AreaConfig


class TrackRecordsConfig(AreaConfig):
    name = "apps.track_records"
    default = True
