"""Title, document number, issuer, publication date, level and validity, as the document states them."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.content import is_furniture
from redemption.catalogue.extraction.dates import first_date, iso
from redemption.catalogue.extraction.lines import Line
from redemption.catalogue.extraction.model import FIELDS, Policy, Span

_TITLE_END = re.compile(
    r"(?:通知|公告|通告|办法|细则|指南|措施|意见|方案|规定|政策|清单|问答|常见问题|条例|规程|通报|指引|须知|解读|汇编|若干政策|申报书|补贴|资助|奖励|补助|津贴|贴息|返还|发放|认定|申领|要求|条件及要求|一览表|请查收)"
    r"(?:[（(][^（）()]{1,20}[)）])?[！!》]?$"
)
_RULES_END = re.compile(
    r"[\u4e00-\u9fff]{4,}(?:办法|细则|规定|规程|条例|措施|政策)(?:[（(][^（）()]{1,10}[)）])?$"
)
_NOTICE = re.compile(r"(?:通知|公告|通告|函|意见|启事|公示)\s*(?:[（(][^（）()]{1,20}[)）])?\s*$")
_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,16}(?:发|办|规|字|函|规字|规范)?\s*[〔\[［（(【]\s*(?:19|20)\d{2}\s*[〕\]］）)】]\s*第?\s*\d{1,5}\s*号"
)
_SITE = re.compile(r"\s*[-_—|–]\s*[^-_—|–]{2,40}(?:网站?|政府|门户|局|厅|委|中心|平台|公司|网)\s*$")
_ISSUER = re.compile(
    r"^[\u4e00-\u9fff（）()、\s]{2,60}(?:局|委员会|委|厅|部|办公室|政府|管委会|中心|管理处|协会|银行|法院|人社局|税务局|党委|领导小组|总工会|联合会|统战部|处|署)(?:\s|$|　)"
)
_SIGNED = re.compile(
    r"^(.{3,60}?)[\s　]*((?:19|20)\d{2}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|二[〇○零Ｏ0].{2,3}年.{1,2}月.{1,3}日)(?:印发)?$"
)
_SALUTATION = re.compile(r"^(?:各|区属|市属|市直|有关|全[市区县]|本[市区])[^。]{2,80}[：:]$")
_DATE_LABEL = re.compile(r"(?:发布|发表|成文|印发|发文|生成|公开)(?:日期|时间)\s*[：:]\s*(.*)")
_SOURCE_LABEL = re.compile(
    r"(?:信息来源|文章来源|来源|发布机构|发文机关|发文单位|发布单位)\s*[：:]\s*(\S.{1,50}?)(?:\s{2,}|\s+[\u4e00-\u9fff]{2,4}[：:]|浏览|字[体号]|发布|【|$)"
)
_VALID = re.compile(
    r"[^。；\n]*(?:施行|实施|执行|有效期|生效)[^。；\n]*(?:有效期|止|施行|实施|至|执行)[^。；\n]*"
)
_INTERPRETED = "政策解读"
_SPEAKS = re.compile(r"补贴|补助|奖励|资助|贴息|津贴|返还|贷款|扶持|资金|申报|申领|认定")
_LEVELS = (
    ("state", re.compile(r"国务院|国家|财政部|工业和信息化部|税务总局|人力资源社会保障部")),
    ("town", re.compile(r"[\u4e00-\u9fff]{1,6}(?:街道|镇|乡)(?:人民政府|办事处|党)")),
    ("district", re.compile(r"[\u4e00-\u9fff]{1,6}(?:区|县|开发区|高新区|新区|自贸片区)(?!域|块)")),
    ("city", re.compile(r"[\u4e00-\u9fff]{1,6}市|^市")),
    ("province", re.compile(r"[\u4e00-\u9fff]{2,4}(?:省|自治区)|^省")),
)


def find_title(lines: list[Line], properties: dict[str, str]) -> tuple[str, Span | None, int]:
    """Title, its span, and the index of the first line after it (0 where no title line stands)."""
    stated = [_SITE.sub("", properties.get(key, "")).strip() for key in ("title", "page_title")]
    stated = [title for title in stated if len(title) >= 5]
    place = (
        _stated_title(lines, stated)
        or _notice_title(lines)
        or _plain_title(lines)
        or (None if stated else _line_above(lines))
    )
    if place is None:
        return (stated[0] if stated else ""), None, 0
    begin, end = place
    title = _SITE.sub("", "".join(line.text.strip() for line in lines[begin : end + 1]))
    after = end + 1
    for index in range(
        after, min(len(lines), 150)
    ):  # navigation may stand between a page's title and its text's
        if _is_body(lines[index]) or lines[index].kind in ("article", "chapter"):
            break  # what follows is the head of the next printed page
        if re.sub(r"\s", "", lines[index].text) == re.sub(r"\s", "", title):
            after = index + 1
    return title, (lines[begin].start, lines[end].end), after


def _stated_title(lines: list[Line], stated: list[str]) -> tuple[int, int] | None:
    for index, line in enumerate(lines[:150]):
        if len(line.text) <= 100 and any(_same(line.text, title) for title in stated):
            return (index, index)
    return None


def _notice_title(lines: list[Line]) -> tuple[int, int] | None:
    """关于…的通知, wherever it stands before the first numbered section; it may run over three lines."""
    for index, line in enumerate(lines[:150]):
        text = line.text.strip()
        if line.kind in ("article", "chapter", "cn") or _is_body(line):
            return None
        if line.kind or line.cells or is_furniture(text) or len(text) > 90:
            continue
        if _NOTICE.search(text):
            begin = index
            while (
                begin > 0 and index - begin < 2 and "关于" not in text and _continues(lines[begin - 1], text)
            ):
                begin -= 1
                text = lines[begin].text.strip() + text
            if "关于" in text:
                return (begin, index)
    return None


def _plain_title(lines: list[Line]) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    for index, line in enumerate(lines[:60]):
        text = line.text.strip()
        opens = _opens_rules(lines, index)
        if (
            line.kind in ("article", "chapter", "section", "cn")
            or _is_body(line)
            or (set(line.roles) & set(FIELDS) and not opens)
        ):
            break
        interprets = (
            line.roles == ("ignore",) and len(text) > len(_INTERPRETED) + 4 and text.endswith(_INTERPRETED)
        )
        labelled = line.roles and not opens and not interprets  # 一次性扩岗补助政策解读
        if is_furniture(text) or _SALUTATION.match(text) or line.cells or line.kind or labelled:
            continue
        if not 6 <= len(text) <= 90 or text.endswith(("。", "；", "，", "：", ":")):
            continue
        if _TITLE_END.search(_SITE.sub("", text)) and best is None:
            begin = index
            while begin > 0 and index - begin < 2 and _continues(lines[begin - 1], text):
                begin -= 1
            best = (begin, index)
    return best


def _opens_rules(lines: list[Line], index: int) -> bool:
    """云溪区创业补贴办法 above 第一条: the name of the rules, though it ends like a label."""
    following = lines[index + 1] if index + 1 < len(lines) else None
    return (
        following is not None
        and following.kind in ("article", "chapter")
        and following.number == 1
        and bool(_RULES_END.search(lines[index].text.strip()))
    )


def _line_above(lines: list[Line]) -> tuple[int, int] | None:
    """A line that speaks of a benefit, right above the salutation or the first section: 一次性补贴开始申报."""
    for index, line in enumerate(lines[:20]):
        begins = _SALUTATION.match(line.text.strip()) or (line.kind == "cn" and line.number == 1)
        if not begins:
            continue
        above = lines[index - 1] if index else None
        words = above.text.strip() if above else ""
        told = (
            above
            and not (above.kind or above.cells or is_furniture(words))
            and 6 <= len(words) <= 60
            and len(words.split()) <= 2
        )
        return (
            (index - 1, index - 1) if told and _SPEAKS.search(words) and words[-1] not in "。；，：" else None
        )
    return None


def _continues(previous: Line, title: str) -> bool:
    text = previous.text.strip()
    if (
        is_furniture(text)
        or _NUMBER.search(text)
        or previous.kind
        or previous.roles
        or len(text) > 60
        or len(text) < 4
    ):
        return False
    return text.startswith("关于") or (
        title[:1] in "的及和、" or text.endswith(("关于", "组织", "开展", "申报", "印发"))
    )


def _same(a: str, b: str) -> bool:
    a, b = re.sub(r"\s", "", a), re.sub(r"\s", "", b)
    return a == b or (len(a) > 8 and (a in b and len(a) > 0.7 * len(b)))


def _is_body(line: Line) -> bool:
    return len(line.text) > 60 and ("，" in line.text or "。" in line.text)


def read_policy(
    lines: list[Line], title: str, title_span: Span | None, properties: dict[str, str], text: str
) -> Policy:
    """What the document says of itself, from its head, its signature and the page's own statements."""
    policy = Policy(title=_policy_title(title) or None)
    head = lines[:50]
    policy.document_number = _document_number(head)
    signer, signed = _signature(lines)
    dates = [signed] + [first_date(m.group(1)) for line in head for m in [_DATE_LABEL.search(line.text)] if m]
    if not any(dates):
        for index, line in enumerate(head[:-1]):
            if re.fullmatch(r"(?:发布|发表|成文)(?:日期|时间)\s*[：:]", line.text.strip()):
                dates.append(first_date(head[index + 1].text))
        dates.append(first_date(properties.get("published", "")))
    policy.publish_date = next((iso(date) for date in dates if date), None)
    policy.issuer = signer or _head_issuer(head) or _source(head) or properties.get("source")
    named = f"{policy.issuer or ''} {policy.title or ''}"
    policy.level = next((level for level, rule in _LEVELS if rule.search(named)), None)
    _read_validity(policy, lines)
    return policy


def _policy_title(title: str) -> str:
    match = re.search(r"关于(?:印发|发布|公布|下发)(?:《([^》]{4,80})》|([^《》]{6,80}?))的?通知", title)
    return (match.group(1) or match.group(2)) if match else title


def _document_number(head: list[Line]) -> str | None:
    for line in head:
        text = line.text.strip()
        match = _NUMBER.search(text)
        if not match:
            continue
        if len(text) <= len(match.group()) + 12 and not re.search(r"根据|依据|《", text):
            return re.sub(r"\s", "", re.sub(r"^.*(?:文号|字号)[：:]\s*", "", match.group()))
        if re.search(r"(?:文号|发文字号)\s*[：:]", text):
            return re.sub(r"\s", "", match.group())
    return None


def _signature(lines: list[Line]) -> tuple[str | None, tuple[int, int, int] | None]:
    printed: tuple[str | None, tuple[int, int, int] | None] | None = None  # by whose office, not by whom
    for index in range(len(lines) - 1, max(-1, len(lines) - 60), -1):
        text = lines[index].text.strip()
        if is_furniture(text):
            continue
        if (match := _SIGNED.match(text)) and _ISSUER.match(match.group(1).strip() + " "):
            return re.sub(r"(?:办公室)?$", "", match.group(1).strip()) or None, first_date(match.group(2))
        bare = re.fullmatch(r"((?:19|20)\d{2}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)(?:印发)?", text)
        if bare and index > 0:
            signers: list[str] = []
            above = index - 1
            while (
                above >= 0
                and len(lines[above].text) <= 60
                and _ISSUER.match(lines[above].text.strip() + " ")
                and not re.search(r"\d", lines[above].text)
            ):
                signers.insert(0, lines[above].text.strip())
                above -= 1
            if signers and text.endswith("印发") and len(signers) == 1 and signers[0].endswith("办公室"):
                printed = printed or (signers[0].removesuffix("办公室"), first_date(bare.group(1)))
            elif signers:
                return " ".join(signers), first_date(bare.group(1))
    return printed or (None, None)


def _head_issuer(head: list[Line]) -> str | None:
    for line in head[:30]:
        text = line.text.strip()
        if match := re.match(
            r"^([\u4e00-\u9fff\s、（）]{4,80}?(?:局|委员会|委|厅|办公室|政府|管委会|统战部|中心))\s*关于",
            text,
        ):
            return match.group(1).strip()
    return None


def _source(head: list[Line]) -> str | None:
    for index, line in enumerate(head):
        if match := _SOURCE_LABEL.search(line.text):
            return match.group(1).strip().removesuffix("官网")
        if re.fullmatch(r"(?:信息|文章)?来源[：:]", line.text.strip()) and index + 1 < len(head):
            return head[index + 1].text.strip()
    return None


def _read_validity(policy: Policy, lines: list[Line]) -> None:
    for line in reversed(lines):
        if not re.search(r"施行|实施|执行|有效期", line.text):
            continue
        match = re.search(r"自\s*(.{4,20}?)\s*起(?:施行|实施|执行|生效)", line.text)
        until = re.search(
            r"(?:至|到|有效期至|截至)\s*((?:19|20)\d{2}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)", line.text
        )
        years = re.search(r"有效期(?:限)?(?:为|至|：|:)?\s*([一二两三四五六七八九十\d]+)\s*年", line.text)
        if not (match or until) or not re.search(r"本|通知|办法|政策|措施|细则|意见|自", line.text):
            continue
        policy.validity_text = line.text.strip()[:300]
        start = first_date(match.group(1)) if match else None
        if match and not start and re.search(r"发布|印发|公布", match.group(1)):
            policy.valid_from = policy.publish_date
        elif start:
            policy.valid_from = iso(start)
        if until:
            policy.valid_to = iso(first_date(until.group(1)))
        elif years and policy.valid_from:
            policy.valid_to = _plus_years(policy.valid_from, years.group(1))
        return


def _plus_years(start: str, written: str) -> str | None:
    from redemption.catalogue.extraction.lines import chinese_number

    count = int(written) if written.isdigit() else (2 if written == "两" else chinese_number(written))
    year, month, day = map(int, start.split("-"))
    # 有效期 n 年: until the day before the same date n years on
    import datetime as dt

    try:
        return (dt.date(year + count, month, day) - dt.timedelta(days=1)).isoformat()
    except ValueError:
        return dt.date(year + count, 2, 28).isoformat()
