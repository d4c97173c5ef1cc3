from decimal import Decimal

from apps.reviews import rules


def test_rating_is_the_mean_of_the_three_axes():
    rating = rules.rating(2, quality=9, communication=7, skill=10)

    assert (rating.quality, rating.communication, rating.skill) == (Decimal("4.5"), Decimal("3.5"), Decimal("5.0"))
    assert rating.overall == Decimal("4.3")


def test_rating_of_nothing_claims_nothing():
    assert rules.rating(0, 0, 0, 0).overall is None
