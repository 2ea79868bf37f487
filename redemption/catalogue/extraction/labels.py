"""Which part of a policy a heading announces: 申报条件 → conditions, 申报时间及方式 → application_period + channels."""

from __future__ import annotations

import re
from functools import lru_cache

from redemption.catalogue.extraction.model import FIELDS
from redemption.catalogue.extraction.synonyms import Synonyms

MAX_HEADING = 30
_TRIM = re.compile(r"^[\s【\[《“\"（(<>*#·:：★☆●■◆▼◎※]+|[\s】\]》”\"）)<>*#·:：、.．★☆●■◆▼◎※]+$")
_SPACE = re.compile(r"\s+")
# Application Materials 申请材料: a heading in two languages
_FOREIGN = re.compile(r"^[A-Za-z&'’,./-]{5,}(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[A-Za-z&'’,./-]{5,}$")
_BRACKETS = re.compile(r"[（(][^（）()]{0,20}[)）]$")
_CONJUNCTION = re.compile(r"[、及与和或/／+＋&＆,，；]|以及")
_TAIL = re.compile(
    r"(?:的?(?:具体|有关|相关)?(?:要求|说明|明细|目录|一览表|如下|规定|安排|情况|须知|事项|内容|简介|一览|包括|为|是)|等)$"
)
# A prefix with one of these is a sentence, not the name of a programme before a label.
_NOT_PREFIX = re.compile(
    r"[，。；：、？！《》“”\"]|[不未无免按将被把向已]|符合|提交|提供|满足|具备|以下|下列|上述|根据|按照|其他|其它|有关|相关$"
)
_ASKING = re.compile(
    r"(?:谁|哪些|哪类|什么|多少|怎么|怎样|如何|在哪|去哪|找谁|何时)(?:[人企单能可申办领享去补奖要条材时]|$)"
)
_FIRST = ("validity", "time_limit")
_ASKING_MARK = re.compile(r"[？?]")
# 加大人才引进力度, 拓展遴选范围: what is intended, no label
_INTENDED = re.compile(r"(?:加大|加强|强化|拓[宽展]|扩大|提[高升])[^，。；]*(?:力度|强度|范围|领域)")
_SANCTION = re.compile(r"追回|退还|退回|处罚|后果|(?:怎么|如何)处理|失信")
_HELPERS = frozenset({"receiver", "validity", "group", "container", "ignore", "name", "target_weak"})
ROLES = frozenset(FIELDS) | _HELPERS


class Labels:
    """Classifies headings by a synonym table. Keeps what it has seen: headings repeat."""

    def __init__(self, synonyms: Synonyms) -> None:
        self._synonyms = synonyms
        self._roles = synonyms.roles
        self._parts = synonyms.parts
        self._longest = synonyms.longest_label
        self.classify = lru_cache(maxsize=4096)(self._classify)

    def exact(self, text: str) -> tuple[str, ...]:
        """The roles of a text that is nothing but a label, e.g. a table header or a line of its own."""
        key = _normal(text)
        role = self._roles.get(key) or self._roles.get(_BRACKETS.sub("", key))
        return (role,) if role else ()

    def ends_with_label(self, text: str) -> bool:
        """Whether the text ends with a known label of four characters or more, or is one."""
        key = _normal(text)
        return key in self._roles or any(key[-n:] in self._roles for n in range(4, len(key)))

    def prefix(self, text: str, endings: tuple[str, ...]) -> str:
        """The benefit before the label in a heading: 购房补贴标准 → 购房补贴; "" where none stands there."""
        key = _normal(text)
        if key in self._roles:
            return ""
        for length in range(2, len(key) - 3):
            label = key[-length:]
            if (label in self._roles or label in self._parts) and key[:-length].endswith(endings):
                return key[:-length]
        return ""

    def question(self, text: str) -> tuple[str, ...]:
        """The fields that a question asks about, () when it asks about none; 在哪里申请？何时申请？ asks about two."""
        key = _SPACE.sub("", text)
        if _SANCTION.search(key):
            return ()
        asked = [part for part in _ASKING_MARK.split(key) if part]
        roles = [self._asked_about(part) for part in (asked if len(asked) > 1 else [key])]
        return tuple(dict.fromkeys(role for role in roles if role))

    def _asked_about(self, question: str) -> str:
        """The role whose word stands last, where a question ends; how long something takes or holds goes first."""
        best, found = (-1, 0), ""
        for role, words in self._synonyms.questions.items():
            if role in _FIRST and any(word in question for word in words):
                return role
            for word in words:
                at = question.rfind(word)
                if at >= 0 and (at + len(word), len(word)) > best:
                    best, found = (at + len(word), len(word)), role
        return found

    def _classify(self, text: str) -> tuple[str, ...]:
        """The roles of a heading, () when it is none. Most specific first; combined headings give several."""
        if len(text) > 2 * MAX_HEADING:
            return ()
        key = _normal(text)
        if not 2 <= len(key) <= MAX_HEADING or _INTENDED.fullmatch(key):
            return ()
        if role := self._roles.get(key):
            return (role,)
        bare = _BRACKETS.sub("", key)
        if bare != key and (role := self._roles.get(bare)):
            return (role,)
        return self._by_parts(bare) or self._by_ending(bare) or self._asked(bare)

    def _asked(self, key: str) -> tuple[str, ...]:
        """谁能申报, 怎么申请: a question without its mark."""
        return self.question(key) if len(key) <= 14 and _ASKING.match(key) else ()

    def _by_ending(self, key: str) -> tuple[str, ...]:
        """The longest label that the heading ends with, after a programme's name or before 要求, 清单 …"""
        for ending in (key, _TAIL.sub("", key)):
            if role := self._roles.get(ending):
                # 申报主体要求: who, and what is asked of them
                return (role, "conditions") if role == "target" and key.endswith("要求") else (role,)
            for length in range(min(self._longest, len(ending) - 1), 3, -1):
                role = self._roles.get(ending[-length:])
                prefix = ending[:-length]
                if role and role not in ("name", "container") and not _NOT_PREFIX.search(_listed(prefix)):
                    return (role,)
        return ()

    def _by_parts(self, key: str) -> tuple[str, ...]:
        pieces = [piece for piece in _CONJUNCTION.split(key) if piece]
        if len(pieces) < 2:
            return ()
        found: list[tuple[str, ...]] = []
        strong = 0
        for piece in (_TAIL.sub("", raw) or raw for raw in pieces):
            role = self._roles.get(piece) or (self._by_ending(piece) or (None,))[0]
            if role:
                strong += 1
                found.append((role,))
            elif short := self._parts.get(piece) or self._said_of(piece):
                found.append(short)
            else:
                return ()
        if not strong:
            return ()
        return _settled(found)

    def _said_of(self, piece: str) -> tuple[str, ...]:
        """专项资金支持的范围 before 和条件: a short form after the word 的."""
        prefix, of, short = piece.rpartition("的")
        return self._parts.get(short, ()) if of and not _NOT_PREFIX.search(prefix) else ()


def _listed(prefix: str) -> str:
    """金融类、物流类人才引进工作的 before 实施范围: what is listed before 的 is the name of a programme too."""
    return prefix.replace("、", "") if prefix.endswith("的") else prefix


def _settled(found: list[tuple[str, ...]]) -> tuple[str, ...]:
    """One role a piece; a short form that could mean several takes what the heading does not have yet."""
    roles: list[str] = [options[0] for options in found if len(options) == 1]
    for options in found:
        if len(options) > 1:
            # 支持方式和标准: one field; 申报时间及方式: two. 方式 after a standard belongs to the standard.
            kin = [role for role in options if role in roles]
            roles.append(kin[0] if kin else _fitting(options, roles))
    settled = tuple(dict.fromkeys(roles))
    fields = tuple(role for role in settled if role in FIELDS or role == "target_weak")
    return fields or settled


def _fitting(options: tuple[str, ...], roles: list[str]) -> str:
    applying = {"application_period", "channels", "process", "materials", "onsite_address", "phone"}
    for role in options:
        if (role in applying) == bool(applying & set(roles)):
            return role
    return options[0]


def in_two_languages(heading: str) -> bool:
    """Whether a heading is told in a foreign language beside the Chinese one."""
    return bool(_FOREIGN.search(_SPACE.sub("", heading)))


def _normal(text: str) -> str:
    key = _SPACE.sub("", text)
    if key[:1].isascii() or key[-1:].isascii():
        key = _FOREIGN.sub("", key)
    while True:
        trimmed = (
            _TRIM.sub("", key)
            if not key.endswith(("）", ")")) or key.count("（") < key.count("）")
            else (key.lstrip('【[《“"（(<>*#·:： '))
        )
        if trimmed == key:
            return key
        key = trimmed
