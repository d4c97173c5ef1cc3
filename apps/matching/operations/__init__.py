"""Matching (`matching`), and the copy of everybody that it asks (`shelf`)."""

from apps.matching.operations.experiments import start_experiment, stop_experiment
from apps.matching.operations.exposure import week_before, write_fairness_report
from apps.matching.operations.feedback import refuse, take_back
from apps.matching.operations.impressions import prune_impressions, record_event, record_shown, record_told
from apps.matching.operations.learning import choose_order, train_ranker, train_rankers
from apps.matching.operations.matching import (
    match_organization,
    match_task,
    on_requested,
    refresh_pending,
    request_match,
    request_matches,
    set_weights,
)
from apps.matching.operations.shelf import rebuild_shelf, refresh_shelf, shelf
from apps.matching.operations.telling import tell_employers
from apps.matching.operations.warming import warm_up

__all__ = [
    "choose_order",
    "match_organization",
    "match_task",
    "on_requested",
    "prune_impressions",
    "rebuild_shelf",
    "record_event",
    "record_shown",
    "record_told",
    "refresh_pending",
    "refresh_shelf",
    "refuse",
    "request_match",
    "request_matches",
    "set_weights",
    "shelf",
    "start_experiment",
    "stop_experiment",
    "take_back",
    "tell_employers",
    "train_ranker",
    "train_rankers",
    "warm_up",
    "week_before",
    "write_fairness_report",
]
