"""What is read in bulk for the candidate index is what is read of each."""

from datetime import timedelta

import numpy as np
import pytest

from apps.accounts.models import Organization, Profile, ProfileLanguage, User
from apps.accounts.operations import profiles
from apps.bidding.models import Bid
from apps.contracts.models import Contract
from apps.matching.queries import candidates, inputs
from apps.skills.models import Skill
from apps.tasks.models import TaskSkill
from ranking.candidate_index import segments
from ranking.candidate_index import writer as candidate_index_writer
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def skill(slug):
    return Skill.objects.get(slug=slug).id


@pytest.fixture
def market(make):
    """People of many zones, currencies and languages, with bids, work that was accepted, cancelled and still runs."""
    react, nextjs, logo = skill("react"), skill("nextjs"), skill("logo-design")
    kinds = [
        ("Ada", {"react": 4, "nextjs": 1}, {"en": "native", "ar": "basic"}, "Africa/Lagos", "NG", 2500, "USD"),
        ("Bola", {"react": 2}, {"zh-hans": "fluent", "zh-hant": "conversational"}, "Asia/Kolkata", "IN", 99, "JPY"),
        ("Chi", {}, {}, "Pacific/Auckland", "NZ", None, ""),
        ("Dalia", {"logo-design": 3, "react": 3}, {}, "America/St_Johns", "CA", 4000, "EUR"),
        ("Hidden", {"react": 4}, {"en": "native"}, "UTC", "DE", None, ""),
        ("Busy", {"react": 4}, {"en": "native"}, "UTC", "DE", None, ""),
    ]
    people = {}
    for name, skills, languages, zone, country, rate, currency in kinds:
        freelancer = people[name] = make.freelancer(name)
        Organization.objects.filter(id=freelancer.id).update(time_zone=zone, country=country)
        profiles.update_profile(
            organization_id=freelancer.id, actor=make.actor(freelancer), now=NOON, skills={skill(slug): n for slug, n in skills.items()},
            changes={"rate_amount_minor": rate, "rate_currency": currency},
        )  # fmt: skip
        for code, level in languages.items():
            ProfileLanguage.objects.create(profile=freelancer.profile, language=code, level=level)
    User.objects.filter(memberships__organization=people["Chi"]).update(language="ar")
    Profile.objects.filter(organization=people["Hidden"]).update(hidden_at=NOON)
    Profile.objects.filter(organization=people["Busy"]).update(availability="busy")

    employer = make.employer("Werk")
    for name, skills, status, days in (
        ("Ada", (react, nextjs), "completed", 400), ("Ada", (react,), "split", 10), ("Ada", (logo,), "completed", 3),
        ("Bola", (logo, react), "completed", 77), ("Dalia", (react,), "active", 5), ("Dalia", (logo,), "cancelled", 8), ("Dalia", (react,), "ended_early", 9), ("Busy", (react,), "completed", 5),
    ):  # fmt: skip
        task = make.task(employer=employer, skill_ids=skills)
        bid = make.bid(task=task, bidder=people[name])
        contract = make.contract(bid=bid)
        Bid.objects.filter(id=bid.id).update(submitted_at=NOON - timedelta(days=days), binding_amount_minor=900 + days)
        if status != "active":
            Contract.objects.filter(id=contract.id).update(
                status=status, ended_at=NOON - timedelta(days=days, seconds=7)
            )
    asking_nothing = Contract.objects.filter(freelancer=people["Bola"]).get().task
    TaskSkill.objects.filter(task=asking_nothing).delete()
    return people


def read_one_by_one(now):
    writer = candidate_index_writer.Writer()
    ids = list(inputs.profiles_to_match().values_list("organization_id", flat=True))
    for freelancer_feature in inputs.freelancer_features(ids, now).values():
        writer.add(freelancer_feature)
    return writer.columns()


def in_words(folder, columns):
    """The files of a part, without the numbers that stand for skills and languages."""
    columns.write(folder)
    part = segments.Part(folder)
    names = {number: code for code, number in part.languages.items()}

    def spoken(mask):
        return {code for number, code in names.items() if int(mask) >> number & 1}

    people = {}
    for row, owner in enumerate(part.owners()):
        features = part.features[row]
        people[owner] = {
            "numbers": [
                features[name].item() for name in ("usual", "hourly", "active", "hours", "completed", "failed")
            ],
            "country": segments.country_code(int(features["country"])),
            "speaks": [spoken(features[level]) for level in ("fluent", "conversational", "basic")],
            "works": [(set(skills), at, accepted) for skills, at, accepted in part.works_of(row)],
            "said": {skill_row: part.declared(skill_row, np.array([row]))[0] for skill_row in part.skills},
        }
        people[owner]["said"] = {item: worth for item, worth in people[owner]["said"].items() if worth}
    evidence = {
        (skill, part.owner(int(row))): pytest.approx(float(value))
        for skill, number in part.skills.items()
        for row, value in zip(
            *(array[slice(*part.evidence.indptr[number : number + 2])] for array in (part.evidence.indices, part.evidence.data)),
            strict=True,
        )
    }  # fmt: skip
    return people, evidence, part.countries


def test_in_bulk_and_one_by_one_everybody_is_the_same(market, tmp_path):
    for now in (NOON, NOON + timedelta(days=120, hours=3)):  # another offset of the zones, bids that are too old
        bulk = in_words(tmp_path / f"bulk-{now:%j}", candidates.load_candidates(now))
        single = in_words(tmp_path / f"single-{now:%j}", read_one_by_one(now))
        assert bulk == single
        people = bulk[0]
        assert people.keys() == {market[name].id for name in ("Ada", "Bola", "Chi", "Dalia")}
        assert len(people[market["Ada"].id]["works"]) == 3
        assert people[market["Bola"].id]["works"][0][0] == set()
        assert people[market["Chi"].id]["speaks"] == [set(), {"ar"}, set()]
    assert bulk[1]


def test_without_anybody_the_columns_are_empty(db, tmp_path):
    assert in_words(tmp_path / "bulk", candidates.load_candidates(NOON)) == ({}, {}, frozenset())
