from apps.common.apps import AreaConfig


class BiddingConfig(AreaConfig):
    name = "apps.bidding"
    default = True
