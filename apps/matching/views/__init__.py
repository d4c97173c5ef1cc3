from apps.matching.views.explaining import gaps, how, rates, why
from apps.matching.views.recommending import recommended_freelancers, recommended_tasks
from apps.matching.views.staff import weights
from apps.matching.views.text import skills_from_text

__all__ = [
    "gaps",
    "how",
    "rates",
    "recommended_freelancers",
    "recommended_tasks",
    "skills_from_text",
    "weights",
    "why",
]
