"""Step 5a: fields from sections with headings; combined sections are cut where they can be."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.contacts import read_addresses, read_phones
from redemption.catalogue.extraction.cues import tells_handling
from redemption.catalogue.extraction.items import Draft
from redemption.catalogue.extraction.materials import split_list
from redemption.catalogue.extraction.model import FIELDS, FOUND, Entry, Item, Span, text_of
from redemption.catalogue.extraction.periods import APPLYING, DATED, HOURS
from redemption.catalogue.extraction.promises import has_money
from redemption.catalogue.extraction.structure import Node
from redemption.catalogue.extraction.subjects import find_target, who_first
from redemption.catalogue.extraction.when import TIMED
from redemption.catalogue.extraction.writing import SCOPE, FieldWriter

_COUNTERS = re.compile(r"受理|经办|办理|窗口|网点|地[址点]")
_IN_BRACKETS = re.compile(
    r"[（(]((?=[^（）()]{0,30}(?:路|街|道|巷|大厦|中心|大厅|广场))[^（）()]{3,40}?\d[^（）()]{0,20}(?:号|楼|室|层|窗口?|厅)[^（）()]{0,10})[）)]"
)
_WHO_FIRST = re.compile(
    r"\s*(?:凡是?)?([^，。；：:]{2,60}?(?:企业|单位|机构|个人|人员|组织|团队|工商户|园区|平台|载体|项目))(?=[，。；：:]|且|并|，)"
)
_CELL_LINE = re.compile(r"[^\n]*\S[^\n]*")
_MODE = re.compile(r"\s*(?:免申即享|即申即享|限时兑现|评审兑现|快申快享)\s*")  # how it is redeemed, not where
_APART = re.compile(r"专项|专题|补充|附加|个性|特有|其他|通用|共性|基[础本]|共同|必备")
_MEANT = re.compile(r"\s*本[^，。；]{1,6}所(?:称|指)的?[^，。；]{0,12}?[，,]?是指?")
_NAMES_DOCUMENT = re.compile(r"《|号|办法|意见|通知|条例|规定|措施|细则|政策|方案|法|文件")
_NOTHING = re.compile(r"[\s无/\\\-—。]*")  # 申报时间：- and whatever the page prints below
_AIM = re.compile(r"(?:内容|方向|重点|领域|措施|政策)\s*[：:。]?\s*$")
_ASIDE = frozenset({"phone", "online_url", "onsite_address", "receiver"})
_ASKING = re.compile(r"(?:咨询|联系)(?:电话|热线|方式)")
_STEP = re.compile(r"受理|审[核查批定]|初审|复[审核]|核[实查]|评审|公示|拨付|兑[付现]|发放")
_LIMIT = re.compile(r"[\d一二三四五六七八九十两]+\s*个?\s*(?:工作日|自然日|日|天|个?月)\s*(?:内|以内|之内)?")
_PUBLICITY = re.compile(r"公示[^，。；\d]{0,8}\d{1,2}\s*个?(?:工作日|日|天)")
_VALIDITY_TAIL = re.compile(
    r"[，；。](?:本|该)?(?:政策|办法|措施|规定)?(?:的?有效期|执行至|执行到|实施至|自[^，。；]{4,20}起)[^。]*。?$"
)


class SectionReader(FieldWriter):
    """Reads sections that a heading or a label announces."""

    def _from_sections(self, item: Item, sections: list[Node]) -> None:
        if any("materials" in node.roles and _APART.search(self._caption(node)) for node in sections):
            item.values["_papers_apart"] = True
        collected: dict[str, list[list[Span]]] = {}
        strong_target = any("target" in node.roles for node in sections) or item["target"].state == FOUND
        nodes: dict[str, list[Node]] = {}
        told_alone = any(section.roles == ("channels",) for section in sections)
        for section in sections:
            for role, spans in self._parts(section, strong_target):
                if role == "channels" and told_alone and section.roles == ("process", "channels"):
                    continue  # the procedure says how one applies too, but a section of its own says it
                text = text_of(self._text, spans)
                if _NOTHING.fullmatch(self._text, *(spans[0] if spans else (0, 0))):
                    continue
                if role == "channels" and _MODE.fullmatch(text):
                    item.values["_unasked"] = "免申" in text
                    continue
                if role == "application_period" and HOURS.search(text) and not DATED.search(text):
                    continue  # opening hours of a counter
                if spans:
                    named = role in collected and _keeps_its_heading(section, role)
                    collected.setdefault(role, []).append(section.full_spans() if named else spans)
                    nodes.setdefault(role, []).append(section)
        self._drop_aims(collected, nodes)
        for role, groups in collected.items():
            name = {"target_weak": "target", "receiver": "receiver"}.get(role, role)
            if name not in FIELDS:
                continue
            if (name == "conditions" and not item["conditions"].spans) or (
                name == "materials" and self._more_papers(item)
            ):
                pass
            elif item[name].state != "missing":
                continue
            if name == "materials":
                for group, node in zip(
                    groups, nodes[role], strict=True
                ):  # lists of papers are read one by one
                    self._set(item, name, group, [node])
                continue
            spans = [span for group in groups for span in group]
            if role == "target_weak" and (
                nodes[role][0].kind == "article" or SCOPE.match(self._text, *spans[0])
            ):
                spans = self._scope(spans)
            self._set(item, name, spans, nodes[role])
        inner = [child for section in sections for child in section.children if "receiver" in child.roles]
        for section in [*sections, *inner]:
            if "receiver" in section.roles:
                self._from_receiver(item, section.spans())
            elif "phone" in section.roles and self._tells_counters(section):
                self._from_counters(item, section.spans())

    def _is_step(self, child: Node) -> bool:
        """资金拨付 inside 申领方式: the section tells the procedure as well."""
        return bool(
            child.roles == ("process",)
            and child.caption
            and re.search(r"审核|拨付|公示|受理|发放", self._text[slice(*child.caption)])
        )

    def _says(self, node: Node, rule: re.Pattern[str]) -> bool:
        return any(rule.search(self._text, a, b) for a, b in node.full_spans())

    def _drop_aims(self, collected: dict[str, list[list[Span]]], nodes: dict[str, list[Node]]) -> None:
        """支持内容 beside a 支持标准 tells what is supported, not how much."""
        groups = collected.get("standard", [])
        if len(groups) < 2:
            return
        aims = [
            bool(node.caption and _AIM.search(self._text[slice(*node.caption)])) for node in nodes["standard"]
        ]
        if not any(aims):
            return
        money = [any(has_money(self._text[a:b]) for a, b in group) for group in groups]
        kept = [place for place in range(len(groups)) if money[place] or not aims[place]]
        if kept and len(kept) < len(groups) and any(money):
            collected["standard"] = [groups[place] for place in kept]
            nodes["standard"] = [nodes["standard"][place] for place in kept]
            first = nodes["standard"][0]
            if kept[0] > 0 and len(groups[kept[0]]) and groups[kept[0]] == first.full_spans():
                collected["standard"][0] = first.spans()

    def _parts(self, section: Node, strong_target: bool) -> list[tuple[str, list[Span]]]:
        """Which spans of a section go to which field.

        Parts with headings of their own go to their own fields; process and channels keep them too, because a
        procedure is told as a whole.
        """
        roles = [role for role in section.roles if role in FIELDS or role == "target_weak"]
        if "target_weak" in roles and strong_target:
            roles = ["conditions" if role == "target_weak" else role for role in roles]
        if "conditions" in roles:
            roles = list(dict.fromkeys("target" if role == "target_weak" else role for role in roles))
        if roles == ["channels"] and any(self._is_step(child) for child in section.children):
            both = self._content(section, frozenset(), keep_number=False)
            return [("channels", both), ("process", both)]
        labelled = [child for child in section.children if set(child.roles) & {*FIELDS, "receiver"}]
        only_labels = len(labelled) == len(section.children) and not any(map(self._is_step, labelled))
        if (
            roles == ["process"]
            and len(labelled) >= 3
            and (only_labels or any(child.roles == ("process",) for child in labelled))
        ):
            others = [child for child in section.children if child not in labelled]
            asked = [("phone", child.full_spans()) for child in others if self._says(child, _ASKING)]
            return [*(part for child in labelled for part in self._parts(child, strong_target)), *asked]
        inner: list[tuple[str, list[Span]]] = []
        apart: set[int] = set()
        for child in section.children if roles != ["materials"] else []:
            own = {role for role in child.roles if role in FIELDS}
            if own - set(roles) or (own and len(roles) > 1):
                inner.extend(self._parts(child, strong_target))
                if self._says_who(child, roles):
                    continue  # 申报条件：1.申报主体为…的企业: who, and a condition too
                if not ("process" in roles and own <= {"channels", "process"} and not child.children):
                    apart.add(id(child))  # but 网上填报 is a step of the procedure too
        aside = frozenset(
            id(child)
            for child in section.children
            if (_stands_aside(child) and not set(child.roles) & set(roles))
            or (roles == ["standard"] and child.kind == "label" and child.roles == ("ignore",))  # 审批数量：…
        )
        whole = self._content(section, aside, keep_number="materials" in roles)
        rest = self._content(section, aside | apart, keep_number="materials" in roles) if apart else whole
        told = {role for role, spans in inner if spans}
        first_apart = min((c.line.start for c in section.children if id(c) in apart and c.line), default=0)
        if "process" in told and "process" in roles:
            inner = [part for part in inner if part[0] != "process"]
            told.discard("process")
        out: list[tuple[str, list[Span]]] = []
        for role, spans in self._divide(rest, roles) if rest else []:
            if role in told and len(roles) > 1 and role not in ("process", "channels"):
                continue
            before = [span for span in spans if span[0] < first_apart]
            if role == "application_period" and any(DATED.search(self._text[a:b]) for a, b in before):
                out.append((role, before))
            elif role in ("process", "channels") and apart and len(roles) != 2:
                out.append((role, whole))
            else:
                out.append((role, spans))
        given = {role for role, spans in out if spans}
        return out + [(role, spans) for role, spans in inner if role not in given]

    def _says_who(self, child: Node, roles: list[str]) -> bool:
        line = child.line
        if roles != ["conditions"] or child.roles != ("target",) or line is None or line.caption is None:
            return False
        return self._text[line.caption[1] : line.body].strip(" ：:") in ("为", "是")

    def _content(self, section: Node, without: frozenset[int], keep_number: bool) -> list[Span]:
        spans = section.own_spans()
        for child in section.children:
            if id(child) not in without:
                spans.extend(child.full_spans())
        spans.sort()
        first = section.children[0].line if section.children else None
        if spans and first and not keep_number and spans[0][0] == first.start:
            spans[0] = (min(first.after_marker, first.end), first.end)
        return spans

    def _divide(self, spans: list[Span], roles: list[str]) -> list[tuple[str, list[Span]]]:
        if roles == ["time_limit"]:
            return self._divide_limit(spans)
        if roles == ["legal_basis"]:
            return [("legal_basis", self._named_basis(spans))]
        if roles == ["channels"] and len(spans) == 1:
            return self._divide_channels(spans)
        if len(roles) == 1 or not spans:
            return [(role, spans) for role in roles]
        if "application_period" in roles and len(roles) == 2 and ({"channels", "process"} & set(roles)):
            return self._divide_period(spans, roles)
        if "target" in roles and "conditions" in roles:
            return self._divide_target(spans, roles)
        out: list[tuple[str, list[Span]]] = []
        for role in roles:
            if role == "standard" and "conditions" in roles and (gift := self._gift_clauses(spans)):
                out.append((role, gift))
            elif role == "time_limit":
                out.append(
                    (role, [s for s in self._sentences(spans) if _LIMIT.search(self._text[s[0] : s[1]])])
                )
            elif role == "application_period":
                part = self._until_unrelated(spans)
                out.append((role, part))
            else:
                out.append((role, spans))
        return out

    def _divide_limit(self, spans: list[Span]) -> list[tuple[str, list[Span]]]:
        """多久能拿到钱？ 先初审，再公示，再拨付。30个工作日内拨付。: the steps before the limit are the procedure."""
        told = self._sentences(spans)
        steps = [
            (a, b)
            for a, b in told
            for words in [self._text[a:b]]
            if not _LIMIT.search(_PUBLICITY.sub("", words)) and tells_handling(words)
        ]
        limits = [sentence for sentence in told if sentence not in steps]
        if not steps or not any(_LIMIT.search(self._text, *sentence) for sentence in limits):
            return [("time_limit", spans)]
        return [("time_limit", limits), ("process", steps)]

    def _named_basis(self, spans: list[Span]) -> list[Span]:
        """Without what follows the last document named in a sentence: 《…》，本政策执行至…"""
        out = []
        if not _NAMES_DOCUMENT.search(self._text, *spans[0]):
            return []  # 政策来源：市科技局 names an office
        for a, b in spans:
            tail = _VALIDITY_TAIL.search(self._text, a, b)
            out.append((a, tail.start()) if tail and "》" in self._text[a : tail.start()] else (a, b))
        return out

    def _divide_channels(self, spans: list[Span]) -> list[tuple[str, list[Span]]]:
        """如何申报：登录平台提交。审核后公示、拨付。 on lines of its own tells the procedure after where one applies."""
        told = self._sentences(spans)
        steps = [
            place
            for place, s in enumerate(told)
            if len(_STEP.findall(self._text, *s)) >= 2 and not APPLYING.search(self._text, *s)
        ]
        if not steps or not steps[0]:
            return [("channels", spans)]
        applying = told[: steps[0]]
        season = [s for s in applying if DATED.search(self._text, *s) and not APPLYING.search(self._text, *s)]
        if len(season) == len(applying):
            return [("channels", spans)]
        parts = [("channels", [s for s in applying if s not in season]), ("process", told[steps[0] :])]
        return [*parts, ("application_period", season)] if season else parts

    def _divide_period(self, spans: list[Span], roles: list[str]) -> list[tuple[str, list[Span]]]:
        other = next(role for role in roles if role != "application_period")
        period, rest = [], []
        for a, b in self._sentences(spans):
            words = self._text[a:b]
            dated, applying = bool(DATED.search(words)), bool(APPLYING.search(words))
            if dated or not applying:
                timed = TIMED.search(self._text, a, b)
                period.append((timed.start() if timed else a, b))
            if applying and not (
                dated
                and re.search(r"截止|截至", words)
                and not re.search(r"登[录陆]|http|提交|通过|报送|填报|递交", words)
            ):
                rest.append((a, b))
        told = [s for s in period if DATED.search(self._text, *s)]
        return [("application_period", told or period or spans), (other, rest or spans)]

    def _divide_target(self, spans: list[Span], roles: list[str]) -> list[tuple[str, list[Span]]]:
        out: list[tuple[str, list[Span]]] = [(role, spans) for role in roles if role != "target"]
        first = self._text[spans[0][0] : spans[0][1]]
        if len(spans) == 1 and "；" in first.rstrip("；"):  # 小微企业吸纳…的；社会组织招用…的
            subjects = [find_target(self._text, clause) for clause in split_list(self._text, *spans[0], "；")]
            named = [who for who in subjects if who and who[1] - who[0] <= 20]
            if len(named) == len(subjects):
                return [*out, ("target", named)]
        if match := _WHO_FIRST.match(first):
            out.append(("target", [(spans[0][0] + match.start(1), spans[0][0] + match.end(1))]))
        elif who := who_first(self._text, spans[0]):
            out.append(("target", [who]))
        return out

    def _until_unrelated(self, spans: list[Span]) -> list[Span]:
        """The dated lines of a section that also says other things."""
        kept = []
        for a, b in spans:
            if re.search(r"审核时间|审批时间", self._text[a:b]):
                break
            kept.append((a, b))
        return kept

    def _from_receiver(self, item: Item, spans: list[Span]) -> None:
        phones = read_phones(self._text, spans)
        addresses = [
            entry
            for entry in read_addresses(self._text, spans, labelled_only=False)
            if re.search(r"\d|路|街|大厅|窗口|楼", entry.text)
        ]
        if phones:
            known = {entry.text for entry in item["phone"].entries}
            item["phone"].entries.extend(entry for entry in phones if entry.text not in known)
            item["phone"].state = FOUND
        if addresses and not item["onsite_address"].entries:
            item["onsite_address"].entries, item["onsite_address"].state = addresses, FOUND
        place = [
            s
            for s in spans
            if re.search(r"窗口|大厅|中心|地址|系统|平台|网址|经办机构", self._text[s[0] : s[1]])
        ]
        item.values.setdefault("_receiver", []).extend(place[:1])

    def _scope(self, spans: list[Span]) -> list[Span]:
        """本办法适用于…的企业。 in an article: the words between."""
        if match := SCOPE.match(self._text, *spans[0]):
            return [match.span(1)]
        meant = _MEANT.match(self._text, *spans[0])
        return [(meant.end(), spans[0][1]), *spans[1:]] if meant else spans

    def _more_papers(self, item: Item) -> bool:
        """Whether the item's own papers are said to come on top of those that all items share."""
        entries = item["materials"].entries
        if not entries:
            return False
        start = entries[0].span[0]
        if item.values.get("_papers_apart"):
            return True
        return bool(
            re.search(r"还[应需须]|另[需须外]|此外|除[^。；]{2,20}外", self._text[max(0, start - 24) : start])
        )

    def _tells_counters(self, section: Node) -> bool:
        return bool(section.caption and _COUNTERS.search(self._text[slice(*section.caption)]))

    def _from_counters(self, item: Item, spans: list[Span]) -> None:
        """受理机构及咨询电话: the counters stand beside their phones, their addresses in brackets or labelled."""
        if item["onsite_address"].entries:
            return
        found = read_addresses(self._text, spans, labelled_only=True) or [
            Entry(match.group(1), match.span(1))
            for a, b in spans
            for match in _IN_BRACKETS.finditer(self._text, a, b)
        ]
        if found:
            item["onsite_address"].entries, item["onsite_address"].state = found, FOUND

    def _from_cells(self, item: Item, draft: Draft) -> None:
        for name, cells in draft.cells.items():
            lines = [
                match.span()
                for cell in cells
                if name in FIELDS and self._text[slice(*cell)].strip() not in ("", "/", "-", "无", "—")
                for match in _CELL_LINE.finditer(self._text, *cell)
            ]
            if lines:
                self._set(item, name, lines, [])


def _keeps_its_heading(section: Node, role: str) -> bool:
    """A second section of a field is joined with its heading (补贴期限：一次性), unless that is a question."""
    line = section.line
    if line is None or line.kind == "question" or "？" in line.text or role == "time_limit":
        return False
    return line.caption is not None and section.roles == (role,)


def _stands_aside(child: Node) -> bool:
    """咨询电话：… at the end of a section is no part of what the section tells."""
    return child.kind in ("label", "plain") and bool(child.roles) and set(child.roles) <= _ASIDE
