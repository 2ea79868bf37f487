"""Step 5c: who may apply, where no heading announces it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.grants import read_giving
from redemption.catalogue.extraction.model import FOUND, MISSING, Item, Span
from redemption.catalogue.extraction.subjects import is_who
from redemption.catalogue.extraction.writing import SCOPE, FieldWriter

_ONE_OF = re.compile(
    r"之一|任一|(?<!同时符合)(?<!同时满足)(?<!同时具备)(?:以下|下列|如下)(?![两三四五六]个|各项|全部|所有)[^。；]{0,12}条件"
)
_WHO_LINE = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*|[①-⑳])?+(?:申报(?:主体|单位|对象)?(?:应|须|必须|需)?(?:为|是))?"
    r"((?!有|设有|拥有|具有|具备|配备|建有|聘有)[^。；：:]{4,70}的[^，。；：:的]{0,60}(?:企业|单位|机构|公司|组织|个人|家庭|人员|毕业生|合作社|家庭农场|工商户|园区|基地|平台)(?:[（(][^（）()]{1,20}[)）])?)[。；]?"
)
_COUNTED = re.compile(r"；(?=[（(]\d{1,2}[)）])")  # （1）…的企业；（2）… on one line
_MUST_BE = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*)?(?:申[报请](?:主体|单位|对象|企业|人)?|项目(?:单位|主体))?(?:应当?|须|必须|需)(?:为|是)"
    r"([^。；：:]{6,200}?(?:企业|单位|机构|公司|组织|个人|家庭|人员|毕业生|合作社|农场|工商户|园区|基地|平台|主体|法人))(?:[。；]|，(?:名单|具体|以)[^。；]*[。；]?)?"
)
_WHO_LEADS = re.compile(
    r"\s*(?:凡是?|对)?([^，。；：:]{2,60}?)[，,]?(?:应当?|须|需|必须|同时|并|且|均)*(?:满足|符合|具备|达到)(?:以下|下列|如下)[^。；：:]{0,16}(?:条件|要求)"
)
_APPLICANT_IS = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s*)?申[报请](?:人|者|单位|企业|主体)(?:应当?|须|必须|需)?(?:为|是|系)([^，。；：:]{4,40})(?=[，。；])"
)
_DEFINED = re.compile(r"\s*([\u4e00-\u9fff]{3,14}?)[，,]?是?指([^。]{8,200}?)[。；]?$")
_CALLED = re.compile(  # 本市户籍居民（以下简称申请人）
    r"([^，。；：、（）()\s]{2,40}[（(]以下(?:简?称|统称)为?[“\"]?(?:申[报请领](?:人|者|单位|企业|主体|机构)|举报人|参评单位)[”\"]?[)）])"
)
_NAMELESS = re.compile(
    r"申[请报](?:该|本|此)[^，。；]{0,6}(?:企业|单位|主体|人员|人|者)|(?:本|该|我)?(?:项目)?(?:申[请报领]|参评|推荐|享受)?(?:项目|补贴|政策)?的?(?:企业|单位|主体|人|人员|者|对象|机构|个人|项目)"
)
_FIRST = 2  # of the conditions: a lead and the first of a list


_LONG = 120  # characters of the longest phrase that names who
_MUST_BE_FIRST = re.compile(r"(?:申请|申报|享受)[^，。；]{2,24}?(?:必须|应当?|须)(?:是|为)(?=[^，。；]{4,})")
_AIMED = re.compile(
    r"(?:推进|推动|探索|加快|加强|深化|支持|鼓励|引导|促进|提升|打造|发挥)[^。；]{4,60}，(?!对|且|并)(?=[^，。；]{2,})"
)
_THEN = re.compile(
    r"(?:依法)?(?:创办|开办|创建)(?!的)|(?:申报|申请|申领)(?!主体|单位|人|对象|者)(?![^，。；]*的)|，(?:从事|开展|参加|申请|经营)"
)


class ApplicantReader(FieldWriter):
    """Looks for those who may apply in sentences."""

    def _bare_target(self, item: Item) -> None:
        """Who, without what the authority is after before them and what they do behind: 本区劳动者依法创办… → 本区劳动者."""
        value = item["target"]
        if value.state != FOUND or len(value.spans) != 1 or value.spans[0][1] - value.spans[0][0] > _LONG:
            return
        a, b = value.spans[0]
        for before in (_MUST_BE_FIRST, _AIMED):
            if (match := before.match(self._text, a, b)) and is_who(self._text[match.end() : b]):
                a = match.end()
        then = _THEN.search(self._text, a + 2, b)
        if then and is_who(self._text[a : then.start()]):
            b = then.start()
        if (a, b) != value.spans[0]:
            item.fields.pop("target")
            self._set(item, "target", [(a, b)], [])

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
        elif scope and not any(a <= scope[0][0] < b for a, b in item["conditions"].spans):
            self._set(item, "conditions", [*item["conditions"].spans, *scope], [])

    def _find_defined(self, item: Item, spans: Sequence[Span]) -> None:
        """就业困难人员是指…的人员。 in a document on 就业困难人员认定; …的居民（以下简称申请人）."""
        for a, b in self._sentences(spans):
            if called := _CALLED.search(self._text, a, b):
                self._set(item, "target", [called.span(1)], [])
                return
            match = _DEFINED.match(self._text, a, b)
            if match and match.group(1) in item.name and is_who(match.group(2)):
                self._set(item, "target", [match.span(2)], [])
                return

    def _find_target(self, item: Item) -> None:
        """凡…的企业均可申报: who may apply, said in the first condition."""
        for a, b in item["conditions"].spans[:1]:
            lead = _WHO_LEADS.match(self._text, a, b)
            if lead and is_who(lead.group(1)) and not _NAMELESS.fullmatch(lead.group(1)):
                self._set(item, "target", [lead.span(1)], [])
                return
        for a, b in item["conditions"].spans[:_FIRST]:  # 申请人为本市户籍的妇女，且…
            named = _APPLICANT_IS.match(self._text, a, b)
            if named and is_who(named.group(1)):
                self._set(item, "target", [named.span(1)], [])
                return
        for a, b in item["conditions"].spans:
            if _ONE_OF.search(self._text, a, b):
                break
            counted = _COUNTED.search(self._text, a, b)
            if match := _WHO_LINE.fullmatch(self._text, a, counted.end() if counted else b):
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
            and "对" in (self._text[grant.clause[0]], self._text[grant.target[0] - 1])
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
