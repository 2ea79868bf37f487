"""Step 5c: fields that no heading announces: a date, a limit, a site told in some sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.contacts import (
    counters_named,
    counters_told,
    read_addresses,
    read_links,
    read_phones,
)
from redemption.catalogue.extraction.cues import tells_handling, tells_step
from redemption.catalogue.extraction.grants import is_giving, is_who, read_giving, sentences
from redemption.catalogue.extraction.items import Draft
from redemption.catalogue.extraction.materials import named_papers
from redemption.catalogue.extraction.model import EXTERNAL, FOUND, MISSING, FieldValue, Item, Span
from redemption.catalogue.extraction.periods import DATED
from redemption.catalogue.extraction.pointers import told_elsewhere
from redemption.catalogue.extraction.structure import Node
from redemption.catalogue.extraction.writing import SCOPE, FieldWriter

_APPLY_SENTENCE = re.compile(
    r"(?:登[录陆]|通过|在|访问|进入|到|向|至|前往)[^。；]{2,60}(?:提出申请|提交申请|进行申报|网上申报|在线申报|申报|申请|填报|办理|申领|报送|提交)"
)
_SITE = re.compile(r"登[录陆]|网上|线上|在线|系统|平台|网址|http|窗口|邮箱|小程序|APP|公众号")
_ASIDE = re.compile(r"监督|下载|公示|查询|咨询")
_RECOMMENDING = re.compile(r"(?:各|县|区|市|主管部门|推荐单位|初审)[^。；]{0,60}(?:推荐|汇总|上报|初审|审核)")
_LIMIT = re.compile(r"[\d一二三四五六七八九十两]+\s*个?\s*(?:工作日|自然日|日|天|个?月)\s*(?:内|以内|之内)?")
_AUTHORITY = re.compile(
    r"审[核查批定]|受理|办结|拨付|发放|兑付|反馈|答复|出具|作出|完成|核准|批复|初审|复审|复核|核实|核查|到账|办理|支付|划拨|拨入|划入|转入|发到|拨至|兑现|评审|决定|告知|确认|核定|汇总|上报"
)
_APPLICANT = re.compile(
    r"(?:企业|单位|申请人|申报人|申报单位|申请单位|申报主体|项目单位)[^，。；]{0,10}(?:应|须|需|请|可)?(?:于|(?<!所)在)[^，。；]{0,20}(?:提出|提交|申请|申报|补正|补充|修改|完成|报送)|补正|补齐|公示(?:期|时间)?(?:为|不少于)?\s*\d|公示\d|(?:有|提出)异议|退回修改|逾期|备案手续|有效期"
)
_PUBLICITY = re.compile(
    r"公示(?:期|时间)?(?:限|一般)?(?:为|不少于)?\s*[\d一二三四五六七八九十]{1,2}\s*个?(?:工作日|自然日|日|天)(?:内|以上)?"
)
_APPLICANT_ACTS = re.compile(
    r"[^，。；]{0,6}?(?:提交|提出|申请(?!人|单位)|申报(?!人|单位|企业)|登记|备案|补正|补交|补齐|报送|上传|领取|反馈意见|有效)"
)
_BASIS = re.compile(
    r"(?:根据|依据|按照|依照)\s*((?:[^。；《]{0,12}《[^》]{2,80}》(?:[（(][^）)]{2,40}[)）])?[^。；《，]{0,12}[、，和及与以]*)+)"
)
_BARE_NUMBER = re.compile(
    r"\s*[（(]?[\u4e00-\u9fff]{2,10}[〔\[［【](?:19|20)\d{2}[〕\]］】]\s*第?\s*\d{1,4}\s*号[)）]?"
)
_PLACES_ELSEWHERE = re.compile(
    r"(?:受理|办理|经办|服务|申报|业务)(?:网点|地点|地址|窗口|机构)[^。；]{0,60}(?:查询|详见|见附|公布|查看|获取)"
)
_FILES = re.compile(r"登[录陆][^。；]{2,60}(?:提交|填报|申报)")
_IN_CHARGE = re.compile(r"责任|主管|牵头|经办|实施")
_HANDS_IN = re.compile(
    r"将[^。；]{2,70}(?:报送|提交|寄送|送交|报)(?:至|到)?[^，。；、]{2,30}(?:局|委|厅|处|科|室|中心|窗口|办)(?=[，。；（(]|$)"
)
_GENERAL_PART = re.compile(r"总则|目的|背景|意义")
_FILING = re.compile(r"申报|申请|受理|申领|报名|填报")
_OFFICE = re.compile(
    r"[（(](?:责任单位[：:])?[\u4e00-\u9fff]{2,16}(?:局|委|办|厅|部|处|中心|科|公司|银行)[，,：:\s]*(?:电话)?[：:]?\s*(?:\d{3,4}-)?\d{7,8}(?:、\d{7,8})*[)）]"
)
_DECIDED = re.compile(
    r"，(?:经[^，。；]{2,30}(?:审核|审查|审批|批准|审定|研究|评审)"
    r"|(?:再?由)?(?:各|所在|区|市|县|镇|街道|乡镇|主管|行业|业务|相关|有关)[^，。；]{0,16}(?:部门|局|委|办|政府|中心|街道|镇|科)[^，。；]{0,24}?"
    r"(?:审核|初审|受理|审查|核实|汇总|组织|评审|复核))"
)
_ADDRESSES = re.compile(
    r"^(?![^。]*(?:年审|变更|退出|复审|异议|举报))[^。]*?(?<![再统])向(?:我|所在|当地|注册|户籍|居住|各)?[^，。；、]{0,24}"
    r"(?:局|委|部门|单位|中心|街道|办事处|站|政府|科|办|机构|窗口|社区)(?:进行)?(?:申报|申请|提出|提交|报送|递交)"
)
_HANDED_IN = re.compile(
    r"(?:将|持|携带|凭|提交|提供|填写)([^，。；：]{4,120}?(?:表|书|证|照|件|证明|发票|合同|材料|凭证|清单|名册))(?:等(?:材料|资料)?)?(?:[（(][^（）()]{1,20}[)）])?"
    r"(?:加盖公章后?|一式[一二两三四五\d]份|原件及复印件)?[，,]?(?:后)?(?:报送|递交|寄送|送交|报|送|寄|上传|到|至|向|提交|[，。；])"
)
_ANNOUNCED = re.compile(
    r"(?:发布|印发|下发|公布|制定)[^。；]{0,12}(?:申报)?(?:通知|指南|公告)|以[^。；]{0,12}(?:通知|指南|公告)为准"
)
_ONE_OF = re.compile(r"之一|任一|(?:以下|下列|如下)[^。；]{0,12}条件")
_WHO_LINE = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*|[①-⑳])?(?:申报(?:主体|单位|对象)?(?:应|须|必须|需)?(?:为|是))?"
    r"([^。；：:]{4,70}的[^，。；：:的]{0,12}(?:企业|单位|机构|公司|组织|个人|家庭|人员|毕业生|合作社|家庭农场|工商户|园区|基地|平台))[。；]?"
)
_MUST_BE = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*)?(?:申[报请](?:主体|单位|对象|企业|人)?|项目(?:单位|主体))?(?:应当?|须|必须|需)(?:为|是)"
    r"([^。；：:]{6,200}?(?:企业|单位|机构|公司|组织|个人|家庭|人员|毕业生|合作社|农场|工商户|园区|基地|平台|主体|法人))[。；]?"
)
_CALL = re.compile(r"电\s*话|咨询|热线|手机")
_NAMED_BASIS = re.compile(r"《[^》]{4,60}》(?:[（(][^（）()]{4,30}[)）])?(?=.{0,12}(?:规定|执行|实施))")
_LAST_TITLE = re.compile(r".*[》）)]")


class SentenceReader(FieldWriter):
    """Looks for what is still missing in the sentences around."""

    _around: tuple[Span, ...] = ()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._outside: dict[tuple[Span, ...], Item] = {}

    def _from_sentences(self, item: Item, draft: Draft, preamble: list[Span], alone: bool) -> None:
        around = preamble if alone else [*draft.own_lines, *self._beside_gift(item, draft)]
        self._around = (*around, *item["channels"].spans, *item["process"].spans)
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
                item, list(dict.fromkeys([*item["process"].spans, *item["channels"].spans, *around]))
            )
        if item["channels"].state == "missing":
            self._find_channels(item, around, receiver)
        aside = [
            span
            for section in [*draft.sections, *draft.shared]
            if {"ignore", "validity"} & set(section.roles) and "监督" not in self._caption(section)
            for span in section.spans()
        ]
        if not item["phone"].entries and item["phone"].state == "missing":
            found = read_phones(self._text, self._phone_lines([*around, *aside])) or [
                entry
                for section in [*draft.sections, *draft.shared]
                if "ignore" in section.roles and _IN_CHARGE.search(self._caption(section))
                for entry in read_phones(self._text, section.spans())
            ]
            if found:
                item["phone"].entries, item["phone"].state = found, FOUND
        self._from_outside(item, aside if alone else [*preamble, *aside])
        self._find_links(item, around)
        self._find_addresses(item, contact_addresses)
        self._find_papers(item)
        self._find_pointers(item, [*around, *item["channels"].spans, *item["process"].spans])
        self._find_external(item)

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
            inner = sentences(self._text, span)
            handling = [place for place, s in enumerate(inner) if tells_step(self._text[slice(*s)])]
            if handling and tells_handling(self._text[slice(inner[handling[0]][0], inner[handling[-1]][1])]):
                told.extend(inner[handling[0] : handling[-1] + 1])
        if not told:
            return
        self._set(item, "process", told, [])
        applying = [
            (a, b)
            for a, b in told
            for words in [self._text[a:b]]
            if _ADDRESSES.search(words) or (_APPLY_SENTENCE.search(words) and _SITE.search(words))
        ]
        if item["channels"].state == MISSING:
            self._set(item, "channels", applying, [])

    def _find_scope(self, item: Item, spans: Sequence[Span]) -> None:
        """本措施适用于…的企业, said in a sentence."""
        for a, b in self._sentences(spans):
            if match := SCOPE.match(self._text, a, b):
                self._set(item, "target", [match.span(1)], [])
                return

    def _apply_scope(self, item: Item, scope: list[Span]) -> None:
        """The target, or a condition more where the item names its own."""
        if scope and item["target"].state == MISSING:
            self._set(item, "target", list(scope), [])
        elif scope and scope[0] not in item["conditions"].spans:
            self._set(item, "conditions", [*item["conditions"].spans, *scope], [])

    def _find_target(self, item: Item) -> None:
        """凡…的企业均可申报: who may apply, said in the first condition."""
        for a, b in item["conditions"].spans:
            if _ONE_OF.search(self._text, a, b):
                break
            if match := _WHO_LINE.fullmatch(self._text, a, b):
                self._set(item, "target", [match.span(1)], [])
                return
            first = self._sentences([(a, b)])[:1]
            if first and (match := _MUST_BE.fullmatch(self._text, *first[0])):
                self._set(item, "target", [match.span(1)], [])
                return
        given = read_giving(self._text, item["conditions"].spans)
        targets = [
            grant.target
            for grant in given.grants
            if grant.target
            and self._text[grant.clause[0]] == "对"
            and is_who(self._text[slice(*grant.target)])
        ]
        if targets:
            self._set(item, "target", targets[:3], [])
            return
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
                    end = match.start(1) + inner.end()
                    if number := _BARE_NUMBER.match(self._text, end, b):
                        end = number.end()
                    self._set(item, "legal_basis", [(start, end)], [])
                    return

    def _find_period(self, item: Item, spans: Sequence[Span]) -> None:
        found: list[Span] = []
        recommended: list[Span] = []  # dates by which districts pass the cases on
        for a, b in self._sentences(spans):
            words = self._text[a:b]
            if (
                re.search(
                    r"(?:申报|申请|受理|报送|提交|报名|填报|申领|截止|截至)[^。；]{0,40}(?:截止|截至|\d\s*日前|时间为|月底前|之前|日止|起至)"
                    r"|(?:请|应|须|需|于|在)[^。；]{0,30}\d{1,2}\s*[月.]\s*\d{1,2}\s*日?\s*(?:[（(][^（）()]{1,8}[)）])?\s*(?:\d{1,2}[:：时点]\d{0,2})?(?:之?前|以前|下班前|止)[^。；]{0,60}(?:申报|申请|提交|报送|填报|报)"
                    r"|\d{1,2}\s*[月.]\s*\d{1,2}\s*日?\s*(?:至|到|-|—|～|~)[^。；]{0,60}(?:申报|申请|提交|报送|填报|受理)|每年[^。；]{0,16}月[^。；]{0,12}(?:受理|申报|申请)"
                    r"|(?:申报|受理|申请|申领)(?:时间|期限|日期|截止时间)(?:为|是|[：:])"
                    r"|(?:每年|当年|次年|年度)[^。；]{0,4}(?:年末|年底|年初|第?[一二三四]季度)[^。；]{0,30}(?:申报|申请|提交|报送)",
                    words,
                )
                and DATED.search(words)
                and not _ANNOUNCED.search(words)
            ):
                if _RECOMMENDING.search(words):
                    recommended.append((a, b))
                decided = _DECIDED.search(self._text, a + 8, b)
                clauses = [m.span() for m in re.finditer(r"[^；;]+[；;]?", self._text[a:b])]
                dated = [(a + x, a + y) for x, y in clauses if DATED.search(words[x:y])]
                if len(clauses) > 1 and len(dated) == 1 and _FILING.search(self._text, *dated[0]):
                    found.append(dated[0])
                else:
                    found.append((a, decided.start() if decided else b))
        mine = [s for s in found if not any(a <= s[0] < b for a, b in recommended)]
        if found:
            self._set(item, "application_period", list(dict.fromkeys(mine or found)), [])

    def _find_limit(self, item: Item, spans: Sequence[Span]) -> None:
        found = []
        for span in spans:
            for a, b in sentences(self._text, span):
                words = self._text[a:b]
                for match in re.finditer(r"[^；;。→]+[；;。]?", words):
                    if _binds_the_authority(match.group()):
                        found.append((a + match.start(), a + match.end()))
        if found:
            self._set(item, "time_limit", found, [])

    def _find_channels(self, item: Item, around: Sequence[Span], receiver: list[Span]) -> None:
        found = []
        process = item["process"].spans
        for a, b in self._sentences([*item["application_period"].spans, *around]):
            words = self._text[a:b]
            in_process = any(x <= a and b <= y for x, y in process)
            if (not in_process and _ADDRESSES.search(words)) or (
                not in_process
                and ((_APPLY_SENTENCE.search(words) and _SITE.search(words)) or _HANDS_IN.search(words))
                and (not _ASIDE.search(words) or _FILES.search(words))
            ):
                found.append((a, b))
        found.extend(receiver)
        if found:
            self._set(item, "channels", list(dict.fromkeys(found)), [])
        elif item["process"].state == FOUND and re.search(
            r"登[录陆]|网上|线上|在线|系统填|平台|网址|http|窗口|邮寄|提交|报送|递交|邮箱|提出(?:书面)?申[请报]|向[^，。；]{2,30}(?:申[请报]|提出|提交)",
            item["process"].text,
        ):
            self._set(item, "channels", list(item["process"].spans), [])

    def _caption(self, section: Node) -> str:
        return self._text[slice(*section.caption)] if section.caption else ""

    def _phone_lines(self, spans: list[Span]) -> list[Span]:
        return [
            s
            for s in spans
            if re.search(r"电\s*话|咨询|联系|热线|手机", self._text[s[0] : s[1]])
            or _OFFICE.search(self._text, *s)
        ]

    def _find_links(self, item: Item, around: Sequence[Span]) -> None:
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
            found = (
                contact_addresses or counters_named(self._text, spans) or counters_told(self._text, spans)[:1]
            )
        if found:
            value.entries, value.state = found, FOUND

    def _find_papers(self, item: Item) -> None:
        """将申请表、营业执照复印件报送至…: papers named in the sentence that says where they go."""
        if item["materials"].state != MISSING:
            return
        for a, b in self._sentences([*item["channels"].spans, *item["process"].spans]):
            for match in _HANDED_IN.finditer(self._text, a, b):
                if _RECOMMENDING.search(self._text[a : match.start()]):
                    continue
                entries = named_papers(self._text, match.span(1))
                if len(entries) >= 2:
                    item["materials"].entries, item["materials"].state = entries, FOUND
                    return

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


def _binds_the_authority(clause: str) -> bool:
    """Whether a clause limits how long the authority may take, not the applicant, not the publicity."""
    clause = _PUBLICITY.sub("", clause)
    if not _AUTHORITY.search(clause) or _APPLICANT.search(clause):
        return False
    return any(
        re.search(r"工作日|日内|天内|月内|日以内", clause[match.start() : match.end() + 4])
        and not _APPLICANT_ACTS.match(clause, match.end())
        for match in _LIMIT.finditer(clause)
    )
