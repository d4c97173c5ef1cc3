"""Every page of the site is reached from the site."""

from devstack.reference import addresses


def test_every_page_has_a_way_to_it():
    assert [name for name in addresses.page_names() if not addresses.linked_from(name)] == []


def test_a_page_that_nothing_names_would_be_seen():
    assert addresses.linked_from("tasks:no-such-page") == []
    assert addresses.linked_from("tasks:list")[0].endswith(".html")
