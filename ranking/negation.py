"""
Finds what a text says is not wanted or not done: "I do not do Java", "ohne WordPress", "不需要翻译".

Three kinds of words per language, as regular expressions: what denies the words after it, what denies the words before
it, and what looks like the first but affirms ("not only"). What is denied ends with its sentence, at a word of contrast
("but"), or at a comma; after a comma it goes on only over a short item of a list ("no Java, PHP or Perl"). The words
of English are read in texts of every language. This is a shallow rule: it reads no grammar, and irony is lost on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from ranking.text import pieces

SENTENCES = re.compile(r"[.!?](?=\s|$)|[;\n。！？؛…]|\s[-–—]\s", re.UNICODE)
COMMAS = re.compile(r"[,，、،(){}\[\]:]")
ITEM_WORDS_MAX, ITEM_CHARACTERS_MAX = 3, 24
GOES_ON = re.compile(
    r"\s*(?:or|nor|and|oder|und|noch|ou|et|ni|o|y|u|e|né|или|и|ни|або|і|ani|i|lub|of|en|veya|ve|atau|dan|hoặc|và|या|और|"
    r"或|和|与|または|や|또는|หรือ|และ|أو|و)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cues:
    """
    :param before: deny what follows them. :param after: deny what precedes them. :param affirms: deny nothing.
    :param contrast: end what is denied.
    """

    before: str
    after: str = ""
    affirms: str = ""
    contrast: str = ""


CUES = {
    "en": Cues(
        r"\b(?:not|no|never|without|cannot|can'?t|don'?t|doesn'?t|won'?t|isn'?t|aren'?t|nor|neither|except|excluding|"
        r"instead of|rather than|other than)\b",
        r"\b(?:is|are|was|will be)?\s*(?:not|n't)\s+(?:be\s+)?(?:required|needed|necessary|a must|wanted|included)\b"
        r"|\bunnecessary\b",
        r"\bnot (?:only|just)\b|\bno (?:problem|matter|doubt|later|less|more)\b|\bwhether or not\b|\bwhy not\b",
        r"\b(?:but|instead|only|please use)\b(?! of)",
    ),
    "de": Cues(
        r"\b(?:nicht|kein\w*|ohne|nie|niemals|weder|statt|anstatt|außer|anstelle)\b",
        r"\bnicht\s+(?:nötig|erforderlich|notwendig|gewünscht|gefragt|verlangt|dabei|enthalten)\b"
        r"|\b(?:brauch\w*|benötig\w*)\s+(?:ich|wir|es)\s+nicht\b|\bentfällt\b",
        r"\bnicht nur\b|\bkein problem\b",
        r"\b(?:aber|sondern|jedoch|dafür|nur)\b",
    ),
    "fr": Cues(
        r"\b(?:pas|sans|aucune?|jamais|ni|sauf|hormis|au lieu d\w*|plutôt que)\b",
        r"\b(?:n['’]est|ne sont|n['’]était)\s+(?:pas|plus)?\s*(?:nécessaires?|requise?s?|demandée?s?|obligatoires?|"
        r"utiles?|souhaitée?s?)|\bpas (?:nécessaires?|obligatoires?|demandée?s?)\b",
        r"\bpas seulement\b|\bnon seulement\b|\bpas de problème\b",
        r"\b(?:mais|seulement|plutôt)\b(?! que)",
    ),
    "es": Cues(
        r"\b(?:no|sin|nunca|ningún|ninguna?|tampoco|excepto|salvo|en (?:lugar|vez) de)\b",
        r"\bno (?:es|son|hace|hacen) (?:necesari\w+|falta|obligatori\w+)\b(?=\s*$)"
        r"|\bno (?:se )?(?:requiere|necesita)n?\b(?=\s*$)",
        r"\bno s[oó]lo\b|\bno solamente\b",
        r"\b(?:pero|sino|solo|sólo)\b",
    ),
    "pt": Cues(
        r"\b(?:não|nao|sem|nunca|nenhuma?|nem|exceto|em vez de)\b",
        r"\bnão (?:é|são) (?:necessári\w+|obrigatóri\w+|preciso)\b(?=\s*$)",
        r"\bnão (?:só|apenas|somente)\b",
        r"\b(?:mas|apenas|porém)\b",
    ),
    "it": Cues(
        r"\b(?:non|senza|niente|nessun\w*|mai|né|tranne|eccetto|invece di|al posto di)\b",
        r"\bnon (?:è|sono) (?:necessari\w+|richiest\w+|obbligatori\w+)\b|\bnon serv\w+\b(?=\s*$)",
        r"\bnon (?:solo|soltanto)\b",
        r"\b(?:ma|bensì|solo|però)\b",
    ),
    "nl": Cues(
        r"\b(?:niet|geen|zonder|nooit|noch|behalve|in plaats van)\b",
        r"\bniet (?:nodig|vereist|verplicht|gewenst)\b|\bhoeft niet\b",
        r"\bniet (?:alleen|slechts)\b|\bgeen probleem\b",
        r"\b(?:maar|wel|alleen)\b",
    ),
    "pl": Cues(
        r"\b(?:nie|bez|żadn\w+|nigdy|ani|oprócz|zamiast|poza)\b",
        r"\bnie (?:jest|są|będzie) (?:potrzebn\w+|wymagan\w+|konieczn\w+)\b|\bnie trzeba\b(?=\s*$)",
        r"\bnie tylko\b",
        r"\b(?:ale|lecz|tylko|natomiast)\b",
    ),
    "ru": Cues(
        r"\b(?:не|без|нет|никогда|никак\w+|ни|кроме|вместо)\b",
        r"\bне\s+(?:нуж\w+|требу\w+|обязател\w+|интересу\w+|надо)\b",
        r"\bне (?:только|просто)\b",
        r"\b(?:но|а|зато|только)\b",
    ),
    "uk": Cues(
        r"\b(?:не|без|немає|ніколи|ні|крім|окрім|замість)\b",
        r"\bне\s+(?:потріб\w+|обов\w+|треба|цікав\w+)\b",
        r"\bне (?:тільки|лише)\b",
        r"\b(?:але|а|проте|тільки)\b",
    ),
    "tr": Cues(
        r"\b(?:hariç|dışında)\b(?=\s+\w)",
        r"\b(?:değil\w*|yok\w*|olmadan|olmasın|hariç|dışında|yerine|gerekmez|gerekmiyor|istemiyor\w*|yapmıyor\w*|"
        r"\w+m[ıiuü]yor\w*|\w+maz|\w+mez)\b",
        r"\bsadece\b.*\bdeğil\b",
        r"\b(?:ama|fakat|ancak|sadece)\b",
    ),
    "id": Cues(
        r"\b(?:tidak|bukan|tanpa|jangan|belum|kecuali|selain|tak)\b",
        r"\btidak (?:perlu|wajib|diperlukan|dibutuhkan)\b(?=\s*$)",
        r"\btidak hanya\b|\bbukan hanya\b",
        r"\b(?:tapi|tetapi|melainkan|hanya)\b",
    ),
    "vi": Cues(
        r"\b(?:không|chưa|đừng|ngoại trừ|trừ|thay vì)\b",
        r"\bkhông (?:cần|bắt buộc)\b(?=\s*$)",
        r"\bkhông chỉ\b",
        r"\b(?:nhưng|mà|chỉ)\b",
    ),
    "hi": Cues(r"(?:बिना|सिवाय)(?=\s)", r"नहीं|(?:^|\s)न चाहिए|के बिना|के अलावा", r"न केवल|ही नहीं", r"लेकिन|बल्कि|मगर|केवल"),
    "zh": Cues(
        r"不做|不会|不要|不需要|不用|不接|不含|不包括|不是|不提供|没有|没做过|无需|无须|除了|而非|而不是|请勿",
        r"(?:就|都|也)?(?:不需要|不用|免了|除外|不要)(?=\s*$)",
        r"不仅|不但|不只|不会错",
        r"但|而是|只要|只需|只做",
    ),
    "ja": Cues(
        r"(?!)",
        r"不要|いりません|要りません|いらない|ません(?!か)|ない(?:です|で|。|$)|なし|無し|以外|抜き|ではなく|じゃなく",
        r"だけでなく|のみならず|だけではなく|問題ありません",
        r"ですが|しかし|だけど",
    ),
    "ko": Cues(
        r"(?!)",
        r"없|지 않|하지 못|안 (?:합|해|함)|못 (?:합|해)|불필요|제외|말고|아니|빼고",
        r"뿐만? 아니라|만 아니라|문제없",
        r"하지만|지만|그러나|다만",
    ),
    "th": Cues(r"ไม่|ยกเว้น|นอกจาก|ห้าม|แทนที่", r"(?!)", r"ไม่เพียง|ไม่ใช่แค่|ไม่เกิน|ไม่น้อยกว่า", r"แต่|เฉพาะ"),
    "ar": Cues(
        r"(?:^|\s)(?:و?لا|و?ليس\w*|و?لست|و?لن|و?لم|بدون|و?دون|غير|ما عدا|باستثناء|بدلا من|بدلًا من|عوضا عن)(?=\s)",
        r"(?:غير (?:مطلوب\w*|ضروري\w*|لازم\w*)|ليس\w* (?:مطلوب\w*|ضروري\w*))",
        r"ليس فقط|لا يقتصر|لا بأس",
        r"(?:^|\s)(?:لكن|ولكن|بل|فقط)(?=\s)",
    ),
}  # fmt: skip


def denied(text: str, language: str) -> list[tuple[int, int]]:
    """
    Return the parts of a text that name what is not wanted or not done, as (start, end).

    :param language: the primary language of the text ("de").
    """
    result: list[tuple[int, int]] = []
    for start, end in pieces(text, SENTENCES):
        result += _denied_in(text, start, end, language)
    return result


def _denied_in(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    before, after, affirms, contrast = _patterns(language)
    sentence = affirms.sub(lambda match: " " * len(match[0]), text[start:end])
    result: list[tuple[int, int]] = []
    goes_on = False
    for piece_start, piece_end in pieces(sentence, COMMAS):
        piece = sentence[piece_start:piece_end]
        if goes_on := goes_on and _is_item(piece) and not contrast.search(piece):
            result.append((piece_start, piece_end))
        for at, to in [(piece_start + first, piece_start + last) for first, last in pieces(piece, contrast)]:
            part = sentence[at:to]
            if denies_before := after.search(part):
                result.append((at, at + denies_before.end()))
            elif denies_after := before.search(part):
                result.append((at + denies_after.start(), to))
                goes_on = to == piece_end
    return [(start + first, start + last) for first, last in result]


def _is_item(piece: str) -> bool:
    short = len(piece.split()) <= ITEM_WORDS_MAX and len(piece) <= ITEM_CHARACTERS_MAX
    return short or (bool(GOES_ON.match(piece)) and len(piece.split()) <= ITEM_WORDS_MAX + 1)


@lru_cache(maxsize=50)
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    cues = [CUES["en"], *([CUES[language]] if language in CUES and language != "en" else [])]
    if language == "pt":  # "no" is "in the" in Portuguese
        cues[0] = replace(CUES["en"], before=CUES["en"].before.replace("|no|", "|"))
    kinds = [[getattr(cue, kind) for cue in cues] for kind in ("before", "after", "affirms", "contrast")]
    return tuple(re.compile("|".join(f"(?:{kind})" for kind in some if kind), re.IGNORECASE) for some in kinds)
