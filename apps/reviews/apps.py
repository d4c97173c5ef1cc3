from apps.common.apps import AreaConfig


class ReviewsConfig(AreaConfig):
    name = "apps.reviews"
    default = True
