"""Step 1: the document as numbered lines. Every line knows its marker (一、 （二） 3. ④ 第五条 …) and its label.

Tables of labels and values are flattened to lines, so that a 办事指南 in a table reads as one in headings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.model import FIELDS, Span
from redemption.catalogue.extraction.pairs import label_pairs, unknown_pair
from redemption.catalogue.extraction.running import parted
from redemption.policies.reading import TABLE_ROW, Block, ReadDocument

_CN = r"[一二三四五六七八九十]{1,3}"
_MARKERS: tuple[tuple[str, str], ...] = (
    ("chapter", r"第\s*[一二三四五六七八九十百零〇\d]{1,5}\s*(?:[章篇编]|部\s*分)"),
    ("section", r"第\s*[一二三四五六七八九十百零〇\d]{1,5}\s*节"),
    ("article", r"第\s*(?:[一二三四五六七八九十百零〇\d]{1,5}|\d(?:\s\d){1,2})\s*条(?:之[一二三四五])?(?![例款件])"),
    (
        "project",
        rf"(?:项目|专题|方向|类别|专项|政策|事项|奖项)\s*(?:{_CN}|\d{{1,2}})\s*[：:、.．]|(?:专题|项目|类别|专项|方向|事项|政策|奖项)(?:{_CN}|\d{{1,2}})[ \t\u3000]+(?=\S)|P(?:art|ART)\s*[.．]?\s*\d{{1,2}}[.．、：:]?",
    ),
    ("question", r"问题?\s*\d{0,2}\s*[：:、.．]|Q\s*\d{0,2}\s*[：:、.．]"),
    ("step", rf"(?:第\s*(?:{_CN}|\d{{1,2}})\s*步|步骤\s*(?:{_CN}|\d{{1,2}}))\s*[：:、.]?"),
    ("cn", rf"{_CN}\s*[、．.]|{_CN}(?=[\s\u3000])"),
    ("paren_cn", rf"[（(〔\[【]\s*{_CN}\s*[)）〕\]】]\s*[、.．]?|{_CN}\s*[)）]"),
    ("paren_num", r"[（(]\s*\d{1,2}\s*[)）]\s*[、.．]?|[⑴-⒇]"),
    ("half", r"\d{1,2}\s*[)）]"),
    ("decimal", r"\d{1,2}(?:[.．]\d{1,2}){1,2}[、.．]?(?=[\s\u3000]|[\u4e00-\u9fff《“])"),
    ("num", r"\d{1,2}\s*[、．]|\d{1,2}\s*\.(?!\d)|\d{1,2}\.(?=20\d\d年)|\d{1,2}[ \t\u3000]+(?=[\u4e00-\u9fff《“])(?![\d年月日个家项]\S)"),
    ("circled", r"[①-⑳❶-❿➀-➉]"),
    ("letter", r"[A-Za-z]\s*[、．)）](?=\s*[\u4e00-\u9fff《“])|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]\s*[、.．]"),
    ("paper", rf"材料\s*(?:{_CN}|\d{{1,2}})\s*[：:、.．]"),
    ("bullet", r"[-–—•·●■◆▶★☆※▪◇○□*➢✓√✔☑➤]+\s*(?=[\u4e00-\u9fff《“A-Za-z\d])"),
)  # fmt: skip
MARKER = re.compile(r"[\s\u3000]*(?:" + "|".join(f"(?P<{name}>{rule})" for name, rule in _MARKERS) + ")")
RANK = {name: rank for rank, (name, _) in enumerate(_MARKERS)}
_LABELLED = re.compile(
    r"\s*([【\[]?[^\s：:，。；、？！?（(][^：:，。；？！?]{0,24}?[】\]]?)\s*(?:[：:]|[—–]{2})"
)
_BRACKETED = re.compile(r"\s*[【\[]([^】\]]{2,24})[】\]]\s*[：:]?")
_IN_BRACKETS = re.compile(
    r"（([\u4e00-\u9fff、“”]{4,24})）[。：]?\s*(?=对|给予|按|鼓励|支持|凡|企业|新|首次|经|获)"
)
_LABEL_IN_BRACKETS = re.compile(r"\s*（([\u4e00-\u9fff、]{2,14})）[：:。]?\s*(?=\S)")  # 第二条（申报条件）…
_SPACED = re.compile(r"\s*(\S{3,12})(?:[ \t]{2,}|\u3000+)(?=\S)")
_BANNER = re.compile(r"\s*[—–\-=~_*◆■●▌]{2,}\s*([\u4e00-\u9fff]{2,12})\s*[—–\-=~_*◆■●▌]{2,}\s*")
_RUN_IN = re.compile(r"[\s\u3000]*((?!对)[^，。；：:！？\s]{2,24})(?:。|[\s\u3000]+(?=\S{6}))")
_INNER_LABEL = re.compile(
    rf"(?<=[。；;\s])({_CN}、|[（(]{_CN}[)）]|\d{{1,2}}[、.．])?([\u4e00-\u9fff]{{4,10}})[：:](?=\s*\S{{2}})"
)
_SPLITTING = frozenset(FIELDS)
_COPULA = re.compile(r"\s*([^，。；：:、]{4,14}?)(?:为|是)[：:]?(?=\S{4})")
_SAYABLE = frozenset(
    {"target", "conditions", "standard", "time_limit", "application_period", "phone", "channels"}
)
_ANSWER = re.compile(
    r"(?:解?答(?:复|案)?|A\s*\d{0,2})\s*[：:]\s*|[【\[]\s*解?答(?:复|案)?\s*[】\]]\s*[：:]?\s*"
)
_QUESTION = re.compile(r"[^。；]{4,60}[？?]$")
_OFFICE = re.compile(
    r"(?<=[。；])[（(](?:(?:责任|实施|承办|咨询)(?:单位|部门)[：:])?([\u4e00-\u9fff]{2,16}(?:局|委|办|厅|部|处|中心|科|银行))[，,：:\s]*"
    r"(?:(?:联系|咨询)?电话)?[：:]?\s*(?:0\d{2,3}-)?[2-9]\d{6,7}(?:[、，]\s*[2-9]\d{6,7})*[)）]$"
)
_TOLD = re.compile(r"(?:主要|[为是](?:“([^“”]{2,20})”)?|规定|明确|阐述)[^。]*[，。]?")
_ADORNED = re.compile(r"\s*([★☆●■◆▼◎※❤✦*#=~—\-]+)\s*([^★☆●■◆▼◎※❤✦*#=~。；，]{2,24}?)\s*\1\s*")
_PADDED = re.compile(r"\s*0\d\s*[.．]?\s*")
_LONE = re.compile(rf"\s*{_CN}\s*")
_STOP = re.compile(r"[，。；！？：:]")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}


@dataclass(slots=True)
class Line:
    """One line. `body` begins after marker, label and colon; `caption` is the heading or label, where there is one."""

    start: int
    end: int
    text: str
    kind: str = ""  # kind of its marker, "" without one; "label" for a label without a number
    number: int = 0
    after_marker: int = 0  # offset in the document where the marker ends
    caption: Span | None = None
    roles: tuple[str, ...] = ()
    body: int = 0
    cells: tuple[Span, ...] = ()
    table: int | None = None
    heading: bool = False  # said to be one by the file
    strong: bool = False  # its label is exact, so it is a heading even without a number or colon

    @property
    def content(self) -> str:
        return self.text[self.body - self.start :]

    @property
    def unmarked(self) -> str:
        return self.text[self.after_marker - self.start :]


def read_lines(document: ReadDocument, labels: Labels) -> list[Line]:
    """All lines of the document in reading order."""
    lines: list[Line] = []
    seen_label: Span | None = None
    for block in document.blocks:
        if block.kind != TABLE_ROW:
            _add(lines, document.text, block.start, block.end, labels, block)
            seen_label = None
            continue
        pairs = label_pairs(document.text, block, labels) or unknown_pair(
            document.text, block, bool(seen_label)
        )
        if not pairs:
            seen_label = None
            lines.append(_row(document.text, block))
            continue
        for label, value in pairs:
            if label != seen_label:
                lines.append(_label_line(document.text, label, labels))
                seen_label = label
            _add(lines, document.text, *value, labels, None)
    return _join_lone_markers(lines, labels)


def parse_line(text: str, start: int, end: int, labels: Labels, heading: bool = False) -> Line:
    """One line with its marker, its caption and the roles of that caption."""
    content = text[start:end]
    line = Line(start, end, content, after_marker=start, body=start, heading=heading)
    if match := _ADORNED.fullmatch(content):  # ★ 支持对象 ★
        roles = labels.classify(match.group(2)) or labels.question(match.group(2))
        _caption(line, start, match.span(2), len(content), roles, strong=bool(roles))
        return line
    if match := MARKER.match(content):
        line.kind = match.lastgroup or ""
        marker = match.group(line.kind)
        line.number = _value(
            re.split(r"[.．]", marker.rstrip(".．、"))[-1] if line.kind == "decimal" else marker
        )
        rest = match.end()
        rest += len(content[rest:]) - len(content[rest:].lstrip())
        line.after_marker = line.body = start + rest
        if line.kind in ("chapter", "section") and (told := _TOLD.match(content, rest)):
            line.kind = "article"  # 第二章为“落户奖”，…: a sentence about a chapter
            if told.group(1):
                _caption(line, start, told.span(1), told.end(), labels.classify(told.group(1)), strong=False)
            return line
    _find_caption(line, labels)
    return line


def _find_caption(line: Line, labels: Labels) -> None:
    if (match := _BANNER.fullmatch(line.text)) and (roles := labels.classify(match.group(1))):
        line.kind = ""
        _caption(line, line.start, match.span(1), line.end - line.start, roles, strong=True)
        return
    rest = line.unmarked
    offset = line.after_marker
    bare = rest.strip()
    if not bare:
        return
    if match := _BRACKETED.match(rest):
        roles = labels.classify(match.group(1))
        if roles or line.kind or match.end() == len(rest):
            _caption(line, offset, match.span(1), match.end(), roles, strong=bool(roles or not line.kind))
            return
    if _QUESTION.match(bare):
        _caption(line, offset, (0, len(rest)), len(rest), labels.question(bare), strong=True)
        return
    if line.kind and (match := _LABEL_IN_BRACKETS.match(rest)) and (roles := labels.classify(match.group(1))):
        _caption(line, offset, match.span(1), match.end(), roles, strong=True)
        return
    if line.kind in ("paren_cn", "num", "cn", "article") and (match := _IN_BRACKETS.match(rest)):
        _caption(line, offset, match.span(1), match.end(), labels.classify(match.group(1)), strong=False)
        return
    if not line.kind and (match := _SPACED.match(rest)) and (roles := labels.exact(match.group(1))):
        _caption(line, offset, match.span(1), match.end(), roles, strong=True)
        return
    match = _LABELLED.match(rest)
    if match and (roles := labels.classify(match.group(1))):
        _caption(line, offset, match.span(1), match.end(), roles, strong=True)
        return
    if line.kind and (match := _COPULA.match(rest)) and labels.ends_with_label(match.group(1)):
        roles = labels.classify(match.group(1))
        if set(roles) & _SAYABLE:
            _caption(line, offset, match.span(1), match.end(), roles, strong=True)
            return
    short = len(bare) <= 40 and not _STOP.search(bare.rstrip("：:"))
    if short:
        roles = labels.classify(bare)
        exact = bool(labels.exact(bare))
        if line.kind or line.heading or exact or bare.endswith(("：", ":")):
            _caption(line, offset, (0, len(rest)), len(rest), roles, strong=exact and bool(roles))
            return
        if roles and len(bare) <= 16:
            _caption(line, offset, (0, len(rest)), len(rest), roles, strong=False)
        return
    if line.kind and bare.endswith(("：", ":")) and len(bare) <= 90 and not re.search(r"[。；，]", bare):
        _caption(line, offset, (0, len(rest)), len(rest), (), strong=False)
        return
    if line.kind and (match := _RUN_IN.match(rest)):
        roles = labels.classify(match.group(1))
        spaced = not match.group(0).rstrip().endswith("。")
        if roles or not spaced or line.kind in ("article", "chapter", "section"):
            _caption(line, offset, match.span(1), match.end(), roles, strong=bool(roles))
            return
    if line.kind and (match := re.match(r"\s*([^，。；：:]{2,24}(?<!http)(?<!https))[：:]", rest)):
        _caption(line, offset, match.span(1), match.end(), (), strong=False)


def _find_run_in_label(line: Line, labels: Labels) -> None:
    """一、申报时限2023年度… : a heading that lost the break after it."""
    if not line.kind or line.roles:
        return
    rest = line.unmarked
    longest = min(16, len(rest) - 2)
    ways = [(length, labels.exact) for length in range(longest, 3, -1)]
    if line.kind in ("cn", "paren_cn", "article"):  # 2.申请人及组织… begins an entry, not a section
        ways += [(length, labels.classify) for length in range(6, longest + 1)]
    for length, classify in ways:
        label = rest[:length]
        if rest[length] in "，。；：、的为是和及与" or _STOP.search(label):
            continue
        if roles := classify(label):
            line.caption, line.body = None, line.start
            _caption(line, line.after_marker, (0, length), length, roles, strong=True)
            return


def _caption(line: Line, offset: int, span: Span, end: int, roles: tuple[str, ...], strong: bool) -> None:
    line.caption = (offset + span[0], offset + span[1])
    line.roles = roles
    line.strong = strong
    line.body = min(offset + end, line.end)


def _add(lines: list[Line], text: str, start: int, end: int, labels: Labels, block: Block | None) -> None:
    at = start
    for piece in text[start:end].split("\n"):
        if piece.strip():
            begin = at + len(piece) - len(piece.lstrip())
            if answer := _ANSWER.match(text, begin, at + len(piece)):
                begin = answer.end()
            heading = block is not None and block.kind == "heading" and block.level > 0
            end = at + len(piece.rstrip())
            pieces = parted(text, begin, end)
            for x, y in pieces:
                office = _OFFICE.search(text, x, y)
                for a, b in _at_inner_labels(text, x, office.start() if office else y, labels):
                    lines.append(parse_line(text, a, b, labels, heading))
                    if len(pieces) > 1:
                        _find_run_in_label(lines[-1], labels)
                if office:
                    lines.append(_office_line(text, office))
        at += len(piece) + 1


def _office_line(text: str, office: re.Match[str]) -> Line:
    """（区科技局 6356337） at the end of a benefit: whom to ask, as if a label said so."""
    line = Line(office.start(), office.end(), office.group(), after_marker=office.start(), strong=True)
    line.caption, line.body, line.roles = office.span(1), office.end(1), ("phone",)
    return line


def _at_inner_labels(text: str, start: int, end: int, labels: Labels) -> list[Span]:
    """受理地址：…。咨询电话：… on one line are two lines, where the line begins with a label or number too."""
    if end - start < 16 or not (MARKER.match(text, start, end) or _LABELLED.match(text, start, end)):
        return [(start, end)]
    found = [
        (match, roles)
        for match in _INNER_LABEL.finditer(text, start, end)
        if match.start() > start and (roles := set(labels.exact(match.group(2)))) & _SPLITTING
    ]
    if not found:
        return [(start, end)]
    first = parse_line(text, start, end, labels)
    told = set(first.roles)
    if (
        not told
        and first.kind in ("num", "cn", "paren_cn")
        and first.caption
        and first.body < found[0][0].start()
    ):
        told = {"name"}  # 6.贷款贴息。对…的企业，给予…；申请材料：贷款合同、放款凭证。
    cuts = [start]
    for match, roles in found:
        if "phone" in told and "onsite_address" in roles:
            continue  # the office of those who answer questions
        if not roles & told and (told or match.group(1)):
            cuts.append(match.start())
            told = roles
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _row(text: str, block: Block) -> Line:
    line = Line(block.start, block.end, text[block.start : block.end], body=block.start)
    line.after_marker = block.start
    line.cells, line.table = block.cells, block.table
    return line


def _label_line(text: str, span: Span, labels: Labels) -> Line:
    line = Line(span[0], span[1], text[span[0] : span[1]], after_marker=span[0], body=span[1], strong=True)
    line.caption, line.roles = span, labels.classify(line.text)
    return line


def _join_lone_markers(lines: list[Line], labels: Labels) -> list[Line]:
    """A number on a line of its own belongs to the title on the next line."""
    joined: list[Line] = []
    lone: Line | None = None
    for place, line in enumerate(lines):
        if lone is not None:
            if not line.kind and not line.cells:
                line.kind, line.number = lone.kind, lone.number
                line.caption, line.body, line.roles, line.strong = None, line.start, (), False
                _find_caption(line, labels)
            lone = None
        if not line.kind and _PADDED.fullmatch(line.text) and not line.cells:  # 01 ⏎ 租金补贴
            line.kind, line.number, line.after_marker = "num", _value(line.text), line.end
        elif not line.kind and _LONE.fullmatch(line.text) and _is_label(lines, place + 1):
            line.kind, line.number, line.after_marker = "cn", chinese_number(line.text.strip()), line.end
        if line.kind and line.kind != "bullet" and line.after_marker >= line.end and not line.cells:
            lone = line
            continue
        joined.append(line)
    return joined


def _is_label(lines: list[Line], place: int) -> bool:
    return place < len(lines) and bool(lines[place].roles) and lines[place].body >= lines[place].end


def _value(marker: str) -> int:
    digits = re.search(
        r"\d+", re.sub(r"(?<=\d)\s+(?=\d)", "", marker) if " " in marker else marker
    )  # 第 1 0 条, out of a PDF
    if digits:
        return int(digits.group())
    for first, count in (("①", 20), ("⑴", 20), ("❶", 10), ("➀", 10)):
        if 0 <= ord(marker.strip()[:1] or "\0") - ord(first) < count:
            return ord(marker.strip()[0]) - ord(first) + 1
    written = re.search(r"[零〇一二三四五六七八九十百]+", marker)
    return chinese_number(written.group()) if written else 0


def chinese_number(text: str) -> int:
    """A written number below 1000: 二十三 → 23."""
    total = digit = 0
    for c in text.replace("〇", "零"):
        if c == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif c == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS.get(c, 0)
    return total + digit
