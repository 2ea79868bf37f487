"""Step 5: the twelve fields of an item: its own sections, then the shared ones, then its sentences."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.contacts import read_phones
from redemption.catalogue.extraction.cues import tells_handling
from redemption.catalogue.extraction.gifts import GiftReader
from redemption.catalogue.extraction.items import Draft
from redemption.catalogue.extraction.model import FIELDS, FOUND, MISSING, Item, Span, text_of
from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.sections import SectionReader
from redemption.catalogue.extraction.sentences import SentenceReader
from redemption.catalogue.extraction.structure import Node
from redemption.catalogue.extraction.subjects import find_target, is_nobody, is_who

_GENERAL = re.compile(
    r"(?:本(?:办法|措施|政策|意见|细则|规定|通知|实施办法|实施细则|方案|条款|若干)[^。；]{0,30}|享受|申请|申报|获得|符合|拟(?:引进|认定|支持|资助|奖励|扶持|推荐))[^。；]{0,24}(?:对象|人才|企业|单位|主体|申请人|申报人|机构|个人|项目|者)[^。；]{0,14}(?:应当|须|必须|需|应同时|应(?!用|急|收))"
)
_EXCLUDED = re.compile(  # 失信企业不得享受: whom no benefit is for
    r"(?:存在|发生|被列入|列入|有|评价(?:结果)?为)[^。；]{0,30}(?:违法|失信|违规|事故|黑名单|异常名录|[A-ZＡ-Ｚ]类|不合格|惩戒|严重)"
    r"[^。；]{0,50}(?:不得|不予|不给予|不能|不再?)(?:给予|予以)?[^。；，]{0,8}(?:享受|支持|奖励|补助|补贴|资助|申报|申请|受理|扶持)"
)
_NOT_GENERAL = re.compile(
    r"提交|提供以下|材料|下列资料|所称|是指|解释|施行|退回.{0,6}重复|适用于|签订.{0,4}合同"
)
_SANCTION = re.compile(r"弄虚作假|骗取|套取|追回|追缴|取消")


_CLOSING_PART = re.compile(r"附则|其他|其它")
_UNASKED = re.compile(r"^[^，。；]{0,8}(?:免申即享|无需申[报请]|无须申[报请])[^，。；]{0,8}[。；]?$")
_APPLYING = frozenset(
    {"channels", "process", "online_url", "onsite_address", "materials", "application_period"}
)
_PLATFORM = re.compile(r"系统|平台|技术|操作|网上")
_EXCLUDING = re.compile(r"不予|不得|不能|不再|不享受")
_LISTED = re.compile(r"(?:满足|符合|具备|达到)(?:以下|下列|如下)[^。；：]{0,12}(?:条件|要求)")
_WHO = r"(?:企业|单位|机构|个人|人员|组织|团队|工商户|园区|平台|载体|主体|毕业生|人才|家庭|消费者|居民|农户|合作社|农场)"
_LISTED_WHO = re.compile(
    rf"条件(?:之一)?的([^，。；：]{{2,40}}?{_WHO})(?=[，。；：]|可|均|$)|^\s*([^，。；：]{{2,60}}?{_WHO})(?=[，,]?(?:应|须|需|必须|同时|并|且)*(?:满足|符合|具备|达到))"
)
_NOUN = 12  # characters of the longest subject that is taken for who applies
_PHRASE = 60  # characters of the longest condition that is one phrase
_APPLIES = re.compile(
    r"(?:申请人|申请对象|申报人|企业|单位|个人|人员|学生|职工|居民|经办人|主体)(?:(?!审[核查批定]|核[实查])[^。；]){0,40}(?:到|向|至|登录|登陆|通过|在)[^。；]{2,40}(?:申请|提交|办理|申报|报送|递交|填报|申领)"
)
_DEFINITION = re.compile(r"所称[^。]{2,24}是?指")
_ANYBODY = re.compile(
    r"(?:各类|辖区内?|区内|本[市区县])?(?:企业|单位|机构|个人|申报单位|申请人|申报企业|主体|经营主体)"
)


def _said_for_all(draft: Draft) -> bool:
    return any({"target", "target_weak"} & set(section.roles) for section in draft.shared)


class FieldReader(SectionReader, GiftReader, SentenceReader):
    """Fills the fields of drafts. Holds the document's text and the annex marks found in it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._general: list[Span] | None = None

    def read(self, draft: Draft, preamble: list[Span], alone: bool) -> Item:
        """The item of a draft. `preamble` is text of the document outside of all sections; `alone`: only item."""
        item = Item(draft.name, draft.name_span)
        if draft.cells:
            self._from_cells(item, draft)
            self._target_of_cells(item)
            self._part_cells(item)
        self._from_sections(item, draft.sections)
        if draft.giving is not None:
            self._from_giving(item, draft.giving, draft.passage, draft.lead_target)
        elif item["conditions"].state == MISSING and not draft.cells:
            told = item["target"].state
            self._read_content(item, draft.sections)
            self._target_of_cells(item)
            if told == MISSING and not self._narrows(item, draft):
                item.fields.pop("target", None)
        self._part_target(item, draft)
        own_conditions = list(item["conditions"].spans)
        if draft.giving is not None and any(
            section.roles == ("target",) and section.kind != "article" for section in draft.shared
        ):
            item.fields.pop(
                "target", None
            )  # 申报主体, said once for all, is who; the sentence says which of them
        elif draft.giving is not None and _ANYBODY.fullmatch(item["target"].text) and _said_for_all(draft):
            item.fields.pop("target", None)  # 企业 says less than 补助对象为…的企业
        self._from_sections(item, self._applying(item, draft))
        self._general_phones(item, draft)
        if not alone:
            self._add_general(item, draft, own_conditions, preamble)
        self._part_excluded(item)
        self._from_sentences(item, draft, preamble, alone)
        self._gift_among_conditions(item)
        self._condition_names_who(item)
        self._bare_target(item)
        self._steps_tell_how(item)
        for name in FIELDS:
            self._finish(item, name)
        return item

    def _narrows(self, item: Item, draft: Draft) -> bool:
        """Whether the item names its recipients more closely than 服务对象：高校毕业生 above several items does."""
        above = [
            text_of(self._text, section.spans()).strip("。； ")
            for section in draft.shared
            if section.roles == ("target",) and section.parent
        ]
        if not above:
            return True
        who = item["target"].text
        return bool(who) and any(
            (len(who) > len(said) and who.endswith(said)) or _ANYBODY.match(said) for said in above
        )

    def _condition_names_who(self, item: Item) -> None:
        """申请条件：年满60周岁的本市户籍居民: one phrase tells who, and that is the condition; of a sentence, its subject."""
        spans = item["conditions"].spans
        if item["target"].state != MISSING or item["conditions"].state != FOUND or len(spans) != 1:
            return
        a, b = spans[0]
        while b > a and self._text[b - 1] in "。；;":
            b -= 1
        if re.search(r"[。；\n]", self._text[a:b]):
            return
        if 4 <= b - a <= _PHRASE and is_who(self._text[a:b]) and not is_nobody(self._text[a:b]):
            self._set(item, "target", [(a, b)], [])
            return
        who = find_target(self._text, (a, b))  # 用人单位招用退役军人的: its subject
        if who and who[0] == a and who[1] - a <= _NOUN and not is_nobody(self._text[slice(*who)]):
            self._set(item, "target", [who], [])

    def _steps_tell_how(self, item: Item) -> None:
        """办理流程：1.申请人到服务大厅提交…: where no section tells how one applies, the steps do (they carry both)."""
        told = item["process"].state == FOUND and _APPLIES.search(item["process"].text)
        if told and item["channels"].state == MISSING:
            self._set(item, "channels", list(item["process"].spans), [])
        ways = item["channels"]
        if item["process"].state == MISSING and tells_handling(ways.text):
            self._set(item, "process", list(ways.spans), [])  # and the other way round

    def _applying(self, item: Item, draft: Draft) -> list[Node]:
        """The shared sections; where nobody applies (免申即享), without how and where one does."""
        told = "".join(item[name].text for name in ("application_period", "channels"))
        if not item.values.pop("_unasked", False) and not _UNASKED.search(told):
            return draft.shared
        return [node for node in draft.shared if not set(node.roles) & _APPLYING]

    def _general_phones(self, item: Item, draft: Draft) -> None:
        """The telephone of the platform, said once for all, beside the item's own."""
        own = item["phone"].entries
        if not own or not any("phone" in section.roles for section in draft.sections):
            return
        for section in draft.shared:
            line = section.line
            if "phone" in section.roles and line and _PLATFORM.search(self._text[line.start : line.body]):
                known = {entry.text for entry in own}
                own.extend(e for e in read_phones(self._text, section.spans()) if e.text not in known)

    def _part_excluded(self, item: Item) -> None:
        """适用于…的企业。失信企业不得享受。: whom it is not for is a condition."""
        told = self._sentences(item["target"].spans)
        kept = [s for s in told if not _EXCLUDED.search(self._text[slice(*s)])]
        if not kept or len(kept) == len(told) or item["target"].state != FOUND:
            return
        excluded = [s for s in told if s not in kept]
        item.fields.pop("target")
        self._set(item, "target", kept, [])
        known = item["conditions"].spans
        if not any(a <= s[0] < b for s in excluded for a, b in known):
            self._set(item, "conditions", [*known, *excluded], [])

    def _part_target(self, item: Item, draft: Draft) -> None:
        """支持对象：符合以下条件的企业：（1）… （2）… tells conditions too, where nothing else tells them."""
        target = item["target"]
        told = {role for section in [*draft.sections, *draft.shared] for role in section.roles}
        if item["conditions"].state != MISSING or "conditions" in told or len(target.spans) < 2:
            return
        first = self._text[slice(*target.spans[0])]
        if not _LISTED.search(first):
            return
        spans = list(target.spans)
        item.fields.pop("target")
        self._set(item, "conditions", spans, [])
        if match := _LISTED_WHO.search(first):
            group = match.lastindex or 0
            self._set(
                item, "target", [(spans[0][0] + match.start(group), spans[0][0] + match.end(group))], []
            )

    # -- shared conditions of a regulation

    def _add_general(self, item: Item, draft: Draft, own: list[Span], preamble: list[Span]) -> None:
        if item["conditions"].state != FOUND and item["standard"].state != FOUND:
            return
        spans = list(item["conditions"].spans)
        closing = [
            span
            for section in draft.shared
            if "validity" in section.roles
            for child in section.children
            if not child.roles
            for span in child.spans() or ([child.caption] if child.caption else [])
        ]
        spans.extend(self._general_spans([*preamble, *closing]))
        if own:
            told = any(
                "conditions" in section.roles
                and not _EXCLUDING.search(text_of(self._text, section.spans()[:1]))
                for section in draft.shared
            )
            for section in draft.shared:
                for role, part in self._parts(section, False):
                    if role == "conditions" or (role == "target_weak" and draft.giving and not told):
                        defined = _DEFINITION.search(self._text, *part[0]) if part else None
                        spans.extend([] if defined else part)
        spans = list(dict.fromkeys(spans))
        if spans != item["conditions"].spans:
            item["conditions"].spans = spans
            item["conditions"].text = text_of(self._text, spans)
            item["conditions"].state = FOUND

    def _without_sanctions(self, span: Span) -> list[Span]:
        """A paragraph of general conditions up to the sentence that says what follows when they are broken."""
        end = span[0]
        for a, b in self._sentences([span]):
            if _SANCTION.search(self._text, a, b) and not _GENERAL.search(self._text, a, b):
                break
            end = b
        return [(span[0], end)] if end > span[0] else []

    def _general_spans(self, preamble: list[Span]) -> list[Span]:
        """Sentences outside of all sections that bind every applicant; the same for all items."""
        if self._general is None:
            self._general = [
                part
                for a, b in preamble
                for words in [self._text[a:b]]
                if (_GENERAL.search(words) or _EXCLUDED.search(words))
                and not _NOT_GENERAL.search(words)
                and not is_giving(words)
                for part in self._without_sanctions((a, b))
            ]
        return self._general
