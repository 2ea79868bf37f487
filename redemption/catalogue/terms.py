"""How text becomes searchable, and how a question becomes terms. Pure; the same rules on both sides.

Chinese has no spaces, and two characters are a word, so what is indexed are all pairs of neighbouring characters
(bigrams), beside single characters of names and pairs of pinyin initials. Text is folded first: full width to half,
lower case, punctuation away, so that 京科发〔2026〕8号 is found by 京科发[2026]8号 and by 科发2026.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import lazy_pinyin

TERM_LIMIT = 8
LENGTH_LIMIT = 60
BREAK = "|"
"""Between the parts of an indexed text; no term contains it."""

_DROP = re.compile(r"[\W_]+")
_HAN = re.compile(r"([\u3400-\u9fff]+)")
_LATIN = re.compile(r"[a-z0-9]+")


def fold(text: str) -> str:
    """Letters, digits and characters only, half width, lower case."""
    return _DROP.sub("", unicodedata.normalize("NFKC", text).casefold())


def join(parts: Iterable[str]) -> str:
    """Folded parts of one text, apart from one another."""
    return BREAK.join(folded for folded in map(fold, parts) if folded)


def grams(folded: str) -> list[str]:
    """All distinct pairs of neighbours, in order."""
    pairs = map("".join, itertools.pairwise(folded))
    return [pair for pair in dict.fromkeys(pairs) if BREAK not in pair]


def name_grams(folded: str) -> list[str]:
    """What a name is found by: its pairs, its characters, pairs of its initials (`~`) and of its syllables (`^`)."""
    plain = folded.replace(BREAK, "")
    short = [f"~{pair}" for pair in grams(initials(plain))]
    return [*grams(folded), *dict.fromkeys(plain), *short, *sounds(plain)]


def sounds(folded: str) -> list[str]:
    """Pairs of neighbouring syllables: equal for words that sound alike."""
    spoken = [syllable for syllable, _ in _syllables(folded)]
    return list(dict.fromkeys(f"^{first}{second}" for first, second in itertools.pairwise(spoken)))


@lru_cache(maxsize=20_000)
def _syllables(folded: str) -> tuple[tuple[str, bool], ...]:
    """Syllables without tones; latin and digits between them as they are, marked False."""
    parts = [part for part in _HAN.split(folded) if part]
    return tuple(
        (syllable, han)
        for part in parts
        for han in (_HAN.fullmatch(part) is not None,)
        for syllable in (lazy_pinyin(part, errors="ignore") if han else (part,))
    )


def pinyin(folded: str) -> str:
    """The syllables of a folded text without tones, run together."""
    return "".join(syllable for syllable, _ in _syllables(folded))


def initials(folded: str) -> str:
    """The first letter of each syllable; latin and digits stay."""
    return "".join(syllable[0] if han else syllable for syllable, han in _syllables(folded))


@dataclass(frozen=True)
class Question:
    """What somebody typed: `terms` are folded and all asked for; `whole` is all of it as one."""

    raw: str
    terms: tuple[str, ...]

    @property
    def whole(self) -> str:
        return "".join(self.terms)

    @property
    def latin(self) -> bool:
        """Typed as letters: perhaps pinyin, perhaps its initials."""
        return bool(self.terms) and all(_LATIN.fullmatch(term) for term in self.terms)

    def __bool__(self) -> bool:
        return bool(self.terms)


def question(raw: str) -> Question:
    """Read a question: parts between spaces are terms; too long or too many are cut, never refused."""
    parts = [fold(part)[:LENGTH_LIMIT] for part in raw.split()]
    return Question(raw.strip(), tuple(dict.fromkeys(part for part in parts if part))[:TERM_LIMIT])
