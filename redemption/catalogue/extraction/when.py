"""Step 5c: when one applies and how long the authority may take, where no heading announces it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.model import Item, Span
from redemption.catalogue.extraction.periods import DATED
from redemption.catalogue.extraction.writing import FieldWriter

RECOMMENDING = re.compile(
    r"(?:各|县|区|市|主管部门|推荐单位|初审)[^。；]{0,60}(?:推荐|汇总|上报|初审|审核|前报[市省区县])"
)
_LIMIT = re.compile(
    r"[\d一二三四五六七八九十两]+\s*个?\s*(?:工作日|自然日|日|天|个?月|年(?=内[^，。；]{0,6}(?:兑现|拨付|兑付|发放)))\s*(?:内|以内|之内)?"
)
_AUTHORITY = re.compile(
    r"审[核查批定]|受理|办结|拨付|发放|兑付|反馈|答复|出具|作出|完成|核准|批复|初审|复审|复核|核实|核查|到账|办理|支付|划拨|拨入|划入|转入|发到|拨至|兑现|评审|决定|告知|确认|核定|汇总|上报"
)
_APPLICANT = re.compile(
    r"(?:企业|单位|申请人|申报人|申报单位|申请单位|申报主体|项目单位)[^，。；]{0,10}(?:应|须|需|请|可)?(?:于|(?<!所)在)[^，。；]{0,20}(?:提出|提交|申请|申报|补正|补充|修改|完成|报送)|补正|补齐|公示(?:期|时间)?(?:为|不少于)?\s*\d|公示\d|(?:有|提出)异议|退回修改|逾期|备案手续|有效期"
)
_PUBLICITY = re.compile(
    r"公示(?:期|时间)?(?:限|一般)?[（(]?(?:为|不少于)?\s*[\d一二三四五六七八九十]{1,2}\s*个?(?:工作日|自然日|日|天)(?:内|以上)?"
)
_APPLICANT_ACTS = re.compile(
    r"[^，。；]{0,6}?(?:建成|投产|开工|竣工|动工|达产|纳入|提交|提出(?![^，。；]{0,6}意见)|申请(?!人|单位)|申报(?!人|单位|企业)|登记|备案|补正|补交|补齐|报送|上传|领取|反馈意见|有效)"
)
_FILING = re.compile(r"申报|申请|受理|申领|报名|填报")
_DECIDED = re.compile(
    r"，(?:经[^，。；]{2,30}(?:审核|审查|审批|批准|审定|研究|评审)"
    r"|(?:再?由)?(?:各|所在|区|市|县|镇|街道|乡镇|主管|行业|业务|相关|有关)[^，。；]{0,16}(?:部门|局|委|办|政府|中心|街道|镇|科)[^，。；]{0,24}?"
    r"(?:审核|初审|受理|审查|核实|汇总|组织|评审|复核))"
)
_ANNOUNCED = re.compile(
    r"(?:发布|印发|下发|公布|制定)[^。；]{0,12}(?:申报)?(?:通知|指南|公告)|以[^。；]{0,12}(?:通知|指南|公告)为准"
)
TIMED = re.compile(  # …登录平台提交，本批次提交材料的截止时间为…: from there
    r"(?<=，)[^，。；\d]{0,30}(?:截至|截止|起止)(?:时间|日期)(?:为|是|：)(?=[^，。；]*\d)"
)
_FROM_TODAY = re.compile(  # 决定从即日起受理…申请
    r"[从自]?即日起[^，。；]{0,6}(?:受理|接受|开放|开始)[^，。；]{0,60}(?:申报|申请)"
)
_MENDING = re.compile(r"补正|补充|补齐")
_LATE = re.compile(r"逾期|过期|未(?:在规定|按规定|按时|按期|及时)")
_WITHIN = re.compile(  # 应于事项完成后6个月内向区商务局提出申请
    r"(?:于|在|自)(?:(?!受理|公示|审核|收到|评审|拨付|补正)[^，。；]){2,24}?(?:后|之日起|日起)的?[\d一二三四五六七八九十两]{1,3}\s*(?:个月|年|个?工作日|日|天)(?:内|以内)[^。；]{0,40}?(?:提出|申请|申报|申领)"
)


_ANNOUNCING = re.compile(r"[^，。；]*(?:发布|印发|下发)[^，。；]{0,12}(?:通知|指南|公告)[，,]?")
_FILED = re.compile(
    r"(?:申报|申请|受理|报送|提交|报名|填报|申领|截止|截至)[^。；]{0,40}(?:截止|截至|\d\s*日前|时间为|月底前|之前|日止|起至)"
    r"|(?:请|应|须|需|于|在)[^。；]{0,30}\d{1,2}\s*[月.]\s*\d{1,2}\s*日?\s*(?:[（(][^（）()]{1,8}[)）])?\s*(?:[上下中]午|晚上)?(?:\d{1,2}[:：时点]\d{0,2})?(?:之?前|以前|下班前|止)[^。；]{0,140}(?:申报|申请|提交|报送|填报|报|发送|发至)"
    r"|\d{1,2}\s*[月.]\s*\d{1,2}\s*日?\s*(?:至|到|-|—|～|~)[^。；]{0,60}(?:申报|申请|提交|报送|递交|送[至交]|填报|受理)|每年[^。；]{0,16}月[^。；]{0,12}(?:受理|申报|申请)"
    r"|\d{1,2}\s*月\s*(?:至|到|-|—|～|~)\s*(?:次年)?\s*\d{1,2}\s*月[^。；]{0,60}(?:申报|申请|提交|报送|填报|受理)"
    r"|(?:提交|提出|填报|申报|申请|申领)[^，。；]{0,12}(?:应当?|须|需|请|可)?(?:于|在)[^，。；]{0,30}\d{1,2}\s*日[^，。；]{0,6}(?:之间|期间|前|止)"
    r"|\d{1,2}\s*月\s*\d{1,2}\s*日(?:之?前|以前)，?[^。；]{0,80}(?:申报|申请|提交|报送|送[至交市区县]|报[至市区县]|递交|填报)"
    r"|(?:申报|申请|受理)[^，。；]{0,6}自[^。；]{0,24}(?:开始|起)[^。；]{0,30}(?:结束|截止|为止)|(?:全年|常年|长期|常态化|随时)[^。；]{0,8}(?:受理|申报|申请)"
    r"|起至[^，。；]{0,20}\d{1,2}\s*日[^。；]{0,60}(?:申报|申请|提交|报送|填报|受理)|\d{1,2}\s*日[^，。；]{0,8}(?:开放|开通)[^。；]{0,30}关闭"
    r"|\d{1,2}\s*月(?:底|末|中旬|上旬|下旬)之?前[^。；]{0,30}(?:提出|申请|申报|提交|报送)"
    r"|(?:申报|受理|申请|申领)(?:时间|期限|日期|截止时间)(?:为|是|[：:])"
    r"|(?:每年|(?<!后)当年|次年|年度)[^。；]{0,4}(?:年末|年底|年初|第?[一二三四]季度)[^。；]{0,30}(?:申报|申请|提交|报送)"
)


class TimeReader(FieldWriter):
    """Looks for periods and limits in sentences."""

    def _find_period(self, item: Item, spans: Sequence[Span]) -> None:
        told = list(dict.fromkeys(self._sentences(spans)))
        found: list[Span] = [s for s in told if _WITHIN.search(self._text, *s)]
        recommended: list[Span] = []  # dates by which districts pass the cases on
        for a, b in told:
            words = self._text[a:b]
            if today := _FROM_TODAY.search(self._text, a, b):
                found.append(today.span())
            elif (
                DATED.search(words)
                and _FILED.search(words)
                and (not _ANNOUNCED.search(words) or _FILED.search(_ANNOUNCING.sub("", words)))
                and ("月" in words or not re.search(r"截止(?:之日)?(?:起|后)", words))
            ):
                if RECOMMENDING.search(words):
                    recommended.append((a, b))
                decided = _DECIDED.search(self._text, a + 8, b)
                if decided and not DATED.search(self._text, a, decided.start()):
                    decided = None  # the date stands in what follows
                clauses = [m.span() for m in re.finditer(r"[^；;]+[；;]?", self._text[a:b])]
                dated = [(a + x, a + y) for x, y in clauses if DATED.search(words[x:y])]
                if len(clauses) > 1 and len(dated) == 1 and _FILING.search(self._text, *dated[0]):
                    found.append(dated[0])
                else:
                    timed = TIMED.search(self._text, a, b)
                    found.append((timed.start() if timed else a, decided.start() if decided else b))
        found = self._with_what_is_late(told, [s for s in found if not self._mends_only(s)])
        mine = [s for s in found if not any(a <= s[0] < b for a, b in recommended)]
        if found:
            self._set(item, "application_period", list(dict.fromkeys(mine or found)), [])

    def _mends_only(self, span: Span) -> bool:
        """在截止日期前补正: when what was sent is mended, without a date of its own."""
        words = self._text[slice(*span)]
        return bool(_MENDING.search(words)) and not any(sign.isdigit() for sign in words)

    def _with_what_is_late(self, told: list[Span], found: list[Span]) -> list[Span]:
        """逾期不予受理。 stands behind the date and belongs to it."""
        late = {a: (a, b) for a, b in told if _LATE.match(self._text, a, b)}
        behind = {told[i][1]: late[told[i + 1][0]] for i in range(len(told) - 1) if told[i + 1][0] in late}
        return [part for span in found for part in (span, behind.get(span[1])) if part]

    def _find_limit(self, item: Item, spans: Sequence[Span]) -> None:
        found = []
        for span in spans:
            for a, b in self._sentences([span]):
                found += [
                    m.span() for m in _CLAUSE.finditer(self._text, a, b) if _binds_the_authority(m.group())
                ]
        if found:
            self._set(item, "time_limit", list(dict.fromkeys(found)), [])


_CLAUSE = re.compile(r"[^；;。→]+[；;。]?")
_INSIDE = re.compile(r"工作日|日内|天内|月内|年内|日以内")


def _binds_the_authority(clause: str) -> bool:
    """Whether a clause limits how long the authority may take, not the applicant, not the publicity."""
    clause = _PUBLICITY.sub("", clause)
    if not _AUTHORITY.search(clause) or _APPLICANT.search(clause):
        return False
    return any(
        _INSIDE.search(clause, match.start(), match.end() + 4)
        and not _APPLICANT_ACTS.match(clause, match.end())
        for match in _LIMIT.finditer(clause)
    )
