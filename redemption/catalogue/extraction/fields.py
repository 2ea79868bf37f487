"""Step 5: the twelve fields of an item from its own sections, then from the shared ones, then from its sentences."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.entries import (
    counters_named,
    read_addresses,
    read_links,
    read_materials,
    read_phones,
)
from redemption.catalogue.extraction.grants import (
    Giving,
    has_money,
    is_cap,
    is_giving,
    read_giving,
    sentences,
)
from redemption.catalogue.extraction.items import Draft
from redemption.catalogue.extraction.model import (
    EXTERNAL,
    FIELDS,
    FOUND,
    LIST_FIELDS,
    MISSING,
    Item,
    Span,
    text_of,
)
from redemption.catalogue.extraction.structure import Node

_EXTERNAL = re.compile(
    r"(?:详见|见|参见|参照|按照?|具体见|请见|查看|下载)[^，。；]{0,30}(?:附件|附表|指南|通知|附录|网站|官网|另行|办事指南|申报系统|链接|公告|清单|后附|附后)"
    r"|另行(?:通知|公布|制定|发布)|(?:附件|附后|见附)"
)
_DATE = re.compile(
    r"\d{1,4}\s*[年./．-]\s*\d{1,2}\s*[月./．-]|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{1,2}\s*月(?:底|初|中旬|上旬|下旬)|截止|截至|之日起|起至|每年|每月|每季度|全年|常年|长期|随时|即日起|年\s*\d{1,2}\s*月|逾期|期限|批次|工作日内提出|个月内|月内|年内|季度"
)
_APPLYING = re.compile(
    r"登[录陆]|网上|线上|在线|系统|平台|网址|https?://|www\.|窗口|现场|邮寄|提交|报送|递交|送达|填报|纸质|邮箱|注册|APP|小程序|公众号|自主申报|向.{1,20}(?:申请|申报|提出)|免申即享|无需申报|无须申报"
)
_APPLY_SENTENCE = re.compile(
    r"(?:登[录陆]|通过|在|访问|进入|到|向|至|前往)[^。；]{2,60}(?:提出申请|提交申请|进行申报|网上申报|在线申报|申报|申请|填报|办理|申领|报送|提交)"
)
_RECOMMENDING = re.compile(r"(?:各|县|区|市|主管部门|推荐单位|初审)[^。；]{0,60}(?:推荐|汇总|上报|初审|审核)")
_HOURS = re.compile(r"周[一二三四五六日]|星期|上午|下午|法定节假日|工作日")
_LIMIT = re.compile(r"[\d一二三四五六七八九十两]+\s*个?\s*(?:工作日|自然日|日|天|个?月)\s*(?:内|以内|之内)?")
_AUTHORITY = re.compile(
    r"审[核查批定]|受理|办结|拨付|发放|兑付|反馈|答复|出具|作出|完成|核准|批复|初审|复审|复核|核实|核查|到账|办理|支付|划拨|兑现|评审|决定|告知|确认|核定|汇总|上报"
)
_APPLICANT = re.compile(
    r"(?:企业|单位|申请人|申报人|申报单位|申请单位|申报主体|项目单位)[^，。；]{0,10}(?:应|须|需|请|可)?(?:于|在)[^，。；]{0,20}(?:提出|提交|申请|申报|补正|补充|修改|完成|报送)|补正|补齐|公示(?:期|时间)?(?:为|不少于)?\s*\d|公示\d|(?:有|提出)异议|退回修改|逾期|备案手续|有效期"
)
_CONDITIONS_FOLLOW = re.compile(r"(?:符合|具备|满足)(?:以下|下列|如下)[^。；]{0,12}(?:条件|要求)")
_PAPERS_NAMED = re.compile(
    r"(?:申报|申请|申领|办理|兑现)[^。；]{0,12}(?:提供|提交|报送|携带|凭)[^。；]{2,}(?:表|书|证|照|件|明|同|票|料|单|定)"
)
_PUBLICITY = re.compile(r"公示(?:期|时间)?(?:为|不少于)?\s*\d{1,2}\s*个?(?:工作日|日|天)(?=[^，。；]{0,4}\d)")
_BASIS = re.compile(
    r"(?:根据|依据|按照|依照)\s*((?:[^。；《]{0,12}《[^》]{2,80}》(?:[（(][^）)]{2,40}[)）])?[^。；《，]{0,12}[、，和及与以]*)+)"
)
_PLACES_ELSEWHERE = re.compile(
    r"(?:受理|办理|经办|服务|申报|业务)(?:网点|地点|地址|窗口|机构)[^。；]{0,60}(?:查询|详见|见附|公布|查看|获取)"
)
_NAMED_BASIS = re.compile(r"《[^》]{4,60}》(?:[（(][^（）()]{4,30}[)）])?(?=.{0,12}(?:规定|执行|实施))")
_LAST_TITLE = re.compile(r".*[》）)]")
_GENERAL = re.compile(
    r"(?:本(?:办法|措施|政策|意见|细则|规定|通知|实施办法|实施细则|方案|条款|若干)[^。；]{0,30}|享受|申请|申报|获得|符合)[^。；]{0,24}(?:对象|企业|单位|主体|申请人|申报人|机构|个人|项目)[^。；]{0,14}(?:应当|须|必须|需|应同时|应(?!用|急|收))"
)
_NOT_GENERAL = re.compile(
    r"提交|提供以下|材料|下列资料|所称|是指|解释|施行|退回.{0,6}重复|适用于|签订.{0,4}合同"
)
_REFUSING = re.compile(r"不予|不得|除外|取消")
_FOR = re.compile(r"(?:本[^，。；]{1,10}适用于|适用对象为|支持对象为|申报对象为|对象为|面向)([^。；]{4,120})")


class FieldReader:
    """Fills the fields of drafts. Holds the document's text and the annex marks found in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._around: list[Span] = []
        self._general: list[Span] | None = None

    def read(self, draft: Draft, preamble: list[Span], alone: bool) -> Item:
        """The item of a draft. `preamble` is text of the document outside of all sections; `alone`: only item."""
        item = Item(draft.name, draft.name_span)
        if draft.cells:
            self._from_cells(item, draft)
            self._target_of_cells(item)
        self._from_sections(item, draft.sections)
        if draft.giving is not None:
            self._from_giving(item, draft.giving, draft.passage, draft.lead_target)
        own_conditions = list(item["conditions"].spans)
        self._from_sections(item, draft.shared)
        if not alone:
            self._add_general(item, draft, own_conditions, preamble)
        self._from_sentences(item, draft, preamble, alone)
        for name in FIELDS:
            self._finish(item, name)
        return item

    # -- sections

    def _from_sections(self, item: Item, sections: list[Node]) -> None:
        collected: dict[str, list[list[Span]]] = {}
        strong_target = any("target" in node.roles for node in sections) or item["target"].state == FOUND
        nodes: dict[str, list[Node]] = {}
        for section in sections:
            for role, spans in self._parts(section, strong_target):
                text = text_of(self._text, spans)
                if re.fullmatch(r"[\s无/\\\-—。]*", text):
                    continue
                if role == "application_period" and _HOURS.search(text) and not _DATE.search(text):
                    continue  # opening hours of a counter
                if spans:
                    if role in collected and section.line and section.line.kind != "question":
                        if (
                            section.line.caption
                            and "？" not in section.line.text
                            and section.roles == (role,)
                        ):
                            spans = section.full_spans()
                    collected.setdefault(role, []).append(spans)
                    nodes.setdefault(role, []).append(section)
        for role, groups in collected.items():
            name = {"target_weak": "target", "receiver": "receiver"}.get(role, role)
            if name not in FIELDS:
                continue
            if name == "conditions" and not item["conditions"].spans:
                pass
            elif item[name].state != "missing":
                continue
            self._set(item, name, [span for spans in groups for span in spans], nodes[role])
        for section in sections:
            if "receiver" in section.roles:
                self._from_receiver(item, section.spans())

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
        inner: list[tuple[str, list[Span]]] = []
        apart: set[int] = set()
        for child in section.children if roles != ["materials"] else []:
            own = {role for role in child.roles if role in FIELDS}
            if own - set(roles) or (own and len(roles) > 1):
                inner.extend(self._parts(child, strong_target))
                apart.add(id(child))
        whole = self._content(section, frozenset(), keep_number="materials" in roles)
        rest = self._content(section, frozenset(apart), keep_number="materials" in roles) if apart else whole
        told = {role for role, spans in inner if spans}
        first_apart = min((c.line.start for c in section.children if id(c) in apart and c.line), default=0)
        out: list[tuple[str, list[Span]]] = []
        for role, spans in self._divide(rest, roles) if rest else []:
            if role in told and len(roles) > 1 and role not in ("process", "channels"):
                continue
            before = [span for span in spans if span[0] < first_apart]
            if (
                role == "application_period"
                and before
                and any(_DATE.search(self._text[a:b]) for a, b in before)
            ):
                spans = before
            out.append(
                (role, whole if role in ("process", "channels") and apart and len(roles) != 2 else spans)
            )
        given = {role for role, spans in out if spans}
        return out + [(role, spans) for role, spans in inner if role not in given]

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
        if len(roles) == 1 or not spans:
            return [(role, spans) for role in roles]
        if "application_period" in roles and len(roles) == 2 and ({"channels", "process"} & set(roles)):
            return self._divide_period(spans, roles)
        if "target" in roles and "conditions" in roles:
            return self._divide_target(spans, roles)
        out: list[tuple[str, list[Span]]] = []
        for role in roles:
            if role == "time_limit":
                out.append(
                    (role, [s for s in self._sentences(spans) if _LIMIT.search(self._text[s[0] : s[1]])])
                )
            elif role == "application_period":
                part = self._until_unrelated(spans)
                out.append((role, part))
            else:
                out.append((role, spans))
        return out

    def _divide_period(self, spans: list[Span], roles: list[str]) -> list[tuple[str, list[Span]]]:
        other = next(role for role in roles if role != "application_period")
        period, rest = [], []
        for a, b in self._sentences(spans):
            words = self._text[a:b]
            dated, applying = bool(_DATE.search(words)), bool(_APPLYING.search(words))
            if dated or not applying:
                period.append((a, b))
            if applying and not (
                dated
                and re.search(r"截止|截至", words)
                and not re.search(r"登[录陆]|http|提交|通过|报送|填报|递交", words)
            ):
                rest.append((a, b))
        return [("application_period", period or spans), (other, rest or spans)]

    def _divide_target(self, spans: list[Span], roles: list[str]) -> list[tuple[str, list[Span]]]:
        out: list[tuple[str, list[Span]]] = [(role, spans) for role in roles if role != "target"]
        first = self._text[spans[0][0] : spans[0][1]]
        if match := re.match(
            r"\s*(?:凡是?)?([^，。；：:]{2,60}?(?:企业|单位|机构|个人|人员|组织|团队|工商户|园区|平台|载体|项目))(?=[，。；：:]|且|并|，)",
            first,
        ):
            out.append(("target", [(spans[0][0] + match.start(1), spans[0][0] + match.end(1))]))
        return out

    def _until_unrelated(self, spans: list[Span]) -> list[Span]:
        """The dated lines of a section that also says other things."""
        kept = []
        for a, b in spans:
            if re.search(r"审核时间|审批时间", self._text[a:b]):
                break
            kept.append((a, b))
        return kept

    def _sentences(self, spans: list[Span]) -> list[Span]:
        return [sentence for span in spans for sentence in sentences(self._text, span)]

    def _from_receiver(self, item: Item, spans: list[Span]) -> None:
        phones = read_phones(self._text, spans)
        addresses = read_addresses(self._text, spans, labelled_only=False)
        if phones:
            known = {entry.text for entry in item["phone"].entries}
            item["phone"].entries.extend(entry for entry in phones if entry.text not in known)
            item["phone"].state = FOUND
        if addresses and not item["onsite_address"].entries:
            item["onsite_address"].entries, item["onsite_address"].state = addresses, FOUND
        place = [
            s for s in spans if re.search(r"窗口|大厅|中心|地址|系统|平台|网址", self._text[s[0] : s[1]])
        ]
        item.values.setdefault("_receiver", []).extend(place[:1])

    def _set(self, item: Item, name: str, spans: list[Span], nodes: list[Node]) -> None:
        spans = [span for span in spans if self._text[span[0] : span[1]].strip()]
        if not spans:
            return
        if name in ("application_period", "time_limit"):
            spans = self._until_note(spans)
        value = item[name]
        text = text_of(self._text, spans)
        if name in LIST_FIELDS:
            entries = {
                "materials": lambda: read_materials(self._text, nodes, spans),
                "phone": lambda: read_phones(self._text, spans),
                "online_url": lambda: read_links(self._text, spans),
                "onsite_address": lambda: read_addresses(self._text, spans, labelled_only=False),
            }[name]()
            if entries and not (name == "materials" and _only_points_elsewhere(text)):
                value.entries.extend(entries)
                value.state = FOUND
            elif _EXTERNAL.search(text):
                value.state, value.text, value.spans = EXTERNAL, text, spans
            if name == "phone":
                self._addresses_in_contacts(item, spans)
            return
        value.text, value.spans = text, spans
        value.state = EXTERNAL if _only_points_elsewhere(text) else FOUND

    def _until_note(self, spans: list[Span]) -> list[Span]:
        """Without notes at the end; a note between numbered parts stays."""
        for index, (a, b) in enumerate(spans):
            if index and re.match(r"\s*[（(【]?(?:注意|备注|注|说明|温馨提示|提示)\s*[:：]", self._text[a:b]):
                if not any(
                    re.match(r"\s*[（(]?[一二三四五六七八九十\d]{1,2}[)）、.]", self._text[x:y])
                    for x, y in spans[index:]
                ):
                    return spans[:index]
        return spans

    def _addresses_in_contacts(self, item: Item, spans: list[Span]) -> None:
        found = read_addresses(self._text, spans, labelled_only=True)
        item.values.setdefault("_contact_addresses", []).extend(found)

    def _from_cells(self, item: Item, draft: Draft) -> None:
        for name, span in draft.cells.items():
            if name in FIELDS and self._text[span[0] : span[1]].strip() not in ("", "/", "-", "无", "—"):
                lines = []
                at = span[0]
                for piece in self._text[span[0] : span[1]].split("\n"):
                    if piece.strip():
                        lines.append((at, at + len(piece)))
                    at += len(piece) + 1
                self._set(item, name, lines, [])

    def _target_of_cells(self, item: Item) -> None:
        """A list without a column for the recipients names them in what it gives: 对…企业，给予…"""
        if item["target"].state != MISSING or item["standard"].state != FOUND:
            return
        giving = read_giving(self._text, item["standard"].spans)
        targets = [grant.target for grant in giving.grants if grant.target]
        self._set(item, "target", targets[:1], [])
        if item["conditions"].state == MISSING:
            self._set(item, "conditions", [grant.condition for grant in giving.grants if grant.condition], [])

    # -- sentences that give

    def _from_giving(self, item: Item, giving: Giving, passage: list[Span], lead_target: Span | None) -> None:
        if not giving.grants:
            if item["standard"].state == "missing":  # a benefit by its heading and its neighbours
                told = [s for s in giving.sentences if not _NO_STANDARD.search(self._text[slice(*s)])]
                told = [s for s in told if not re.search(r"电话|咨询|联系", self._text[slice(*s)])]
                self._set(item, "standard", told, [])
            return
        listed, papers = self._listed_conditions(giving), self._named_papers(giving)
        conditions = [g.condition for g in giving.grants if g.condition]
        if not conditions:  # the conditions are told first, the gift in a sentence of its own
            conditions = [
                s for s in giving.sentences[: giving.giving[0]] if not is_cap(self._text[slice(*s)])
            ]
        targets = [g.target for g in giving.grants if g.target]
        if item["standard"].state == "missing":
            aside = {*listed, *papers}
            told = self._standard(giving, passage, conditions)
            self._set(item, "standard", [span for span in told if span not in aside], [])
        if (conditions or listed) and item["conditions"].state == "missing":
            self._set(item, "conditions", [*conditions, *listed], [])
        if papers and item["materials"].state == "missing":
            entries = read_materials(self._text, [], papers)
            if entries:
                item["materials"].entries, item["materials"].state = entries, FOUND
        if targets and item["target"].state == "missing":
            seen, distinct = set(), []
            for a, b in targets:
                if self._text[a:b] not in seen:
                    seen.add(self._text[a:b])
                    distinct.append((a, b))
            if lead_target and len(distinct) > 1:
                distinct = [lead_target]
            self._set(item, "target", distinct[:3], [])
        elif lead_target and item["target"].state == "missing":
            self._set(item, "target", [lead_target], [])

    def _listed_conditions(self, giving: Giving) -> list[Span]:
        """…应符合以下条件： and the numbered sentences after it."""
        found: list[Span] = []
        inside = False
        for index, (a, b) in enumerate(giving.sentences):
            words = self._text[a:b]
            if index not in giving.giving and _CONDITIONS_FOLLOW.search(words):
                inside = True
                found.append((a, b))
            elif (
                inside
                and index not in giving.giving
                and re.match(r"[（(]?[一二三四五六七八九十\d①-⑳]{1,2}[)）、.．]?", words)
            ):
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
        if len(conditions) <= 1:
            start = giving.grants[0].gift[0]
            sentence = giving.sentences[first]
            if not has_money(self._text[start : sentence[1]]) and has_money(self._text[sentence[0] : start]):
                start = sentence[0]
            spans = []
            for index in range(first, len(giving.sentences)):
                a, b = giving.sentences[index]
                words = self._text[a:b]
                if index > first and _NO_STANDARD.search(words):
                    continue
                spans.append((max(a, start), b))
            return spans
        spans = [giving.sentences[i] for i in range(first, len(giving.sentences))]
        return [span for span in spans if not _NO_STANDARD.search(self._text[slice(*span)])]

    # -- shared conditions of a regulation

    def _add_general(self, item: Item, draft: Draft, own: list[Span], preamble: list[Span]) -> None:
        if item["conditions"].state != FOUND and item["standard"].state != FOUND:
            return
        spans = list(item["conditions"].spans)
        spans.extend(self._general_spans(preamble))
        if draft.giving is not None and own:
            for section in draft.shared:
                for role, part in self._parts(section, False):
                    if role == "conditions" or (role == "target_weak" and item["target"].spans != part):
                        spans.extend(part)
        spans = list(dict.fromkeys(spans))
        if spans != item["conditions"].spans:
            item["conditions"].spans = spans
            item["conditions"].text = text_of(self._text, spans)
            item["conditions"].state = FOUND

    def _general_spans(self, preamble: list[Span]) -> list[Span]:
        """Sentences outside of all sections that bind every applicant; the same for all items."""
        if self._general is None:
            self._general = [
                (a, b)
                for a, b in preamble
                for words in [self._text[a:b]]
                if _GENERAL.search(words) and not _NOT_GENERAL.search(words) and not is_giving(words)
            ]
        return self._general

    # -- what stands in other sentences

    def _from_sentences(self, item: Item, draft: Draft, preamble: list[Span], alone: bool) -> None:
        around = preamble if alone else draft.own_lines
        self._around = [*around, *item["channels"].spans, *item["process"].spans]
        receiver = item.values.pop("_receiver", [])
        contact_addresses = item.values.pop("_contact_addresses", [])
        if item["legal_basis"].state == "missing":
            self._find_basis(item, draft, preamble)
        if item["target"].state == "missing":
            self._find_target(item)
        if alone and item["standard"].state == "missing":
            giving = [span for span in preamble if is_giving(self._text[span[0] : span[1]])]
            if giving:
                inside = [s for s in preamble if giving[0][0] <= s[0] <= giving[-1][0]]
                self._set(item, "standard", inside, [])
        if item["application_period"].state == "missing":
            self._find_period(item, [*around, *item["channels"].spans, *item["process"].spans])
        if item["time_limit"].state == "missing":
            self._find_limit(
                item, list(dict.fromkeys([*item["process"].spans, *item["channels"].spans, *around]))
            )
        if item["channels"].state == "missing":
            self._find_channels(item, around, receiver)
        if not item["phone"].entries and item["phone"].state == "missing":
            found = read_phones(self._text, self._phone_lines(around))
            if found:
                item["phone"].entries, item["phone"].state = found, FOUND
        self._find_links(item, around)
        self._find_addresses(item, contact_addresses)
        self._find_external(item)

    def _find_target(self, item: Item) -> None:
        """凡…的企业均可申报: who may apply, said in the first condition."""
        for a, b in item["conditions"].spans[:1]:
            match = re.match(
                r"\s*(?:[（(].{1,3}[)）]\s*)?(凡是?[^。；]{4,80}?(?:企业|单位|机构|个人|组织|资格))(?=[，。；]|均|都|可)",
                self._text[a:b],
            )
            if match and re.search(r"均可|都可以|可(?:以)?申[报请]", self._text[a:b]):
                self._set(item, "target", [(a + match.start(1), a + match.end(1))], [])

    def _find_basis(self, item: Item, draft: Draft, preamble: list[Span]) -> None:
        if draft.name_span and (match := _NAMED_BASIS.search(self._text, *draft.name_span)):
            self._set(item, "legal_basis", [match.span()], [])
            return
        for a, b in preamble:
            for match in _BASIS.finditer(self._text, a, b):
                tail = self._text[match.end() : match.end() + 12]
                inner = _LAST_TITLE.match(match.group(1))
                if inner and not re.match(r"[^。]{0,6}(?:标准给予|比例)", tail):
                    start = match.start(1) + match.group(1).find("《")
                    item["legal_basis"].spans = [(start, match.start(1) + inner.end())]
                    item["legal_basis"].text = self._text[start : match.start(1) + inner.end()]
                    item["legal_basis"].state = FOUND
                    return

    def _find_period(self, item: Item, spans: list[Span]) -> None:
        found = []
        for a, b in self._sentences(spans):
            words = self._text[a:b]
            if re.search(
                r"(?:申报|申请|受理|报送|提交|报名|填报|申领|截止|截至)[^。；]{0,40}(?:截止|截至|\d\s*日前|时间为|月底前|之前|日止|起至)"
                r"|(?:请|应|须|需|于|在)[^。；]{0,30}\d{1,2}\s*[月.]\s*\d{1,2}\s*日?(?:\d{1,2}[:：时点]\d{0,2})?(?:之?前|以前|下班前|止)[^。；]{0,60}(?:申报|申请|提交|报送|填报|报)"
                r"|\d{1,2}\s*[月.]\s*\d{1,2}\s*日?\s*(?:至|到|-|—|～|~)[^。；]{0,60}(?:申报|申请|提交|报送|填报|受理)|每年[^。；]{0,16}月[^。；]{0,12}(?:受理|申报|申请)",
                words,
            ) and _DATE.search(words):
                found.append((a, b))
        mine = [s for s in found if not _RECOMMENDING.search(self._text[slice(*s)])]
        if found:
            self._set(item, "application_period", list(dict.fromkeys(mine or found)), [])

    def _find_limit(self, item: Item, spans: list[Span]) -> None:
        found = []
        for span in spans:
            for a, b in sentences(self._text, span):
                words = self._text[a:b]
                for match in re.finditer(r"[^；;。]+[；;。]?", words):
                    clause = match.group()
                    limit = _LIMIT.search(clause)
                    if (
                        limit
                        and re.search(r"工作日|日内|天内|月内|日以内", clause)
                        and _AUTHORITY.search(clause)
                    ):
                        if not _APPLICANT.search(_PUBLICITY.sub("", clause)):
                            found.append((a + match.start(), a + match.end()))
        if found:
            self._set(item, "time_limit", found, [])

    def _find_channels(self, item: Item, around: list[Span], receiver: list[Span]) -> None:
        found = []
        process = item["process"].spans
        for a, b in self._sentences([*item["application_period"].spans, *around]):
            words = self._text[a:b]
            if (
                not any(x <= a and b <= y for x, y in process)
                and _APPLY_SENTENCE.search(words)
                and _APPLYING.search(words)
            ):
                if re.search(
                    r"登[录陆]|网上|线上|在线|系统|平台|网址|http|窗口|邮箱|小程序|APP|公众号", words
                ) and not re.search(r"监督|下载|公示|查询|咨询", words):
                    found.append((a, b))
        found.extend(receiver)
        if found:
            self._set(item, "channels", list(dict.fromkeys(found)), [])
        elif item["process"].state == FOUND and re.search(
            r"登[录陆]|网上|线上|在线|系统填|平台|网址|http|窗口|邮寄|提交|报送|递交|邮箱|提出申请|向[^，。；]{2,16}申[请报]",
            item["process"].text,
        ):
            self._set(item, "channels", list(item["process"].spans), [])

    def _phone_lines(self, spans: list[Span]) -> list[Span]:
        return [s for s in spans if re.search(r"电\s*话|咨询|联系|热线|手机", self._text[s[0] : s[1]])]

    def _find_links(self, item: Item, around: list[Span]) -> None:
        if item["online_url"].entries:
            return
        spans = [*item["channels"].spans, *item["application_period"].spans, *item["process"].spans, *around]
        links = read_links(self._text, spans, applying_only=True)
        if links:
            item["online_url"].entries, item["online_url"].state = links, FOUND

    def _find_addresses(self, item: Item, contact_addresses: list) -> None:
        value = item["onsite_address"]
        if value.entries or value.state == EXTERNAL:
            return
        text = item["channels"].text + item["process"].text + item["application_period"].text
        spans = [*item["channels"].spans, *item["process"].spans, *item["application_period"].spans]
        found = read_addresses(self._text, spans, labelled_only=True)
        paper = re.search(
            r"纸质|窗口|现场|递交|送[至到达]|报[至到送]|邮寄|大厅",
            text + "".join(e.text for e in item["materials"].entries[-1:]),
        )
        if not found and paper:
            found = contact_addresses or counters_named(self._text, spans)
        if found:
            value.entries, value.state = found, FOUND

    def _find_external(self, item: Item) -> None:
        whole = "".join(item[name].text for name in ("channels", "process", "conditions"))
        if item["materials"].state == "missing":
            match = re.search(
                r"(?:材料|资料)[^。；]{0,24}(?:详见|见|参见)[^。；]{0,16}(?:附件|指南|附表|通知)|(?:详见|参见|按)[^。；]{0,12}(?:申报指南|办事指南|申报通知)",
                whole,
            )
            if match:
                item["materials"].state, item["materials"].text = EXTERNAL, match.group()
                item["materials"].spans = self._locate(match.group(), item)

        if not item["onsite_address"].entries:
            for a, b in self._sentences(self._around):
                if _PLACES_ELSEWHERE.search(self._text[a:b]):
                    item["onsite_address"].state = EXTERNAL
                    item["onsite_address"].text, item["onsite_address"].spans = self._text[a:b], [(a, b)]
                    break

    def _locate(self, words: str, item: Item) -> list[Span]:
        for name in ("channels", "process", "conditions"):
            for a, b in item[name].spans:
                at = self._text.find(words, a, b)
                if at >= 0:
                    return [(at, at + len(words))]
        return []

    def _finish(self, item: Item, name: str) -> None:
        value = item[name]
        if name in LIST_FIELDS and value.state == FOUND:
            seen, kept = set(), []
            for entry in value.entries:
                if entry.span not in seen and entry.text not in {e.text for e in kept}:
                    seen.add(entry.span)
                    kept.append(entry)
            value.entries = kept
            value.spans = [entry.span for entry in kept]


_NO_STANDARD = re.compile(
    r"^[（(【]?(?:责任单位|责任部门|牵头|配合单位|政策执行|本政策|咨询|申报|申请|材料|符合条件的|举例|注[：:]|责任单位|办理|联系)"
)


def _only_points_elsewhere(text: str) -> bool:
    """详见附件1, with little else: the field is outside of this document."""
    bare = re.sub(r"\s", "", text)
    return (
        bool(_EXTERNAL.search(bare))
        and len(bare) <= 45
        and not re.search(r"\d{1,2}月\d{1,2}日|万元|[\d]元|http", bare)
    )
