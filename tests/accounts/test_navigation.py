"""The main links are those of the side that an organization is on."""

import re

import pytest

from tests.conftest import log_in

HIRING, WORKING = {"Find people", "My tasks"}, {"Find work", "My bids"}


@pytest.mark.parametrize(
    ("hires", "works", "shown", "hidden"),
    [
        (True, False, HIRING, WORKING),
        (False, True, WORKING, HIRING),
        (True, True, HIRING | WORKING, set()),
    ],
)
def test_the_main_links_are_those_of_the_role(make, client, hires, works, shown, hidden):
    organization = make.employer(hires=hires, works=works)
    page = log_in(client, organization).get("/en/contracts/").content.decode()
    main = re.search(r'<nav class="mainnav.*?</nav>', page, re.DOTALL).group(0)
    for label in shown | {"Contracts", "Money"}:
        assert label in main, label
    for label in hidden:
        assert label not in main, label
    # What people sometimes need of the employers' side stays reachable from the account's menu.
    for path in ("/en/people/", "/en/tasks/mine/", "/en/messages/", "/en/reviews/", "/en/disputes/"):
        assert f'href="{path}"' in page, path


def test_a_stranger_sees_work_and_people(client, db):
    page = client.get("/en/people/").content.decode()
    main = re.search(r'<nav class="mainnav.*?</nav>', page, re.DOTALL).group(0)
    assert "Find work" in main
    assert "Find people" in main
    assert "My tasks" not in main
