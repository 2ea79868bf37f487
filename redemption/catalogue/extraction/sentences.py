"""Step 5c: fields that no heading announces: a site, a telephone, a procedure told in some sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.contacts import (
    HANDS,
    addresses_told,
    counters_named,
    counters_told,
    read_addresses,
    read_links,
    read_phones,
)
from redemption.catalogue.extraction.cues import tells_handling, tells_step
from redemption.catalogue.extraction.items import Draft
from redemption.catalogue.extraction.model import EXTERNAL, FOUND, MISSING, Entry, FieldValue, Item, Span
from redemption.catalogue.extraction.papers import PaperReader
from redemption.catalogue.extraction.pointers import told_elsewhere
from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.when import RECOMMENDING, TimeReader
from redemption.catalogue.extraction.who import ApplicantReader

_APPLY_SENTENCE = re.compile(
    r"(?:登[录陆]|通过|在|访问|进入|到|向|至|前往)[^。；]{2,60}(?:提出申请|提交申请|进行申报|网上申报|在线申报|申报|申请|填报|办理|申领|领取|报名|预约|报送|提交)"
)
_SITE = re.compile(r"登[录陆]|网上|线上|在线|系统|平台|网址|http|窗口|邮箱|小程序|APP|公众号")
_ASIDE = re.compile(r"监督|下载|公示|查询|咨询")
_BASIS = re.compile(
    r"(?:根据|依据|按照|依照|结合(?=《)|(?:贯彻|落实|执行)(?=[^。；《]{0,12}《[^》]{2,80}》[（(][^）)]{2,20}[〔\[][^）)]{2,20}号[)）]))\s*((?:(?:(?!根据|依据|按照|依照|制[定订])[^。；《]){0,12}《[^》]{2,80}》(?:[（(][^）)]{2,40}[)）])?[^。；《，]{0,12}[、，和及与以]*)+)"
)
_BARE_NUMBER = re.compile(
    r"\s*[（(]?[\u4e00-\u9fff]{2,10}[〔\[［【](?:19|20)\d{2}[〕\]］】]\s*第?\s*\d{1,4}\s*号[)）]?"
)
_PLACES_ELSEWHERE = re.compile(
    r"(?:受理|办理|经办|服务|申报|业务)(?:网点|地点|地址|窗口|机构)[^。；]{0,60}(?:查询|详见|见附|公布|查看|获取)"
)
_REPORTS = re.compile(  # who is rewarded for a report applies by reporting
    r"(?:通过|拨打|登录)[^。；]{2,60}(?:向[^，。；]{2,24})?(?:进行)?(?:实名)?举报(?=[。；，]|$)"
)
_FILES = re.compile(r"登[录陆][^。；]{2,60}(?:提交|填报|申报)")
_IN_CHARGE = re.compile(r"责任|主管|牵头|经办|实施")
_HANDS_IN = re.compile(
    r"将[^。；]{2,70}(?:报送|提交|寄送|送交|递交|送|报|交)(?:至|到)?(?:[^，。；、（]|（[^（）]{0,12}）){1,30}(?:局|委|厅|处|科|室|中心|窗口|办|街道|镇|乡|部门)(?=[，。；（(]|$)"
    r"|(?:材料|申报书|申请表|纸质版?)[^，。；]{0,20}(?:报送|送|邮寄|寄送|递交|提交)(?:至|到)(?:[^，。；、（]|（[^（）]{0,12}）){2,30}(?:局|委|厅|处|科|室|中心|窗口|办|街道|镇|乡|部门)(?=[，。；（(]|$)"
    r"|(?:电子版|电子文档)[^，。；]{0,10}(?:发送|发|报)(?:至|到)[^，。；]{0,30}(?:邮箱|@)"
    r"|将[^。；]{2,70}(?:发送|发)(?:至|到)[^，。；]{0,30}(?:邮箱|@)"
)
_GENERAL_PART = re.compile(r"总则|目的|背景|意义")
_OFFICE = re.compile(
    r"[（(](?:责任单位[：:])?[\u4e00-\u9fff]{2,16}(?:局|委|办|厅|部|处|中心|科|公司|银行)[，,：:\s]*(?:电话)?[：:]?\s*(?:\d{3,4}-)?\d{7,8}(?:、\d{7,8})*[)）]"
)
_OFFICE_LINE = re.compile(  # 市工信局节能科　张工　0799-8632011, on a line of its own
    r"\s*[\u4e00-\u9fff（）]{2,24}(?:局|委|办|科|处|中心|室|站|部|会)[：:，\s]*(?:[\u4e00-\u9fff]{2,4}[：:，\s]*)?(?:0\d{2,3}[-—])?[2-9]\d{6,7}[。]?\s*"
)
_ADDRESSES = re.compile(
    r"^(?![^。]*(?:年审|变更|退出|复审|异议|举报))[^。]*?(?<![再统局委厅府])(?<!部门)向(?:我|所在|当地|注册|户籍|居住|各)?[^，。；、]{0,24}"
    r"(?:局|委|部门|单位|中心|街道|办事处|站|政府|科|办|机构|窗口|社区)(?:进行)?(?:申报|申请|提出|提交|报送|递交)"
)
_EXAMINED = re.compile(r"审[核查批]|初审|复审|评审|核[实查]")
_ENDED = re.compile(r"公示|拨付|兑付|发放|放款|下达|授牌|认定")
_REACHES = re.compile(
    r"登[录陆]|网上|线上|在线|系统填|平台|网址|http|窗口|邮寄|提交|报送|递交|送[至交]|邮箱|提出(?:书面)?申[请报]"
    r"|向[^，。；]{2,30}(?:申[请报]|提出|提交)"
)
_ARROWS = re.compile(r"[^—→>＞]+")
_STEPS_IN_A_ROW = 4
_ADDRESS_ALONE = re.compile(r"\s*[\x21-\x7e：]{6,}[。；]?\s*")  # 申报网址：https://…
_CALL = re.compile(r"电\s*话|咨询|热线|手机|联系[人方]|致电|拨打")
_NUMBERED_BASIS = re.compile(
    r"(?:根据|依据|按照|依照|以)\s*([\u4e00-\u9fff]{2,12}[〔\[［【(（]?(?:19|20)\d{2}[〕\]］】)）]\s*第?\s*\d{1,4}\s*号(?:文件)?)"
)
_NAMED_BASIS = re.compile(r"《[^》]{4,60}》(?:[（(][^（）()]{4,30}[)）])?(?=.{0,12}(?:规定|执行|实施))")
_LAST_TITLE = re.compile(r".*[》）)]")


class SentenceReader(TimeReader, ApplicantReader, PaperReader):
    """Looks for what is still missing in the sentences around."""

    _around: tuple[Span, ...] = ()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._outside: dict[tuple[Span, ...], Item] = {}

    def _from_sentences(self, item: Item, draft: Draft, preamble: list[Span], alone: bool) -> None:
        around = preamble if alone else [*draft.own_lines, *self._beside_gift(item, draft)]
        around = [*around, *self._paper_leads(draft)]
        self._around = (*around, *item["channels"].spans, *item["process"].spans)
        item.values.pop("_papers_apart", None)
        receiver = item.values.pop("_receiver", [])
        contact_addresses = item.values.pop("_contact_addresses", [])
        if item["legal_basis"].state == "missing":
            general = [
                span
                for section in [*draft.sections, *draft.shared]
                if _GENERAL_PART.search(self._caption(section))
                for span in section.spans()
            ]
            self._find_basis(item, draft, [*preamble, *general])
        if item["target"].state == "missing":
            self._find_target(item)
        if alone and item["target"].state == "missing":
            self._find_defined(item, preamble)
        if alone and item["standard"].state == "missing":
            giving = [span for span in preamble if is_giving(self._text[span[0] : span[1]])]
            if giving:
                inside = [s for s in preamble if giving[0][0] <= s[0] <= giving[-1][0]]
                self._set(item, "standard", inside, [])
        if item["process"].state == "missing":
            self._find_process(item, around)
        if item["application_period"].state == "missing":
            self._find_period(item, [*around, *item["channels"].spans, *item["process"].spans])
        if item["time_limit"].state == "missing":
            self._find_limit(
                item,
                list(
                    dict.fromkeys(
                        [
                            *item["process"].spans,
                            *item["channels"].spans,
                            *around,
                            *(item["standard"].spans if draft.cells else ()),
                        ]
                    )
                ),
            )
        if item["channels"].state == "missing":
            self._find_channels(item, around, receiver)
        if item["channels"].state == "missing":  # 申报地点：材料交至… tells how, too
            places = [s for s in [*draft.sections, *draft.shared] if s.roles == ("onsite_address",)]
            spans = [span for section in places for span in section.spans()]
            if any(HANDS.search(self._text, *span) for span in spans):
                self._set(item, "channels", spans, [])
        aside = [
            span
            for section in [*draft.sections, *draft.shared]
            if {"ignore", "validity"} & set(section.roles) and "监督" not in self._caption(section)
            for span in section.spans()
        ]
        sections = [*draft.sections, *draft.shared]
        in_charge = [
            entry
            for section in sections
            if "ignore" in section.roles and _IN_CHARGE.search(self._caption(section))
            for entry in read_phones(self._text, section.spans())
        ]
        if item["phone"].entries and not any("phone" in section.roles for section in sections):
            item["phone"].entries.extend(in_charge)  # 受理部门 and 责任部门, each with its telephone
        elif not item["phone"].entries and item["phone"].state == "missing":
            found = read_phones(self._text, self._phone_lines([*around, *aside])) or in_charge
            if found:
                item["phone"].entries, item["phone"].state = found, FOUND
        self._from_outside(item, aside if alone else [*preamble, *aside])
        self._find_links(item, around)
        self._find_addresses(item, contact_addresses, aside)
        self._find_papers(item, around)
        self._find_pointers(item, [*around, *item["channels"].spans, *item["process"].spans])
        self._find_external(item)

    def _paper_leads(self, draft: Draft) -> list[Span]:
        """申请人登录…申请，并上传以下材料：（一）…: the sentence above a list of papers may tell how and when."""
        told = [
            section.own_spans()[0]
            for section in [*draft.sections, *draft.shared]
            if section.roles == ("materials",) and section.own_spans()
        ]
        return [(a, colon) for a, b in told if (colon := self._text.find("：", a, b)) > a]

    def _beside_gift(self, item: Item, draft: Draft) -> list[Span]:
        """Sentences of the item's paragraph that are no part of what it gives: 咨询电话：…, 申报时间：…"""
        taken = [*item["standard"].spans, *item["conditions"].spans]
        return [
            (a, b)
            for a, b in self._sentences(draft.passage)
            if not any(x < b and a < y for x, y in taken) and not is_giving(self._text[a:b])
        ]

    def _from_outside(self, item: Item, spans: list[Span]) -> None:
        """What the document says once for every item, outside of all sections or under 附则, 工作要求."""
        outside = self._told_outside(tuple(spans))
        for name in (
            "phone",
            "application_period",
            "process",
            "channels",
            "time_limit",
            "online_url",
            "materials",
        ):
            if name == "time_limit" and item[name].state == MISSING:
                self._find_limit(item, item["channels"].spans)
            if item[name].state == MISSING and outside[name].state != MISSING:
                told = outside[name]
                item.fields[name] = FieldValue(told.state, told.text, list(told.spans), list(told.entries))
        if item["phone"].state == MISSING:
            told_here = [*item["channels"].spans, *item["process"].spans]
            self._find_phone(item, [s for s in told_here if _CALL.search(self._text, *s)])
        if item["target"].state == MISSING or item["conditions"].state == FOUND:
            self._apply_scope(item, outside["target"].spans)

    def _told_outside(self, spans: tuple[Span, ...]) -> Item:
        """The fields that these spans tell; read once, many items share them."""
        known = self._outside.get(spans)
        if known is None:
            known = self._outside[spans] = Item("", None)
            self._find_phone(known, [s for s in spans if _CALL.search(self._text, *s)])
            self._find_scope(known, spans)
            self._find_process(known, spans)
            self._find_period(known, spans)
            self._find_channels(known, spans, [])
            self._find_limit(known, spans)
            self._find_links(known, spans)
            self._find_pointers(known, spans)
        return known

    def _find_pointers(self, item: Item, spans: Sequence[Span]) -> None:
        """具体申报时间、材料以年度申报通知为准: those fields are told elsewhere."""
        for a, b in self._sentences(spans):
            for name in told_elsewhere(self._text[a:b]):
                if item[name].state == MISSING:
                    item.fields[name] = FieldValue(EXTERNAL, self._text[a:b], [(a, b)])

    def _find_phone(self, item: Item, spans: list[Span]) -> None:
        if found := read_phones(self._text, spans):
            item["phone"].entries, item["phone"].state = found, FOUND

    def _find_process(self, item: Item, spans: Sequence[Span]) -> None:
        """企业登录平台提交申请，主管部门审核，公示后拨付, told in a sentence."""
        told: list[Span] = []
        for span in dict.fromkeys(spans):
            inner = self._sentences([span])
            handling = [place for place, s in enumerate(inner) if tells_step(self._text[slice(*s)])]
            if handling and tells_handling(self._text[slice(inner[handling[0]][0], inner[handling[-1]][1])]):
                told.extend(inner[handling[0] : handling[-1] + 1])
        if not told:
            return
        self._set(item, "process", told, [])
        applying = [
            self._applying_clause(a, b)
            for a, b in told
            for words in [self._text[a:b]]
            if _ADDRESSES.search(words) or (_APPLY_SENTENCE.search(words) and _SITE.search(words))
        ]
        if item["channels"].state == MISSING:
            self._set(item, "channels", applying, [])

    def _applying_clause(self, a: int, b: int) -> Span:
        """登录系统填报—提交材料—科室初审—公示: of steps in a row those before the authority begins to act; a sentence is told whole."""
        arrows = [match.span() for match in _ARROWS.finditer(self._text, a, b)]
        if len(arrows) >= _STEPS_IN_A_ROW:  # 登录系统填报—提交材料—科室初审—公示
            mine = [s for s in arrows if not _EXAMINED.search(self._text, *s)]
            until = next((x for x, y in arrows if _EXAMINED.search(self._text, x, y)), b)
            last = max((y for x, y in mine if y <= until and _REACHES.search(self._text, x, y)), default=b)
            return (a, last)
        return (a, b)

    def _find_basis(self, item: Item, draft: Draft, preamble: list[Span]) -> None:
        if draft.name_span and (match := _NAMED_BASIS.search(self._text, *draft.name_span)):
            self._set(item, "legal_basis", [match.span()], [])
            return
        for sentence in self._sentences(preamble):
            if named := self._named_bases(sentence):
                self._set(item, "legal_basis", named, [])
                return

    def _named_bases(self, sentence: Span) -> list[Span]:
        """为贯彻《甲》（…号），根据《乙》（…号）要求: every document that a sentence names as its ground."""
        named = []
        for match in _BASIS.finditer(self._text, *sentence):
            tail = self._text[match.end() : match.end() + 12]
            inner = _LAST_TITLE.match(match.group(1))
            if inner and not re.match(r"[^。]{0,6}(?:标准给予|比例)", tail):
                start = match.start(1) + match.group(1).find("《")
                end = match.start(1) + inner.end()
                number = _BARE_NUMBER.match(self._text, end, sentence[1])
                named.append((start, number.end() if number else end))
        return named or [m.span(1) for m in _NUMBERED_BASIS.finditer(self._text, *sentence)]

    def _find_channels(self, item: Item, around: Sequence[Span], receiver: list[Span]) -> None:
        found = []
        process = item["process"].spans
        for a, b in self._sentences([*item["application_period"].spans, *around]):
            words = self._text[a:b]
            in_process = any(x <= a and b <= y for x, y in process)
            if (not in_process and _ADDRESSES.search(words)) or (
                (
                    not in_process
                    and ((_APPLY_SENTENCE.search(words) and _SITE.search(words)) or _HANDS_IN.search(words))
                    and (not _ASIDE.search(words) or _FILES.search(words))
                )
                or ("举报" in item.name and _REPORTS.search(words))
            ):
                found.append((a, b))
        found.extend(receiver)
        if found:
            self._set(item, "channels", list(dict.fromkeys(found)), [])
        elif item["process"].state == FOUND and any(map(self._reaches, self._sentences(process))):
            steps = self._sentences(process)
            mine = [
                s
                for s in steps
                for words in [self._text[slice(*s)]]
                if _ADDRESSES.search(words)
                or (_HANDS_IN.search(words) and not RECOMMENDING.search(words))
                or (_APPLY_SENTENCE.search(words) and _SITE.search(words))
            ]
            later = "".join(self._text[a:b] for a, b in steps if (a, b) not in mine)
            handled = _EXAMINED.search(later) and _ENDED.search(
                later
            )  # the authority's steps after the applicant's
            if len(steps) == 1:
                self._set(item, "channels", [self._applying_clause(*steps[0])], [])
            else:
                self._set(
                    item, "channels", mine if len(steps) >= 5 and mine and handled else list(process), []
                )

    def _reaches(self, step: Span) -> bool:
        """Whether the applicant reaches the authority in a step; 审核后，向领导小组申报 is what the authority does."""
        reached = _REACHES.search(self._text, *step)
        return reached is not None and not _EXAMINED.search(self._text, step[0], reached.start())

    def _phone_lines(self, spans: list[Span]) -> list[Span]:
        return [
            s
            for s in spans
            if re.search(r"电\s*话|咨询|联系|热线|手机|致电|拨打", self._text[s[0] : s[1]])
            or _OFFICE.search(self._text, *s)
            or _OFFICE_LINE.fullmatch(self._text, *s)
        ]

    def _find_links(self, item: Item, around: Sequence[Span]) -> None:
        if item["online_url"].entries:
            return
        spans = [*item["channels"].spans, *item["application_period"].spans, *item["process"].spans, *around]
        alone = [span for span in item["channels"].spans if _ADDRESS_ALONE.fullmatch(self._text, *span)]
        links = read_links(self._text, alone) or read_links(self._text, spans, applying_only=True)
        if links:
            item["online_url"].entries, item["online_url"].state = links, FOUND

    def _find_addresses(self, item: Item, contact_addresses: list[Entry], aside: list[Span]) -> None:
        value = item["onsite_address"]
        if value.entries or value.state == EXTERNAL:
            return
        text = item["channels"].text + item["process"].text + item["application_period"].text
        spans = [*item["channels"].spans, *item["process"].spans, *item["application_period"].spans]
        found = read_addresses(self._text, spans, labelled_only=True)
        paper = re.search(
            r"纸质|窗口|现场|递交|送[至到达]|报[至到送]|邮寄|大厅|服务部门|经办机构|的机构|社保所|促进中心|[村居]委会",
            text + "".join(e.text for e in item["materials"].entries[-1:]),
        )
        if not found:
            found = addresses_told(self._text, spans)
        if not found and (paper or counters_named(self._text, spans)):
            found = (
                contact_addresses or counters_named(self._text, spans) or counters_told(self._text, spans)[:1]
            )
        found = found or addresses_told(self._text, aside)  # 材料报送要求：… 送至…路8号
        if found:
            value.entries, value.state = found, FOUND

    def _find_external(self, item: Item) -> None:
        whole = "".join(item[name].text for name in ("channels", "process", "conditions"))
        if item["materials"].state == "missing":
            match = re.search(
                r"(?:材料|资料)[^。；]{0,24}(?:详见|见|参见)[^。；]{0,16}(?:附件|指南|附表|通知)|(?:详见|参见|按)[^。；]{0,12}(?:申报指南|办事指南|申报通知)"
                r"|按照?[^。；，]{0,60}(?:指南|附件|通知)[^。；，]{0,16}要求[^。；，]{0,6}(?:准备|提交|报送|填写|提供)[^。；，]{0,10}(?:材料|资料)",
                whole,
            )
            if match:
                item["materials"].state, item["materials"].text = EXTERNAL, match.group()
                item["materials"].spans = self._locate(match.group(), item)

        if not item["onsite_address"].entries:
            for a, b in self._sentences(list(self._around)):
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
