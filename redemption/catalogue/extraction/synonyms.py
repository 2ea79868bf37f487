"""The words by which policies name their parts: read from `synonyms.toml`, extended by administrators.

    synonyms = Synonyms.default().merged({"target": ["帮扶对象"], "questions.materials": ["带什么"]})

A plain key extends `[labels]`; `table.key` extends another table of the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources


@dataclass(frozen=True)
class Synonyms:
    """The synonym table. Immutable: `merged` gives a new one."""

    tables: Mapping[str, Mapping[str, tuple[str, ...]]]

    @classmethod
    def default(cls) -> Synonyms:
        """The table of the package."""
        return _default()

    def merged(self, extra: Mapping[str, Sequence[str]]) -> Synonyms:
        """This table with more words. Words already filed under another field move to the one given here."""
        tables = {name: dict(rows) for name, rows in self.tables.items()}
        for key, words in extra.items():
            table, _, row = key.rpartition(".")
            rows = tables.setdefault(table or "labels", {})
            fresh = tuple(word.strip() for word in words if word.strip())
            for other, known in rows.items():
                if other != row:
                    rows[other] = tuple(word for word in known if word not in fresh)
            rows[row] = (*rows.get(row, ()), *fresh)
        return Synonyms(tables)

    @cached_property
    def roles(self) -> dict[str, str]:
        """Label → role. A role is one of the twelve fields or one of the helper roles of the file."""
        composed = {
            verb + noun: role
            for table, rules in self.tables.items()
            if table.startswith("compose")
            for role, nouns in rules.items()
            if role != "verbs"
            for noun in nouns
            for verb in rules.get("verbs", ())
        }
        return composed | {word: role for role, words in self.tables["labels"].items() for word in words}

    @cached_property
    def longest_label(self) -> int:
        return max(map(len, self.roles), default=0)

    @cached_property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """Short form inside a combined heading → the roles it may mean."""
        found: dict[str, tuple[str, ...]] = {}
        for role, words in self.tables["parts"].items():
            for word in words:
                found[word] = (*found.get(word, ()), role)
        return found

    @property
    def questions(self) -> Mapping[str, tuple[str, ...]]:
        return self.tables["questions"]

    def words(self, table: str, row: str = "words") -> tuple[str, ...]:
        return tuple(self.tables.get(table, {}).get(row, ()))


@lru_cache(maxsize=1)
def _default() -> Synonyms:
    source = resources.files(__package__).joinpath("synonyms.toml").read_text("utf-8")
    data = tomllib.loads(source)
    return Synonyms({t: {key: tuple(words) for key, words in rows.items()} for t, rows in data.items()})
