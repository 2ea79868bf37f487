"""Step 5: putting spans of the text into a field, with its state: found, or written elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from redemption.catalogue.extraction.contacts import read_addresses, read_links, read_phones
from redemption.catalogue.extraction.grants import sentences
from redemption.catalogue.extraction.materials import read_materials
from redemption.catalogue.extraction.model import EXTERNAL, FOUND, LIST_FIELDS, Entry, Item, Span, text_of
from redemption.catalogue.extraction.promises import has_money, is_giving
from redemption.catalogue.extraction.structure import Node

_NOTE = re.compile(r"\s*[（(【]?(?:注意|备注|注|说明|温馨提示|提示)\s*[:：]")
_COMBINING = re.compile(r"就高|不重复|重复享受|同时享受|叠加")
_NUMBERED = re.compile(r"\s*[（(]?[一二三四五六七八九十\d]{1,2}[)）、.]")
_HINT = re.compile(r"[见附]|另行|为准|参照|按照?|查看|下载")
_EXTERNAL = re.compile(
    r"(?:详见|见|参见|参照|按照?|具体见|请见|查看|下载)[^，。；]{0,30}(?:附件|附表|指南|通知|附录|网站|官网|另行|办事指南|申报系统|链接|公告|清单|后附|附后)"
    r"|另行(?:通知|公布|制定|发布)|以[^，。；]{2,20}为准|(?<!上传)(?<!相关)(?<!所需)(?<!有关)附件|附后|见附"
)


_HOW = re.compile(
    r"(?:通过|登[录陆]|在|向|到|至)[^，。；]{2,24}(?:平台|系统|网|窗口|大厅|局|中心)[^，。；]{0,6}(?:申报|申请|提交|办理|填报)"
)


_SCOPED = r"(?:企业|单位|机构|主体|组织|个人|人员|工商户|团队|项目|平台|载体|合作社|农场|大户|农户)"
SCOPE = re.compile(
    r"(?:本(?:办法|指南|通知|公告|措施|政策|意见|细则|规定|规程|方案|计划|若干|实施|操作|条款|扶持)[^，。；]{0,8}?"
    r"(?:适用于|所称[“”]?[^，。；“”]{0,6}(?:企业|单位|机构|人才|主体|组织)[“”]?[，,]?\s*是?指)"
    r"|[^，。；]{0,10}(?:政策|措施|办法|细则)的?(?:实施|适用|享受|支持)(?:范围|对象)(?:为|是))"
    rf"([^。；]{{4,120}}?{_SCOPED}[^。；，]{{0,8}})(?=[。；，])"
)
_NAMED_ELSEWHERE = re.compile(
    r"\s*(?:具体|详)?(?:请?见|参见|参照|按照?|同)[^，。；《]{0,6}《[^》]{4,60}》[^，。；]{0,24}[。；]?\s*"
)


_CLAUSES = re.compile(r"[^，,；;]+[，,；;]?")
_PROMISES = re.compile(
    r"给予|予以|可申[请领]|补[贴助]|奖励|资助|贴息|发放|(?:最高|额度|标准)(?!.*(?:以上|以下|不低于|不少于|达到))"
)


class FieldWriter:
    """Writes fields of items. Holds the document's text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known_sentences: dict[Span, list[Span]] = {}  # many items ask about the same spans

    def _set(self, item: Item, name: str, spans: list[Span], nodes: list[Node]) -> None:
        spans = [self._bare(span) for span in spans if self._text[span[0] : span[1]].strip()]
        if not spans:
            return
        if name in ("application_period", "time_limit"):
            spans = self._until_rule(self._until_note(spans))
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

    def _caption(self, section: Node) -> str:
        return self._text[slice(*section.caption)] if section.caption else ""

    def _bare(self, span: Span) -> Span:
        """The span without white space at its ends."""
        words = self._text[span[0] : span[1]]
        return (span[0] + len(words) - len(words.lstrip()), span[0] + len(words.rstrip()))

    def _until_note(self, spans: list[Span]) -> list[Span]:
        """Without notes at the end; a note between numbered parts stays."""
        for index, (a, b) in enumerate(spans):
            if not index or not _NOTE.match(self._text, a, b):
                continue
            if not any(_NUMBERED.match(self._text, x, y) for x, y in spans[index:]):
                return spans[:index]
        return spans

    def _until_rule(self, spans: list[Span]) -> list[Span]:
        """Without lines at the end that say what may be combined: 就高享受，不重复."""
        kept = list(spans)
        while len(kept) > 1 and _COMBINING.search(self._text, *kept[-1]):
            kept.pop()
        return kept

    def _addresses_in_contacts(self, item: Item, spans: list[Span]) -> None:
        found = read_addresses(self._text, spans, labelled_only=True)
        item.values.setdefault("_contact_addresses", []).extend(found)

    def _sentences(self, spans: Iterable[Span]) -> list[Span]:
        known = self._known_sentences
        found: list[Span] = []
        for span in spans:
            told = known.get(span)
            if told is None:
                told = known[span] = sentences(self._text, span)
            found.extend(told)
        return found

    def _gift_clauses(self, spans: Iterable[Span]) -> list[Span]:
        """Of the sentences that promise a sum, what stands from the promise on: …的毕业生，可申请3000元补贴 → 可申请…"""
        found = []
        for a, b in self._sentences(spans):
            if not (has_money(self._text[a:b]) and is_giving(self._text[a:b])):
                continue
            clauses = [match.span() for match in _CLAUSES.finditer(self._text, a, b)]
            told = [
                x for x, y in clauses if has_money(self._text[x:y]) and _PROMISES.search(self._text, x, y)
            ]
            found += [(told[0], b)] if told else []
        return found

    def _finish(self, item: Item, name: str) -> None:
        value = item[name]
        if name in LIST_FIELDS and value.state == FOUND:
            seen: set[Span] = set()
            kept: list[Entry] = []
            for entry in value.entries:
                if entry.span not in seen and entry.text not in {e.text for e in kept}:
                    seen.add(entry.span)
                    kept.append(entry)
            value.entries = kept
            value.spans = [entry.span for entry in kept]


def _only_points_elsewhere(text: str) -> bool:
    """详见附件1, with little else: the field is outside of this document."""
    if len(text) > 300 or not _HINT.search(text):
        return False
    if _NAMED_ELSEWHERE.fullmatch(text):
        return True
    bare = re.sub(
        r"\s|[（(][^（）()]{0,20}(?:详见|参见)附(?:件|表)[^（）()]{0,8}[)）]|[（(](?:[详请]?见|(?:格式|详情|名单|具体|模板|样表|样式)[详请]?见|按)?附(?:件|表)[^（）()]{0,8}[)）](?!\s*$)",
        "",
        text,
    )
    return (
        bool(_EXTERNAL.search(bare))
        and len(bare) <= 45
        and not _HOW.search(bare)
        and not re.search(r"\d{1,2}月\d{1,2}日|(?:每年|当年)\d{1,2}月|万元|[\d]元|http", bare)
    )
