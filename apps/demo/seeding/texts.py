"""Texts written by the demo's people, by language."""

from __future__ import annotations

NOTES = {
    "en": "I have done work of this kind before and can start this week. I would begin with a small sample so that we "
    "agree on style, then deliver in two steps.",
    "de": "Ich habe Ähnliches schon gemacht und kann diese Woche beginnen. Zuerst eine Probe, dann zwei Lieferungen.",
    "zh-hans": "我做过类似的项目,本周即可开始。先交一份样稿确认方向,再分两次交付。",
    "ar": "أنجزت أعمالًا مشابهة ويمكنني البدء هذا الأسبوع. أبدأ بعينة صغيرة نتفق عليها ثم أسلّم على مرحلتين.",
    "es": "He hecho trabajos parecidos y puedo empezar esta semana, con una muestra primero.",
    "fr": "J’ai déjà fait ce genre de travail et je peux commencer cette semaine, avec un premier essai.",
}
REVIEWS = {
    "en": "Clear brief, quick answers, a pleasure.",
    "de": "Sorgfältig und pünktlich.",
    "zh-hans": "沟通顺畅,按时交付。",
    "ar": "عمل متقن وتواصل واضح.",
    "es": "Muy buen trabajo.",
    "fr": "Travail soigné, délais tenus.",
}
QUESTION = "Could I see two examples of what you like?"
ANSWERS = {"en": "Yes, they are in the attachment.", "de": "Ja, Beispiele folgen im Vertragsraum."}
MESSAGE = "Thank you. I begin today and send a first version within the week."
CANCELLATION = "Plans changed."
REVISION = "One more pass, please."
STOP = "The fair was called off."
CHANGE = (
    "You asked for a second language in your message. I can add it, as a milestone of its own and one more revision."
)
EXTRA_TITLE = "Second language"
LAST_DATE = "We have not heard from you for two weeks. Please deliver, or tell us when you can."
BONUS = "Faster and better than we had hoped. Thank you!"
REPORT = "Is this posted twice?"


def note(language: str) -> str:
    return NOTES.get(language, NOTES["en"])


def review(language: str) -> str:
    return REVIEWS.get(language, REVIEWS["en"])
