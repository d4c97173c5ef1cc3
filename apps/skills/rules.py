"""
What the words of a search mean: the skills and kinds of work that they name, in every language with names.

A text is stored with one token for each of its skills and for its kind of work (`concept`), and with its own words. A
query becomes terms: each matches a text by a word, or by a skill or kind of work whose name contains that word in any
language. So a Japanese word finds a German task, and one index answers both. Words that no name contains are compared
with the names by their beginning, their spelling (one or two letters wrong), their parts ("Logogestaltung") and their
ending, in this order.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from apps.common import tokens

SKILL, CATEGORY = "#", "@"
TERMS_MAX, CONCEPTS_MAX, ALTERNATIVES_MAX = 24, 80, 24
PHRASE_WORDS_MAX, SPELLINGS_MAX = 5, 3
UNSPACED_NAME_MAX = 16
BEGINNING_MIN, ENDING_MIN, COMPOUND_MIN, PART_MIN, SPELLING_MIN, LONG_SPELLING = 4, 5, 8, 4, 5, 9

# What people write around the work they mean; it says nothing about the work.
_REQUEST_WORDS = (
    "need needed needs looking wanted want seeking search searching hire hiring find someone anybody please help "
    "freelancer freelancers freelance expert experts professional service services job jobs work i we you me our your "
    "gesucht suche suchen brauche benotige benotigt wir ich freelancerin experte experten auftrag dienstleistung "
    "cherche recherche besoin prestataire quelqu qui je nous mon notre votre pouvant capable expertise "
    "busco buscamos necesito necesitamos requiero quien alguien experto trabajo freelancers mi nuestro "
    "procuro preciso precisamos procura quem alguem especialista meu minha nosso "
    "cerco cerchiamo serve bisogno qualcuno esperto mio nostro per "
    "gezocht zoek zoeken nodig ik wij iemand voor mijn onze een "
    "szukam potrzebuje potrzebny poszukuje zlecenie dla do kogos "
    "ищу ищем нужен нужна нужно нужны требуется требуются надо кто хочу фрилансер специалист для мой наш "
    "шукаю шукаємо потрібен потрібна потрібно потрібні треба хто фрілансер спеціаліст для "
    "ariyorum araniyor lazim gerekli istiyorum kim "
    "cari butuh mencari dibutuhkan perlu saya kami jasa "
    "can tim toi cong nguoi dich vu thue "
    "चाहिए ढूंढ रहा हूं मुझे हमें लिए करना करने "
    "ابحث احتاج مطلوب نحتاج اريد شخص مستقل خبير لي"
)
REQUEST_WORDS = frozenset(_REQUEST_WORDS.split()) - {"can", "dich", "vu"}


def concept(prefix: str, key: UUID) -> str:
    """The search token of a skill (`SKILL`) or a kind of work (`CATEGORY`). No text contains a token like it."""
    return prefix + key.hex[-12:]


@dataclass(frozen=True, slots=True)
class Name:
    """:param concept: the token of what has this name."""

    concept: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """
    A word of a query, or a part of a word in a script without spaces.

    :param words: any of these tokens in a text matches.
    :param concepts: the skills and kinds of work whose names contain the word.
    :param exact: those that the word, or the phrase around it, names completely.
    """

    words: tuple[str, ...]
    concepts: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    is_required: bool = True

    @property
    def tokens(self) -> list[str]:
        return [*self.words, *sorted(self.exact), *sorted(self.concepts - self.exact)[:CONCEPTS_MAX]]


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """A query as its terms. `all_of` must all match; if no text does, any of `any_of`."""

    terms: tuple[Term, ...] = field(default=())

    @property
    def required(self) -> list[Term]:
        return [term for term in self.terms if term.is_required] or list(self.terms)

    @property
    def all_of(self) -> list[list[str]]:
        return [term.tokens for term in self.required]

    @property
    def any_of(self) -> list[list[str]]:
        return [term.tokens for term in ([term for term in self.required if term.concepts] or self.required)]

    @property
    def for_rank(self) -> tuple[list[list[str]], list[list[str]], list[list[str]]]:
        """
        Return what `apps.common.tokens.rank` needs: the tokens of every term, also of those that need not match; and
        of what is named exactly the concepts, and the words that count only in a title.
        """
        exact = [sorted(term.exact) for term in self.required]
        titled = [list(term.words) for term in self.required]
        return [term.tokens for term in self.terms], exact, titled

    @property
    def is_empty(self) -> bool:
        return not self.terms


class Lexicon:
    """The names of skills and kinds of work in all languages."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        self._stemmed: dict[str, set[str]] = defaultdict(set)
        self._unspaced: dict[str, set[str]] = defaultdict(set)
        self._by_token: dict[str, set[str]] = defaultdict(set)
        self._in_one_word: dict[str, set[str]] = defaultdict(set)
        words: set[str] = set()
        for name in names:
            runs = list(tokens.runs(tokens.fold(name.text)))
            self._names[_key(run for _, run in runs)].add(name.concept)
            if all(kind != "word" for kind, _ in runs):
                self._unspaced["".join(run for _, run in runs)].add(name.concept)
            else:
                parts = [part for _, run in runs for part in tokens.word_parts(run)]
                self._names[_key(parts)].add(name.concept)
                self._stemmed[_key(tokens.with_stems(part, name.language)[-1] for part in parts)].add(name.concept)
                words |= {part for part in parts if len(part) >= PART_MIN and part.isalpha()}
            for token in set(tokens.index_tokens(name.text, name.language)):
                self._by_token[token].add(name.concept)
            if len(runs) == 1:
                kind, run = runs[0]
                if kind == "word" or len(run) == 2:
                    self._in_one_word[name.concept].add(tokens.with_stems(run, name.language)[-1])
        self._words = sorted(words)
        self._backwards = sorted(word[::-1] for word in words)
        self._misspelt: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            if len(word) >= SPELLING_MIN - 1:
                for shorter in _without_one_letter(word):
                    self._misspelt[shorter].append(word)

    def search_terms(self, query: str) -> SearchTerms:
        """Return the terms of a query in any language or several; empty if it has no letters."""
        terms: list[Term] = []
        dropped: list[Term] = []
        for is_word, runs in _by_script(query):
            terms += self._spaced([run for _, run in runs], dropped) if is_word else self._packed(runs)
        return SearchTerms(tuple(terms or dropped)[:TERMS_MAX])

    def named_in(self, text: str) -> frozenset[str]:
        """Return the skills and kinds of work that a text calls by their whole names, spelt right."""
        named: set[str] = set()
        for is_word, runs in _by_script(text):
            if is_word:
                parts = [[part] for _, run in runs for part in tokens.word_parts(run)]
                named |= {item for _, _, items in self._phrases(parts) for item in items}
            else:
                for kind, run in runs:
                    named |= {item for _, _, items in self._names_inside(run, kind) for item in items}
        return frozenset(named)

    # --- scripts with spaces --------------------------------------------------------------------------------------

    def _spaced(self, runs: list[str], dropped: list[Term]) -> Iterator[Term]:
        parts: list[str] = []
        whole: list[str] = []  # "ecommerce" for both parts of "e-commerce"
        for run in runs:
            pieces = tokens.word_parts(run)
            parts += pieces
            whole += ["".join(pieces) if len(pieces) > 1 else ""] * len(pieces)
        spellings: list[list[str]] = []
        meant: list[frozenset[str]] = []
        for part, joined in zip(parts, whole, strict=True):
            own = [] if joined and _says_nothing(part) else tokens.with_stems(part, None)
            concepts = self._concepts([*own, *([joined] if joined else [])])
            others: list[str] = []
            if not concepts and not _says_nothing(part):
                others, concepts = self._guessed(part)
            spellings.append([part, *others])
            meant.append(concepts)
        exact: dict[int, frozenset[str]] = {}
        for start, end, named in self._phrases(spellings):
            exact |= dict.fromkeys(range(start, end), named)
        for at, part in enumerate(parts):
            named = exact.get(at, frozenset())
            words = [token for form in spellings[at] for token in tokens.with_stems(form, None)]
            words += tokens.with_stems(whole[at], None) if whole[at] else []
            concepts = meant[at] | named | self._around(named)
            term = Term(tuple(dict.fromkeys(words))[:ALTERNATIVES_MAX], concepts, named)
            in_pair = bool(whole[at])
            if _says_nothing(part) and not in_pair:
                dropped.append(term)
            else:
                yield term

    def _phrases(self, spellings: list[list[str]]) -> Iterator[tuple[int, int, frozenset[str]]]:
        """Yield names of one or more words, the longest first, as (start, end, what has this name)."""
        at = 0
        while at < len(spellings):
            for end in range(min(at + PHRASE_WORDS_MAX, len(spellings)), at, -1):
                named = self._called(spellings[at:end])
                if named and not (end - at == 1 and _says_nothing(spellings[at][0])):
                    yield at, end, named
                    at = end
                    break
            else:
                at += 1

    def _called(self, spellings: list[list[str]]) -> frozenset[str]:
        limited = [forms[: SPELLINGS_MAX + 1] if len(spellings) <= 3 else forms[:1] for forms in spellings]
        for words in itertools.product(*limited):
            if named := self._names.get(_key(words)):
                return frozenset(named)
        first = [forms[0] for forms in spellings]
        stemmed = [tokens.with_stems(word, None)[1:] or [word] for word in first]
        for position in range(max(len(stems) for stems in stemmed)):
            key = _key(stems[min(position, len(stems) - 1)] for stems in stemmed)
            if named := self._stemmed.get(key):
                return frozenset(named)
        return frozenset()

    def _concepts(self, forms: Iterable[str]) -> frozenset[str]:
        return frozenset(item for form in forms for item in self._by_token.get(form, ()))

    def _around(self, named: frozenset[str]) -> frozenset[str]:
        """
        Return what shares a word with something named in one word: "translator" also means legal translation, although
        only "translation" is part of that name.
        """
        return self._concepts(word for item in named for word in self._in_one_word.get(item, ()))

    def _guessed(self, word: str) -> tuple[list[str], frozenset[str]]:
        """Return other spellings of a word that no name contains, and what the names with them mean."""
        if len(word) < BEGINNING_MIN or not word.isalpha():
            return [], frozenset()
        guesses: tuple[Callable[[str], list[str]], ...] = (
            self._beginning_with, self._spelt_like, self._parts_of, self._ending_with, self._akin_to
        )  # fmt: skip
        for guess in guesses:
            if others := guess(word)[:ALTERNATIVES_MAX]:
                return self._as_spellings(guess, others), self._meaning(guess, others)
        return [], frozenset()

    def _as_spellings(self, guess: object, others: list[str]) -> list[str]:
        # A part of a compound is another word, not another spelling.
        return [] if guess == self._parts_of else others[:SPELLINGS_MAX]

    def _meaning(self, guess: object, others: list[str]) -> frozenset[str]:
        each = [self._concepts([word]) for word in others]
        both = frozenset.intersection(*each) if guess == self._parts_of else frozenset()
        return both or frozenset().union(*each)

    def _beginning_with(self, word: str) -> list[str]:
        return _starting(self._words, word)

    def _ending_with(self, word: str) -> list[str]:
        return (
            [backwards[::-1] for backwards in _starting(self._backwards, word[::-1])] if len(word) >= ENDING_MIN else []
        )

    def _spelt_like(self, word: str) -> list[str]:
        if len(word) < SPELLING_MIN:
            return []
        candidates = {right for form in (word, *_without_one_letter(word)) for right in self._misspelt.get(form, ())}
        candidates |= {form for form in _without_one_letter(word) if form in self._by_token and len(form) >= PART_MIN}
        wrong_max = 2 if len(word) >= LONG_SPELLING else 1
        close = [(_letters_wrong(word, right), right) for right in candidates]
        best = min((wrong for wrong, _ in close), default=9)
        return sorted(right for wrong, right in close if wrong == best) if best <= wrong_max else []

    def _parts_of(self, word: str) -> list[str]:
        """The two known words of a compound, with the letters that join them in German and Dutch; or its known part."""
        if len(word) < COMPOUND_MIN:
            return []
        for at in range(len(word) - PART_MIN, PART_MIN - 2, -1):
            first, second = word[:at], word[at:]
            if first not in self._by_token:
                continue
            for rest in (second, second.removeprefix("s"), second.removeprefix("n"), second.removeprefix("en")):
                if len(rest) >= PART_MIN and self._concepts(tokens.with_stems(rest, None)):
                    return [first, next(form for form in tokens.with_stems(rest, None) if form in self._by_token)]
        for at in range(len(word) - 1, PART_MIN - 1, -1):
            if word[:at] in self._by_token:
                return [word[:at]]
        return []

    def _akin_to(self, word: str) -> list[str]:
        """Words with another ending: the same beginning, seven letters of ten."""
        beginning = word[: max(5, -(-7 * len(word) // 10))]
        return [other for other in _starting(self._words, beginning) if abs(len(other) - len(word)) <= 4]

    # --- scripts without spaces -----------------------------------------------------------------------------------

    def _packed(self, runs: list[tuple[str, str]]) -> Iterator[Term]:
        for kind, some in itertools.groupby(runs, key=lambda run: run[0]):
            pieces = [run for _, run in some]
            joined = "".join(pieces)
            names = list(self._names_inside(joined, kind))
            if not names:
                for piece in pieces:
                    yield from (Term((gram,), self._concepts([gram])) for gram in tokens.grams(piece, kind))
                continue
            at = 0
            for start, end, named in names:
                yield from self._rest(joined[at:start], kind)
                for gram in tokens.grams(joined[start:end], kind):
                    yield Term((gram,), self._concepts([gram]) | named | self._around(named), named)
                at = end
            yield from self._rest(joined[at:], kind)

    def _rest(self, part: str, kind: str) -> Iterator[Term]:
        """What stands beside names: required only where it cannot be an ending or a particle."""
        if len(part) > 1:
            for gram in tokens.grams(part, kind):
                is_han = all("\u3400" <= character <= "\u9fff" for character in gram)
                yield Term((gram,), self._concepts([gram]), is_required=is_han)

    def _names_inside(self, run: str, kind: str) -> Iterator[tuple[int, int, frozenset[str]]]:
        shortest = 2 if kind == "grams2" else 3
        at = 0
        while at < len(run):
            for end in range(min(at + UNSPACED_NAME_MAX, len(run)), at + shortest - 1, -1):
                if named := self._unspaced.get(run[at:end]):
                    yield at, end, frozenset(named)
                    at = end
                    break
            else:
                at += 1


def _by_script(text: str) -> Iterator[tuple[bool, list[tuple[str, str]]]]:
    """Runs of words and runs of scripts without spaces, as (whether they are words, runs)."""
    for is_word, runs in itertools.groupby(tokens.runs(tokens.fold(text)), key=lambda run: run[0] == "word"):
        yield is_word, list(runs)


def _key(words: Iterable[str]) -> str:
    return " ".join(words)


def _says_nothing(word: str) -> bool:
    return word in tokens.FUNCTION_WORDS or word in REQUEST_WORDS


def _starting(words: list[str], beginning: str) -> list[str]:
    at = bisect_left(words, beginning)
    return list(itertools.takewhile(lambda word: word.startswith(beginning), words[at : at + 4 * ALTERNATIVES_MAX]))


def _without_one_letter(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _letters_wrong(word: str, other: str) -> int:
    """The least number of letters to add, drop, replace or swap with their neighbour (Damerau, 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(word, start=1):
        current = [at]
        for place, other_letter in enumerate(other, start=1):
            cost = min(row[place] + 1, current[-1] + 1, row[place - 1] + (letter != other_letter))
            if at > 1 and place > 1 and letter == other[place - 2] and word[at - 2] == other_letter:
                cost = min(cost, before[place - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]
