"""Step 5b: fields from sentences that give: who, on which conditions, what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.grants import ANYBODY, Giving, Grant, awarded, is_cap, read_giving
from redemption.catalogue.extraction.materials import read_materials
from redemption.catalogue.extraction.model import FOUND, MISSING, Item, Span
from redemption.catalogue.extraction.promises import AMOUNT, SERVED, has_money, is_budget
from redemption.catalogue.extraction.structure import Node
from redemption.catalogue.extraction.subjects import find_target, is_who
from redemption.catalogue.extraction.writing import FieldWriter

_CONDITIONS_FOLLOW = re.compile(r"(?:符合|具备|满足)(?:以下|下列|如下)[^。；]{0,12}(?:条件|要求)")
_ENTRY = re.compile(r"[（(]?[一二三四五六七八九十\d①-⑳]{1,2}[)）、.．]?")
_GIVES_ITSELF = re.compile(r"给予|予以|[，,][^，。；、]{0,16}(?:奖励|补[贴助]|资助|发放|申请|办理)(?![、的])")
_PAPERS_NAMED = re.compile(
    r"(?:申报|申请|申领|办理|兑现)[^。；]{0,12}(?:提供|提交|报送|携带|凭)[^。；]{2,}(?:表|书|证|照|件|明|同|票|料|单|定)"
)
_PER_UNIT = re.compile(r"(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．])?\s*每(?!年)")
_COUNTED = re.compile(
    r"每(?:成功|新增|新引进|引进|推荐|招用|吸纳|增加|培养|孵化|新招|培育|介绍|组织|举办)[^。；]{2,60}$"
)
_AUTHORITY_ACTS = re.compile(
    r"[\s　]*(?:举办|开展|组织|定期|每年(?:举办|评选|遴选))[^，。；的]{2,30}[，,]\s*对"
)
_GIVEN_BEFORE = re.compile(r"(?:额度|标准)(?:为|是|不超过|最高)?\s*(?:最高)?\s*" + AMOUNT)
_CONTENT = re.compile(
    r"(?:政策|支持|补贴|奖励|扶持|奖补|资助|优惠|核心)(?:内容|措施|要点|摘要)\s*[：:]?$|^(?:内容|措施)$"
)
_NO_STANDARD = re.compile(
    r"^[（(][^（）()]{2,24}\d{7,8}[)）]$|^[（(【]?(?:责任单位|责任部门|牵头|配合单位|政策执行|本政策|咨询|申报|申请|材料|符合条件的|举例|注[：:]|(?:设立|组建|发起)[^，。；]{0,40}(?:基金|资金池)|责任单位|办理|联系|报名)"
    r"|^\W*向[^，。；]{2,20}(?:提交|提出)申请"
)
_LEAD = re.compile(r"(?:的|后|通过)：$")


class GiftReader(FieldWriter):
    """Reads passages that promise something."""

    def _from_giving(self, item: Item, giving: Giving, passage: list[Span], lead_target: Span | None) -> None:
        if not giving.grants:
            self._from_neighbours(item, giving)
            return
        listed, papers = self._listed_conditions(giving), self._named_papers(giving)
        acts = self._without_acts(giving)
        # 获得股权投资1000万元的, in a list of conditions, gives nothing
        grants = [g for g in acts if not any(a <= g.clause[0] < b for a, b in listed)] or acts
        conditions = [g.condition for g in grants if g.condition and not self._caps(g.condition)]
        grades = len(conditions) == 1 and _grade_only(
            self._text, conditions[0], giving.sentences[giving.giving[0]]
        )
        leads = self._leads(giving.sentences[: giving.giving[0]])
        if not leads and (not conditions or self._only_grades(giving, conditions)):
            # the conditions are told first, the gift in a sentence of its own
            conditions = [
                s for s in giving.sentences[: giving.giving[0]] if not is_cap(self._text[slice(*s)])
            ]
        targets = self._targets(grants)
        told_before = [awarded(self._text, s) for s in giving.sentences[: giving.giving[0]]]
        if not targets and (named := [told for told in told_before if told]):
            conditions = [condition for condition, _ in named]
            targets = [who for _, who in named if who]
        if item["standard"].state == "missing":
            aside = {*listed, *papers}
            told = self._standard(giving, passage, conditions)
            told = [span for span in told if span not in aside]
            if listed and self._text[told[-1][1] - 1 :][:1] in "：:":  # …，给予10万元： and the conditions
                told[-1] = (told[-1][0], told[-1][1] - 1)
            self._set(item, "standard", told, [])
        conditions = self._unrepeated([*leads, *([] if grades else conditions)])
        if (conditions or listed) and item["conditions"].state == "missing":
            self._set(item, "conditions", [*conditions, *listed], [])
        if papers and item["materials"].state == "missing":
            entries = read_materials(self._text, [], papers)
            if entries:
                item["materials"].entries, item["materials"].state = entries, FOUND
        if targets and item["target"].state == "missing":
            distinct = self._unrepeated(targets)
            if lead_target and len(distinct) > 1:
                distinct = [lead_target]
            self._set(item, "target", _common_noun(self._text, distinct) or distinct[:3], [])
        elif lead_target and item["target"].state == "missing":
            self._set(item, "target", [lead_target], [])

    def _from_neighbours(self, item: Item, giving: Giving) -> None:
        """A benefit by its heading and its neighbours: …的企业 ⏎ 免收三个月租金, 首次创业的： ⏎ 社保补贴"""
        if item["standard"].state != MISSING:
            return
        told = [s for s in giving.sentences if not _NO_STANDARD.search(self._text[slice(*s)])]
        told = [s for s in told if not re.search(r"电话|咨询|联系", self._text[slice(*s)])]
        lead = self._leads(told[:1])
        if len(told) >= 2 and (lead or is_who(self._text[slice(*told[0])])):
            self._set(item, "conditions", lead or told[:1], [])
            self._set(item, "target", [] if lead else told[:1], [])
            told = told[1:]
        self._set(item, "standard", told, [])

    def _targets(self, grants: list[Grant]) -> list[Span]:
        """Who the gifts are for; whom only a later one of several names is not who all are for."""
        targets = [grant.target for grant in grants if grant.target]
        several = sum(grant.condition is not None for grant in grants)
        anybody = [span for span in targets if self._text[slice(*span)] == ANYBODY]
        if several > len(targets) and len(anybody) == len(targets):
            return []
        return targets if several < 3 or grants[0].target or len(targets) * 2 >= several else []

    def _unrepeated(self, spans: Sequence[Span]) -> list[Span]:
        """Each wording once: 创业团队 ⏎ 创业团队, of two grades for the same."""
        known: dict[str, Span] = {}
        for span in spans:
            known.setdefault(self._text[slice(*span)], span)
        return list(known.values())

    def _leads(self, told: Sequence[Span]) -> list[Span]:
        """在本县首次创业的： above the lines that tell what is given then, without its colon."""
        return [(a, b - 1) for a, b in told if _LEAD.search(self._text, a, b)]

    def _only_grades(self, giving: Giving, conditions: list[Span]) -> bool:
        """营收增长10%以上的企业 ⏎ 增幅10%—20%的奖励3万元: a line tells the condition, the lines below it grades."""
        before = giving.sentences[: giving.giving[0]]
        return (
            len(before) == 1
            and "。" not in self._text[slice(*before[0])]
            and is_who(self._text[slice(*before[0])])
            and all(b - a <= 12 and not is_who(self._text[a:b].rstrip("的")) for a, b in conditions)
        )

    def _without_acts(self, giving: Giving) -> list[Grant]:
        """The gifts that applicants earn; 举办大赛，对优秀项目… after another gift tells what the authority does."""
        return [
            grant
            for place, grant in enumerate(giving.grants)
            if not (place and grant.condition and _AUTHORITY_ACTS.match(self._text, *grant.clause))
        ]

    def _caps(self, condition: Span) -> bool:
        """同一主办方全年 … is the beginning of a ceiling, not a condition."""
        words = self._text[slice(*condition)]
        return len(words) <= 16 and is_cap(words) and "的" not in words

    def _listed_conditions(self, giving: Giving) -> list[Span]:
        """…应符合以下条件： and the numbered sentences after it; 符合以下条件之一的，给予…：, those after it."""
        found: list[Span] = []
        inside = False
        for index, (a, b) in enumerate(giving.sentences):
            words = self._text[a:b]
            gives = index in giving.giving
            if _CONDITIONS_FOLLOW.search(words) and (not gives or words.endswith(("：", ":"))):
                inside = True
                found.extend([] if gives else [(a, b)])
            elif inside and _ENTRY.match(words) and not (gives and _GIVES_ITSELF.search(words)):
                found.append((a, b))
            else:
                inside = False
        return found

    def _named_papers(self, giving: Giving) -> list[Span]:
        """申报时需提供申请表、营业执照: papers named in a sentence."""
        return [
            (a, b)
            for index, (a, b) in enumerate(giving.sentences)
            if index not in giving.giving and _PAPERS_NAMED.search(self._text[a:b])
        ]

    def _standard(self, giving: Giving, passage: list[Span], conditions: list[Span]) -> list[Span]:
        """One gift: from where it begins. Several gifts bound to their conditions: the whole passage."""
        first = giving.giving[0]
        if len(conditions) == 1 and _grade_only(self._text, conditions[0], giving.sentences[first]):
            return [
                span for span in giving.sentences[first:] if not _NO_STANDARD.search(self._text[slice(*span)])
            ]
        if len(conditions) <= 1:
            start = giving.grants[0].gift[0]
            sentence = giving.sentences[first]
            before = self._text[sentence[0] : start]
            if (
                (has_money(before) and not _told_whole(self._text[start : sentence[1]]))
                or _PER_UNIT.match(before)
                or _GIVEN_BEFORE.search(before)
            ):
                start = sentence[0]
            elif counted := _COUNTED.search(before):
                start = sentence[0] + counted.start()
            spans = []
            for index in range(first, len(giving.sentences)):
                a, b = giving.sentences[index]
                words = self._text[a:b]
                if index > first and (_NO_STANDARD.search(words) or is_budget(words)):
                    continue
                spans.append((max(a, start), b))
            return spans
        spans = [giving.sentences[i] for i in range(first, len(giving.sentences))]
        return [
            span
            for span in spans
            for words in [self._text[slice(*span)]]
            if not _NO_STANDARD.search(words) and not is_budget(words)
        ]

    def _read_content(self, item: Item, sections: list[Node]) -> None:
        """政策内容：对…的，给予… tells conditions and gift in one; they are parted as in an article."""
        told = [section for section in sections if "standard" in section.roles and section.caption]
        content = [node for node in told if _CONTENT.search(self._text[slice(*node.caption)])]  # type: ignore[misc]
        if len(content) != 1 or item["standard"].state != FOUND:
            return
        giving = read_giving(self._text, content[0].spans())
        conditions = [grant.condition for grant in giving.grants if grant.condition]
        if not conditions:
            return
        spans = self._standard(giving, content[0].spans(), conditions)
        spans += [span for node in told if node is not content[0] for span in node.full_spans()]
        item.fields.pop("standard")
        self._set(item, "standard", sorted(spans), [])
        self._set(item, "conditions", conditions, [])
        targets = [grant.target for grant in giving.grants if grant.target]
        if item["target"].state == MISSING:
            self._set(item, "target", targets[:3], [])

    def _gift_among_conditions(self, item: Item) -> None:
        """每笔贷款按2%给予贴息 under 申报条件: where no section tells the gift, the sentences that give are it, and stay there."""
        if item["standard"].state != MISSING:
            return
        for name in ("conditions", "target"):
            gift = self._gift_clauses(item[name].spans) if item[name].state == FOUND else []
            if gift:
                self._set(item, "standard", gift, [])
                return

    def _target_of_cells(self, item: Item) -> None:
        """A list without a column for the recipients names them in what it gives: 对…企业，给予…"""
        if item["target"].state != MISSING or item["standard"].state != FOUND:
            return
        giving = read_giving(self._text, item["standard"].spans)
        targets = [grant.target for grant in giving.grants if grant.target]
        self._set(item, "target", targets[:1], [])
        if item["conditions"].state == MISSING:
            self._set(item, "conditions", [grant.condition for grant in giving.grants if grant.condition], [])

    def _part_cells(self, item: Item) -> None:
        """A list with few columns: 初创企业满6个月。一次性1万元。 tells a condition before the gift, and who in front."""
        told = self._sentences(item["standard"].spans)
        giving = [place for place, s in enumerate(told) if has_money(self._text[slice(*s)])]
        if item["conditions"].state == FOUND and giving and giving[0]:
            before, gift = told[: giving[0]], told[giving[0] :]
            for name, spans in (("conditions", [*item["conditions"].spans, *before]), ("standard", gift)):
                item.fields.pop(name)
                self._set(item, name, spans, [])
        if item["target"].state == MISSING and item["conditions"].state == FOUND:
            a, b = self._sentences(item["conditions"].spans)[0]
            while b > a and self._text[b - 1] in "。；":
                b -= 1
            who = find_target(self._text, (a, b))
            self._set(item, "target", [who] if who else [], [])


def _told_whole(gift: str) -> bool:
    """Whether a gift says what is given without the words before it: a sum, or what is no money."""
    return has_money(gift) or SERVED.search(gift) is not None


def _grade_only(text: str, condition: Span, sentence: Span) -> bool:
    """首次认定奖励30万元，重新认定奖励10万元: the words before an amount name a grade, not a condition."""
    words = text[slice(*condition)]
    return (
        condition[1] - condition[0] <= 8
        and not is_who(words)
        and not words.endswith("的")
        and len(re.findall(AMOUNT, text[slice(*sentence)])) >= 2
    )


def _common_noun(text: str, targets: list[Span]) -> list[Span]:
    """Who several gifts are for, where their recipients differ by what they did only: …的首席技师, …的首席技师 → 首席技师.

    企业 alone would say less than …的企业, …的企业.
    """
    if len(targets) < 2:
        return []
    nouns = [(a + text[a:b].rfind("的") + 1, b) for a, b in targets]
    a, b = min(nouns, key=lambda noun: noun[1] - noun[0])
    noun = text[a:b]
    alike = all(text[x:y].endswith(noun) and y - x <= len(noun) + 8 for x, y in nouns)
    return [(a, b)] if alike and len(noun) >= 4 and is_who(noun) else []
