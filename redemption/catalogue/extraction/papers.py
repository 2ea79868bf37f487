"""Step 5c: the papers to hand in, where no heading announces them: named in a step or in the sentence that says where they go."""

from __future__ import annotations

import re
from collections.abc import Sequence

from redemption.catalogue.extraction.lines import MARKER
from redemption.catalogue.extraction.materials import named_papers, read_materials
from redemption.catalogue.extraction.model import FOUND, MISSING, Entry, Item, Span
from redemption.catalogue.extraction.when import RECOMMENDING
from redemption.catalogue.extraction.writing import FieldWriter

_HANDED_IN = re.compile(
    r"(?:将|持|携带|凭|提交|提供|填写)([^，。；：]{4,120}?(?:表|书|证|照片?|件|证明|发票|合同|材料|凭证|清单|名册)》?(?:[（(]附件\d{0,2}[)）])?)(?:等(?:材料|资料)?)?(?:[（(][^（）()]{1,20}[)）])?"
    r"(?:加盖公章后?|一式[一二两三四五\d]份|原件及复印件)?[，,]?(?:后)?(?:报送|递交|寄送|送交|报|送|寄|上传|到|至|向|提交|[，。；])"
)
_PAPERS_FOLLOW = re.compile(
    r"(?:提交|提供|报送|递交|携带|上传|准备)(?:以下|下列|如下)[^。；]{0,12}(?:材料|资料)[：:]?\s*$"
    r"|(?:所需|申报|申请|提交|上传)[^，。；]{0,12}(?:材料|资料|附件)(?:包括|如下|为)[：:]?\s*$"
)
_ONE_PAPER = re.compile(  # 签署诚信承诺书后，提出申请; 凭身份证明领取
    r"签[署订]([^，。；、（]{0,10}(?:承诺书|声明书?))[^。；]{0,80}?(?:提出|提交)"
    r"|凭([^，。；、]{0,10}(?:身份证明?|证明|通知书|证书))(?:领取|申领|申请|办理|兑[付现])"
)


_LISTED = re.compile(  # 申请需提交以下材料：1.…；2.…, in a paragraph
    r"(?:提交|提供|报送|携带|准备|上传)(?:以下|下列|如下)[^。；：]{0,12}(?:材料|资料)[^。；：]{0,6}：(?=\S)"
)


class PaperReader(FieldWriter):
    """Looks for papers in sentences."""

    def _find_papers(self, item: Item, around: Sequence[Span]) -> None:
        """将申请表、营业执照复印件报送至…: papers named in the sentence that says where they go."""
        if item["materials"].state != MISSING:
            return
        for a, b in around:
            lead = _LISTED.search(self._text, a, b)
            if lead and len(entries := read_materials(self._text, [], [(lead.end(), b)])) >= 2:
                item["materials"].entries, item["materials"].state = entries, FOUND
                return
        if listed := self._papers_of_step(
            sorted({*item["channels"].spans, *item["process"].spans, *item["conditions"].spans})
        ):
            item["materials"].entries, item["materials"].state = listed, FOUND
            return
        for a, b in self._sentences([*item["channels"].spans, *item["process"].spans]):
            for match in _HANDED_IN.finditer(self._text, a, b):
                if RECOMMENDING.search(self._text[a : match.start()]):
                    continue
                entries = named_papers(self._text, match.span(1))
                if len(entries) >= 2:
                    item["materials"].entries, item["materials"].state = entries, FOUND
                    return
            if alone := _ONE_PAPER.search(self._text, a, b):
                span = alone.span(alone.lastindex or 0)
                item["materials"].entries = [Entry(self._text[slice(*span)], span)]
                item["materials"].state = FOUND
                return

    def _papers_of_step(self, spans: Sequence[Span]) -> list[Entry]:
        """1.申报。向…提交如下材料： （1）… （2）…: a list inside a step."""
        for place, (a, b) in enumerate(spans):
            if not _PAPERS_FOLLOW.search(self._text, a, b):
                continue
            listed: list[Span] = []
            kind = ""
            for x, y in spans[place + 1 :]:
                marker = MARKER.match(self._text, x, y)
                if not marker or (kind and marker.lastgroup != kind):
                    break
                kind = marker.lastgroup or ""
                listed.append((x, y))
            if len(listed) >= 2:
                return read_materials(self._text, [], listed)
        return []
