from apps.matching.views.experiments import experiment, experiments, reasons, stop_experiment
from apps.matching.views.explaining import export, gaps, how, rates, recompute_script, why
from apps.matching.views.fairness import fairness as fairness_report
from apps.matching.views.fairness import fairness_csv
from apps.matching.views.feedback import not_for_me, not_suited
from apps.matching.views.learned import choose_order, ranker, rankers
from apps.matching.views.recommending import person, recommended_freelancers, recommended_tasks
from apps.matching.views.staff import weights
from apps.matching.views.text import goes_with, skills_from_text

__all__ = [
    "choose_order",
    "experiment",
    "experiments",
    "export",
    "fairness_csv",
    "fairness_report",
    "gaps",
    "goes_with",
    "how",
    "not_for_me",
    "not_suited",
    "person",
    "ranker",
    "rankers",
    "rates",
    "reasons",
    "recommended_freelancers",
    "recommended_tasks",
    "recompute_script",
    "skills_from_text",
    "stop_experiment",
    "weights",
    "why",
]
