#!/usr/bin/env python3
"""
Recompute your match scores on your own machine, from your data export.

    python3 recompute_match.py matches.json

matches.json is your export (Recommended for you > Download my matches). Each match has the inputs of the formula, the
points of the weights used, and the score. This script contains only the formula and needs only the standard library. It
prints every score that differs by more than a millionth; the exit status is 1 if any differs, else 0.
"""

import json
import math
import sys

VERSION = "3"
LEVELS = {0: 0.0, 1: 0.55, 2: 0.75, 3: 0.9, 4: 1.0}  # not declared, basic, working, advanced, expert
LANGUAGES = {"native": 1.0, "fluent": 1.0, "conversational": 0.8, "bridge": 0.6, "basic": 0.5, "none": 0.0}


def proven(level, done):
    """The declared level; each completed contract halves the rest to 1."""
    return 1 - (1 - LEVELS.get(level, 0.5)) * 0.5**done


def shown(work):
    """The logarithm of decayed accepted work; five contracts completed today give 1."""
    return min(1.0, math.log1p(work) / math.log1p(5))


def faded(days):
    """A contract counts half after 250 days."""
    return 0.5 ** (max(0.0, days) / 250)


def skill(inputs):
    """0.45 evidence + 0.25 coverage + 0.20 similar past tasks + 0.10 related skills, each from 0 to 1."""
    skills = inputs["skills"]
    whole = sum(item["rarity"] for item in skills)
    if not whole:
        return 0.0
    done, fresh, alike = [0] * len(skills), [0.0] * len(skills), 0.0
    for days, is_accepted, places in inputs["works"]:
        if not is_accepted:
            continue
        share = sum(skills[place]["rarity"] for place in places) / whole
        if share >= 0.5 - 1e-9:  # a similar task: it asked for half of these skills, weighted by rarity
            alike += share * faded(days)
        for place in places:
            done[place] += 1
            fresh[place] += faded(days)
    evidence = coverage = related = 0.0
    for place, row in enumerate(skills):
        strength = proven(row["level"], done[place])
        other = row["instead"]
        like = other["likeness"] * proven(other["level"], other["done"]) if other else 0.0
        evidence += row["rarity"] * max(shown(fresh[place]), 0.5 * strength) / whole
        coverage += row["rarity"] * strength / whole
        related += row["rarity"] * (strength or like) / whole
    return 0.45 * evidence + 0.25 * coverage + 0.20 * max(shown(alike), 0.5 * coverage) + 0.10 * related


def words(inputs):
    """How much the texts of both sides share, 0 to 1: the cosine of their weighted words; half of it is enough."""
    return min(1.0, sum(weight * share / 255 for _, weight, share in inputs["words"]) / 0.5)


def pay(inputs):
    """How well the budget covers the usual price. A price below the budget earns nothing extra."""
    budget, usual, hourly = inputs["budget_minor"], inputs["usual_price_minor"], inputs["hourly_minor"]
    if budget is None or not (usual or hourly):
        return 0.6
    if usual:
        return 1.0 if usual <= budget else math.exp(-1.5 * math.log(usual / budget))
    return min(1.0, max(0.1, budget / hourly / 8))


def growth(inputs):
    """The smoothed share of contracts completed, plus a bonus for people with few contracts."""
    total = inputs["completed"] + inputs["failed"]
    return 0.6 * (inputs["completed"] + 2) / (total + 3) + 0.4 / (1 + total / 2)


def score(inputs, points):
    """From 0 to 100; points are those of skill, pay and growth."""
    shown_skill = skill(inputs)
    whole_skill = shown_skill + 0.3 * words(inputs) * (1 - shown_skill)
    base = points[0] * whole_skill + points[1] * pay(inputs) + points[2] * growth(inputs)
    days = inputs["inactive_days"]
    recency = 0.85 if days is None else 0.85 + 0.15 * 0.5 ** (days / 90)
    fit = 0.9 + 0.1 * (0.6 * LANGUAGES.get(inputs["language"], 0.5) + 0.4 * min(1.0, inputs["hours"] / 4))
    return base * recency * fit


def main(path):
    with open(path, encoding="utf-8") as file:
        matches = json.load(file)["matches"]
    wrong = 0
    for match in matches:
        if match["version"].split("+")[0].split(".")[0] != VERSION:
            print(f"{match['task_id']}: made by version {match['version']}; this script knows version {VERSION}")
            wrong += 1
            continue
        again = score(match["inputs"], match["points"])
        if abs(again - match["score"]) > 1e-6:
            print(f"{match['task_id']}: the site says {match['score']}, the formula {again}")
            wrong += 1
    print(f"{len(matches) - wrong} of {len(matches)} scores are what the formula gives")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
