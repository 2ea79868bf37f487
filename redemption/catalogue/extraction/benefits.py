"""The name that a gift gives itself: 每月1500元住房补贴 → 住房补贴."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.model import Span
from redemption.catalogue.extraction.promises import BENEFIT

_NAME_BEGINS = re.compile(r".*(?:给予|予以|发放|享受|申请|进行|标准|计发|元|每[家个户人名])")
_BENEFIT_NAME = re.compile(
    rf"(?:元(?:/[年月人户次])?|[%％]|额|高|的|予以|予(?!以)|放|领|次性|享受|申请|取|计)(?:的)?(?:一次性)?((?:[\u4e00-\u9fff]|[“”]){{2,12}}?{BENEFIT}(?:支持|资金|补贴|补助|奖励|资助|津贴)?)(?![\u4e00-\u9fff]{{0,2}}(?:资金|政策|标准|对象|期限))"
)


def benefit_name(text: str, span: Span) -> Span | None:
    """The name a gift gives itself: 每月1500元住房补贴 → 住房补贴."""
    best: Span | None = None
    for match in _BENEFIT_NAME.finditer(text, *span):
        name = match.group(1)
        if (cut := _NAME_BEGINS.match(name)) and len(name) - cut.end() >= 4:
            return (match.start(1) + cut.end(), match.end(1))
        if cut:
            continue
        if re.match(
            r"(?:一次性|一定|每|最高|给予|予以|按|不超过|标准|额度|以上|以下|分别|相应|以内|[的和与]|财政)",
            name,
        ):
            trimmed = re.sub(r"^(?:一次性|一定|给予|予以|最高|相应|分别|财政|[的和与])+", "", name)
            if len(trimmed) < 4:
                continue
            best = best or (match.end(1) - len(trimmed), match.end(1))
            continue
        return match.span(1)
    return best
