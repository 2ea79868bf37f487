"""Step 6: the entries of list fields: papers to hand in, phones, addresses, links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from redemption.catalogue.extraction.lines import _MARKER
from redemption.catalogue.extraction.model import Entry, Span
from redemption.catalogue.extraction.structure import Node

# -- materials ---------------------------------------------------------------------------------------------------

_REMARK = re.compile(
    r"^[（(【]?(?:以上|上述|申[请报]材料|申报资料|申报书|所有|全部|各项|纸质|电子|注|备注|说明|其中|请|如|材料|资料|每[个份套项]|申报单位|申请单位|企业|注意|温馨|装订|封面|复印件|需要|除)"
    r"[^。]{0,80}(?:一式|装订|A4|A3|a4|盖公章|加盖|骑缝|扫描|顺序|复印件|原件核|胶装|页码|目录|格式|份|必须提供|根据实际|真实|PDF|pdf|压缩|命名|上传|负责|逾期|不予)"
)
_LEAD = re.compile(
    r"(?:[:：]|如下|以下[^，。；]{0,12}(?:材料|资料|文件)[^，。；]{0,6}[。:：]?|下列[^，。；]{0,12}(?:材料|资料|文件)[^，。；]{0,6}[。:：]?|材料[^，。；]{0,4}包括[:：]?)\s*$"
)
_CATEGORY = re.compile(
    r"^(?:(?:纸质|电子|书面|基本|基础|必备|必要|必须|共性|通用|公共|附加|补充|特定|专项|个性|其他|其它|相关|佐证|证明|一般|主要|企业|个人|单位|线上|线下|网上|申报|申请|提交|需|应)[^，。；]{0,16}"
    r"(?:材料|资料|文件|文档|提供|提交|附件)(?:要求|清单|部分|版)?|[^，。；]{2,40}(?:需|须|应|还应|还需|另需|另须)(?:同时)?(?:提供|提交|报送|上传)[^，。；]{0,16}|[^，。；]{2,20}(?:申请|申报|办理|补贴|奖励|项目|企业|人员)(?:的)?(?:需)?(?:提供)?(?:材料|资料)?)"
    r"(?:如下)?[:：]?$"
)
_ONE_OF = re.compile(r"之一|任一|任选|其一|其中一")
_CHOICE = re.compile(r"[：:]\s*$|(?:包括|如下|以下|提供)[^。；]{0,10}[：:]?$")
_COPIES = re.compile(
    r"([一二两三四五六七八九十\d]{1,3})\s*份(?!额)|一式\s*([一二两三四五六七八九十\d]{1,3})\s*份?"
)
_CN = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_LIST_COMMA = re.compile(
    r"[、；;]|，(?=[^，。；、]{2,24}(?:表|书|证|件|复印件|证明|合同|发票|报告|执照|照片|材料)(?:[，。；、（(]|$))"
)
_MATERIAL_WORD = re.compile(
    r"表|书|证|件|证明|合同|发票|报告|执照|照片|材料|资料|凭证|函|协议|单|清单|文件|账户|账号|账簿|票据|记录|图|方案|简历|章程|决议|承诺|名册|明细"
)


@dataclass(slots=True)
class _Paper:
    span: Span
    kind: str
    body: int
    number: int = 0
    inner: list[_Paper] = field(default_factory=list)
    tail: list[Span] = field(default_factory=list)


def read_materials(text: str, nodes: Iterable[Node], spans: list[Span]) -> list[Entry]:
    """One entry a paper. Remarks on format are no entries, but tell copies and form of all."""
    rows = _material_rows(text, nodes, spans)
    if rows is not None:
        return rows
    papers, lead, remarks = _papers(text, spans)
    entries: list[Entry] = []
    if papers:
        entries = _entries(text, papers)
    else:
        entries = _prose_entries(text, lead)
    general = _details(" ".join(text[a:b] for a, b in remarks)) if remarks else {}
    for entry in entries:
        entry.details = general | _details(entry.text)
    return entries


def _papers(text: str, spans: list[Span]) -> tuple[list[_Paper], list[Span], list[Span]]:
    top: list[_Paper] = []
    stack: list[_Paper] = []
    lead: list[Span] = []
    remarks: list[Span] = []
    for a, b in _inline_parted(text, spans):
        words = text[a:b]
        match = _MARKER.match(words)
        kind = (match.lastgroup or "") if match else ""
        body = a + match.end() if match else a
        if _REMARK.match(text[body:b].strip()) and not (
            kind and _MATERIAL_WORD.search(text[body : body + 12])
        ):
            remarks.append((a, b))
            continue
        if not kind:
            if stack:
                stack[-1].tail.append((a, b))
            else:
                lead.append((a, b))
            continue
        paper = _Paper((a, b), kind, body)
        kinds = [open_paper.kind for open_paper in stack]
        if kind in kinds:
            del stack[kinds.index(kind) :]
        (stack[-1].inner if stack else top).append(paper)
        stack.append(paper)
    first = _first_unmarked(text, lead, top)
    return ([first, *top] if first else top), lead, remarks


_INLINE = re.compile(
    r"(?:(?<=[；;。：:，、\s])|(?<=^))(?:[（(](\d{1,2})[)）]|(\d{1,2})[、.．)）](?!\d)|([①-⑳])|[（(]([一二三四五六七八九十])[)）])"
)


def _inline_parted(text: str, spans: list[Span]) -> list[Span]:
    """（1）申请表；（2）名册 on one line are two lines."""
    out: list[Span] = []
    for a, b in spans:
        marks = [m for m in _INLINE.finditer(text, a, b)]
        kinds = {m.lastindex for m in marks}
        if len(marks) < 2 or len(kinds) != 1:
            out.append((a, b))
            continue
        cuts = [m.start() for m in marks]
        if cuts[0] > a and text[a : cuts[0]].strip():
            out.append((a, cuts[0]))
        out.extend(zip(cuts, [*cuts[1:], b], strict=True))
    return out


def _first_unmarked(text: str, lead: list[Span], top: list[_Paper]) -> _Paper | None:
    """The first paper lost its number with the heading: 申报材料：申请表；⏎ 2.营业执照"""
    if not top or not lead or len(lead) > 1:
        return None
    a, b = lead[0]
    words = text[a:b].strip()
    numbered = re.match(r"\s*[（(]?(\d+)", text[top[0].span[0] : top[0].span[1]])
    second = bool(numbered and int(numbered.group(1)) == 2) or text[slice(*top[0].span)].startswith(
        ("二、", "（二）")
    )
    if second and not _LEAD.search(words):
        return _Paper((a, b), top[0].kind, a)
    return None


def _entries(text: str, papers: list[_Paper]) -> list[Entry]:
    entries: list[Entry] = []
    few = len(papers) <= 3
    for paper in papers:
        heading = text[paper.body : paper.span[1]].strip()
        if not heading and paper.tail:
            entries.append(_entry(text, [*paper.tail]))
            continue
        if paper.inner and not _ONE_OF.search(heading):
            bare = heading.rstrip("。；;")
            if _CATEGORY.match(bare) or (
                few and len(paper.inner) >= 2 and len(bare) <= 20 and not bare.endswith(("书", "表", "报告"))
            ):
                entries.extend(_entries(text, paper.inner))
                continue
        if not paper.inner and paper.tail and _CATEGORY.match(heading.rstrip("。；;")):
            entries.extend(_prose_entries(text, paper.tail))
            continue
        spans = [(paper.body, paper.span[1]), *paper.tail]
        keep = _ONE_OF.search(heading) or not heading.endswith(("书", "表", "报告"))
        if keep:
            spans += [span for inner in paper.inner for span in _whole(inner)]
        if heading.endswith(("：", ":")) and not paper.inner and not paper.tail:
            continue
        entries.append(_entry(text, sorted(spans)))
    return entries


def _whole(paper: _Paper) -> list[Span]:
    return [paper.span, *paper.tail, *(span for inner in paper.inner for span in _whole(inner))]


def _entry(text: str, spans: list[Span]) -> Entry:
    a, b = spans[0][0], spans[-1][1]
    while a < b and text[a] in " \t\n\u3000":
        a += 1
    return Entry("\n".join(text[x:y].strip() for x, y in spans if x < y), (a, b))


def _prose_entries(text: str, spans: list[Span]) -> list[Entry]:
    """Papers named in running text, parted by ； or 、"""
    entries: list[Entry] = []
    lines = [span for span in spans if not _LEAD.search(text[slice(*span)]) or len(spans) == 1]
    for a, b in lines:
        words = text[a:b]
        inner = re.match(
            r"[^。；《]{0,40}?(?:以下|下列|如下|提供|提交|携带|持|包括|出具|上传|填写)[^，。；、：:《]{0,10}?[:：]|[^。；：《]{0,16}(?:包括|提供|提交|携带)",
            words,
        )
        start = a + inner.end() if inner else a
        pieces = _split_list(text, start, b, "；;")
        if len(pieces) == 1:
            several = _split_list(text, start, b, "、，")
            short = [p for p in several if p[1] - p[0] <= 30 and _MATERIAL_WORD.search(text[slice(*p)])]
            if len(several) >= 2 and len(short) >= len(several) - 1:
                pieces = several
        for x, y in pieces:
            piece = text[x:y].strip(" 　。；;、，")
            if len(piece) >= 2 and not (_REMARK.match(piece) and len(lines) > 1):
                x += len(text[x:y]) - len(text[x:y].lstrip(" 　"))
                entries.append(Entry(piece, (x, x + len(piece))))
    return entries


def _split_list(text: str, a: int, b: int, separators: str) -> list[Span]:
    pieces, depth, start = [], 0, a
    for at in range(a, b):
        c = text[at]
        depth += (c in "（(《“【") - (c in "）)》”】")
        if depth <= 0 and (c in separators or (c == "。" and at + 1 < b)):
            pieces.append((start, at))
            start = at + 1
    pieces.append((start, b))
    return [(x, y) for x, y in pieces if text[x:y].strip(" 　。；;、，")]


def _material_rows(text: str, nodes: Iterable[Node], spans: list[Span]) -> list[Entry] | None:
    """A table of papers: a header with 材料名称, then one paper a row."""
    lines = [line for node in nodes for sub in node.walk() for line in sub.lines if line.cells]
    header: dict[str, int] = {}
    entries: list[Entry] = []
    for line in lines:
        cells = [text[a:b].strip() for a, b in line.cells]
        names = {
            name: place
            for place, cell in enumerate(cells)
            for name in [_COLUMNS.get(re.sub(r"\s|（.*?）", "", cell))]
            if name
        }
        if "name" in names and len(names) >= 1 and not header:
            header = names
            continue
        if not header or header["name"] >= len(cells) or not cells[header["name"]]:
            continue
        span = line.cells[header["name"]]
        rest = "，".join(
            cell for place, cell in enumerate(cells) if place != header["name"] and len(cell) <= 60
        )
        details = _details(cells[header["name"]] + "（" + rest + "）")
        if (
            "copies" in header
            and header["copies"] < len(cells)
            and (m := re.search(r"\d+", cells[header["copies"]]))
        ):
            details["copies"] = int(m.group())
        if "required" in header and header["required"] < len(cells):
            details["required"] = cells[header["required"]] in ("是", "必须", "必要", "必需", "√")
        entries.append(Entry(text[slice(*span)], span, details))
    return entries or None


_COLUMNS = {
    "材料名称": "name", "申报材料名称": "name", "申请材料名称": "name", "资料名称": "name", "申请材料": "name", "申报材料": "name",
    "材料": "name", "份数": "copies", "材料份数": "copies", "数量": "copies", "是否必须": "required", "是否必需": "required",
    "必要性": "required", "是否必要": "required", "材料必要性": "required", "材料形式": "form", "材料类型": "form", "形式": "form",
    "原件/复印件": "form", "来源渠道": "source", "备注": "remark", "序号": "number",
}  # fmt: skip


def _details(words: str) -> dict[str, Any]:
    """original/copy, number of copies, electronic/paper, required: only what the words say."""
    details: dict[str, Any] = {}
    copy = "复印件" in words or "影印件" in words
    original = re.search(r"原件(?!核|备查|核对|校验|查验)", words) and not re.search(
        r"(?:核|验|校验|查验|核验|核对)[^，。；]{0,10}原件", words
    )
    scanned = "扫描件" in words
    if original and copy:
        details["original"] = "both"
    elif original:
        details["original"] = "original"
    elif copy:
        details["original"] = "copy"
    elif scanned:
        details["original"] = "scan"
    if re.search(r"(?:核|验|校验|查验|核验|核对)[^，。；]{0,12}原件|原件(?:核|备查|核对|校验|查验)", words):
        details["original_shown"] = True
    if match := _COPIES.search(words):
        number = match.group(1) or match.group(2)
        details["copies"] = int(number) if number.isdigit() else _CN.get(number, 0) or None
    if re.search(r"电子(?:版|文档|文件|件|档)|excel|word|上传|扫描", words, re.I):
        details["form"] = "electronic"
    elif re.search(r"纸质|书面", words):
        details["form"] = "paper"
    if re.search(
        r"(?:如有|若有|如为|若为|若是|如是|根据实际|可选|选填|如需|适用于|的企业需|委托.{0,8}办理的|非必)",
        words,
    ):
        details["required"] = False
    elif re.search(r"必须|必备|必需", words):
        details["required"] = True
    if re.search(r"加?盖(?:单位|企业)?公?章", words):
        details["sealed"] = True
    return {key: value for key, value in details.items() if value is not None}


# -- phones ------------------------------------------------------------------------------------------------------

_PHONE = re.compile(
    r"(?<![\d.\-—–])(?:"
    r"[（(]?0\d{2,3}[)）]?\s?[-－—–―]{0,2}\s?[1-9]\d{6,7}(?:[-－—–转]\s?\d{1,5})?"
    r"|1[3-9]\d{9}|[48]00[-－—–]?\d{3,4}[-－—–]?\d{3,4}"
    r"|[2-9]\d{6,7}(?:[-－—–转]\d{1,5})?|(?:12345|12333|12366|12315|12329|12348|96\d{3,4})(?:[-－—–转]\d{1,2})?)"
    r"(?![\d@%％]|\.\d|万|元|年|号文|[A-Za-z])"
)
_RUN = re.compile(r"(?<!\d)\d{14,24}(?!\d)")
_OTHER_NUMBER = re.compile(
    r"监督|投诉|举报|传真|邮编|邮政编码|邮箱|QQ|qq|信箱|Fax|FAX|账号|帐号|证号|代码|备案"
)
_COMPLAINTS = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]\s*)?[^\d，。；]{0,8}(?:监督|举报|投诉)[^\d，。；]{0,8}$"
)
_SAYS_PHONE = re.compile(r"电\s*话|咨询|联系|热线|手机|座机|[Tt][Ee][Ll]")
_DISTRICT = re.compile(r"([\u4e00-\u9fff]{2,12}?)\s*[：:]\s*$")


def read_phones(text: str, spans: list[Span]) -> list[Entry]:
    """Consultation phones as printed; not those for complaints, not fax numbers."""
    entries: list[Entry] = []
    complaints = False  # below a heading 监督举报, until the next heading
    for a, b in spans:
        if _COMPLAINTS.match(text, a, b):
            complaints = True
        elif complaints and _MARKER.match(text, a, b):
            complaints = False
        if complaints:
            continue
        for match in _PHONE.finditer(text, a, b):
            before = text[max(a, match.start() - 24) : match.start()]
            if _says_other(before):
                continue
            printed = match.group().strip()
            if re.fullmatch(r"(?:19|20)\d{6}", printed):
                continue  # a date
            details: dict[str, Any] = {"normalised": normal_phone(printed)}
            if district := _district(before):
                details["district"] = district
            entries.append(Entry(printed, match.span(), details))
        for match in _RUN.finditer(text, a, b):
            entries.extend(_run_together(match, text[max(a, match.start() - 24) : match.start()]))
    return sorted(entries, key=lambda entry: entry.span)


def _says_other(before: str) -> bool:
    """Whether the nearest words before a number name something that is no consultation phone."""
    other = [m.end() for m in _OTHER_NUMBER.finditer(before)]
    phone = [m.end() for m in _SAYS_PHONE.finditer(before)]
    if not other:
        return False
    if "电话" in before[other[-1] : other[-1] + 4] and "监督" in before[: other[-1]] + "":
        return True
    return not phone or phone[-1] <= other[-1] + 3


def _district(before: str) -> str | None:
    match = _DISTRICT.search(before)
    if not match:
        return None
    name = re.split(r"[、，。；\s\d]", match.group(1))[-1]
    return None if not name or _SAYS_PHONE.search(name) else name


def _run_together(match: re.Match[str], before: str) -> list[Entry]:
    """Numbers printed without anything between them, cut where both halves are whole numbers."""
    digits = match.group()
    if _says_other(before) or not _SAYS_PHONE.search(before):
        return []
    for length in (11, 12, 8, 7):
        if len(digits) % length:
            continue
        parts = [digits[i : i + length] for i in range(0, len(digits), length)]
        if all(_PHONE.fullmatch(part) and (length != 12 or part.startswith("0")) for part in parts):
            a = match.start()
            return [
                Entry(
                    part,
                    (a + i * length, a + (i + 1) * length),
                    {"normalised": normal_phone(part), "run_together": True},
                )
                for i, part in enumerate(parts)
            ]
    return [Entry(digits, match.span(), {"normalised": None, "run_together": True})]


def normal_phone(printed: str) -> str:
    """Digits with one dash after the area code and before an extension: （020）1234 5678转8 → 020-12345678-8."""
    text = re.sub(r"[（()）\s]", "", printed)
    text = re.sub(r"[－—–―]+", "-", text).replace("转", "-")
    if match := re.fullmatch(r"(0(?:10|2\d|[3-9]\d{2}))-?(\d{7,8})(-\d+)?", text):
        return f"{match.group(1)}-{match.group(2)}{match.group(3) or ''}"
    return re.sub(r"-+", "-", text)


# -- links and addresses -----------------------------------------------------------------------------------------

_LINK = re.compile(
    r"https?[：:]//[A-Za-z0-9\-._~:/?#\[\]@!$&'*+,;=%]+|(?<![A-Za-z0-9@./])(?:www\.|[A-Za-z0-9\-]+\.)(?:[A-Za-z0-9\-]+\.)*(?:gov\.cn|com\.cn|org\.cn|net\.cn|edu\.cn|com|cn|org|net)(?::\d{2,5})?(?:/[A-Za-z0-9\-._~/?#=&%]*)?",
)
_APPLY_SITE = re.compile(
    r"登[录陆]|网上|线上|在线|申报|申请|办理|填报|提交|注册|系统|平台|网址|入口|访问|政务服务网|进入"
)
_OTHER_SITE = re.compile(r"下载|公示|公布|查询|查看|公告|发布|咨询|详见|查阅|监督")


def read_links(text: str, spans: list[Span], applying_only: bool = False) -> list[Entry]:
    """Addresses of sites where one applies; with `applying_only` the words around a link must say so."""
    entries: list[Entry] = []
    for a, b in spans:
        for match in _LINK.finditer(text, a, b):
            link = match.group().rstrip(".,;:!?")
            if applying_only:
                before = text[max(a, match.start() - 60) : match.start()]
                cut = max(before.rfind("。"), before.rfind("；"))
                before = before[cut + 1 :]
                after = text[match.end() : match.end() + 24]
                other = _OTHER_SITE.search(before[-20:] + after[:10])
                if not _APPLY_SITE.search(before + after) or (
                    other
                    and not re.search(
                        r"登[录陆]|申报系统|填报|申报平台|网上申报|在线申报|网上申请", before[-30:] + after
                    )
                ):
                    continue
            entries.append(Entry(link, (match.start(), match.start() + len(link))))
    return entries


_ADDRESS_LABEL = re.compile(
    r"(?:窗口|受理|办理|办公|报送|递交|提交|联系|申报|收件|邮寄|通讯|现场|服务|经办)?(?:地址|地点)(?:为|位于|在)?\s*[：:]?\s*(?=\S)"
)
_ADDRESS = re.compile(
    r"(?:[\u4e00-\u9fff]{2,8}(?:省|市|区|县|新区|高新区|开发区))?[\u4e00-\u9fffA-Za-z0-9]{2,20}?(?:路|街|大道|道|巷|胡同|广场|大厦|中心|大厅|大楼|园|村)"
    r"[\u4e00-\u9fffA-Za-z0-9０-９\-—－（）()、#·]{0,50}?(?:号|楼|室|层|窗口?|大厅|厅|座|栋|中心|办公区)(?:[\u4e00-\u9fffA-Za-z0-9０-９\-—－、#]{0,30}(?:号|楼|室|层|窗口?|大厅|厅|座|栋|科|处|部|办公区|中心))*"
)
_ADDRESS_END = re.compile(
    r"[，。；;）)]?\s*(?:联系人|联系电话|咨询电话|电话|邮编|邮箱|邮政编码|办公时间|工作时间|受理时间|收件人|时间)|[。；;\n\t]|，(?![^，。；]{0,12}(?:号|楼|室|层|座|栋|窗))|\s{2,}|[）)]\s*$"
)


def read_addresses(text: str, spans: list[Span], labelled_only: bool) -> list[Entry]:
    """Addresses of counters; with `labelled_only` only those that the text calls an address."""
    entries: list[Entry] = []
    for a, b in spans:
        found = _labelled_addresses(text, a, b)
        if not found and not labelled_only:
            found = _plain_addresses(text, a, b)
        entries.extend(found)
    return entries


_COUNTER = re.compile(
    r"(?:[至到往在送]|前往)((?:(?!提交|申请|办理|通过|登[录陆])[\u4e00-\u9fffA-Za-z0-9]){2,24}(?:窗口|专窗|大厅|服务中心|[局委厅办院][\u4e00-\u9fff]{0,10}[科处室])\s*[（(][^（）()]{4,40}[）)])"
)


def counters_named(text: str, spans: list[Span]) -> list[Entry]:
    """Counters named with their address in brackets: 送区商务局外贸科（区政府大楼1102室）."""
    found = []
    for a, b in spans:
        for match in _COUNTER.finditer(text, a, b):
            inner = match.group(1)[match.group(1).rfind("（") :]
            if re.search(r"路|街|道|号|楼|室|厅|窗|座|栋", inner):
                found.append(_address_entry(text, *match.span(1)))
    return found


def _labelled_addresses(text: str, a: int, b: int) -> list[Entry]:
    entries = []
    for match in _ADDRESS_LABEL.finditer(text, a, b):
        if "邮箱" in text[max(a, match.start() - 2) : match.end()] or re.search(
            r"网|注册|登记|经营|住所|IP", text[max(a, match.start() - 3) : match.start()]
        ):
            continue
        start = match.end()
        end = _ADDRESS_END.search(text, start, b)
        stop = end.start() if end else b
        words = text[start:stop].strip()
        if (
            4 <= len(words) <= 90
            and re.search(r"路|街|道|号|楼|室|厅|窗|中心|大厦|园|镇|区", words)
            and "@" not in words
        ):
            entries.append(_address_entry(text, start, stop))
    return entries


def _plain_addresses(text: str, a: int, b: int) -> list[Entry]:
    """A line that is an address, or the parts of a line that are."""
    whole = text[a:b].strip()
    if len(whole) > 90 or re.search(r"[。；]\S", whole):
        found = [
            m.span() for m in _ADDRESS.finditer(text, a, b) if re.search(r"[\d０-９]|窗口|大厅", m.group())
        ]
        return [_address_entry(text, *span) for span in found]
    kept: list[Span] = []
    for x, y in _split_list(text, a, b, "，,；;。"):
        piece = text[x:y]
        if re.search(
            r"电话|登[录陆]|http|工作日|周[一至]|上午|\d\s*月|\d\s*日|每月|每年|@|联系人", piece
        ) or read_phones(text, [(x, y)]):
            continue
        if re.search(r"路|街|道|号|楼|室|厅|窗|中心|大厦|园|镇|局|机构|站|所$", piece):
            kept.append((x, y))
    if kept and kept[-1][1] - kept[0][0] == sum(y - x + 1 for x, y in kept) - 1:
        kept = [(kept[0][0], kept[-1][1])]  # one address with commas in it
    return [_address_entry(text, x, y) for x, y in kept]


def _address_entry(text: str, a: int, b: int) -> Entry:
    before = text[max(0, a - 16) : a]
    while a < b and text[a] in " \t\u3000：:":
        a += 1
    while b > a and text[b - 1] in " \t\u3000。；;，":
        b -= 1
    details: dict[str, Any] = {}
    head = text[a:b]
    if match := re.match(r"([\u4e00-\u9fff]{2,8}(?:区|县|市|镇|街道|局|中心)?)\s*[：:]\s*", head):
        details["district"] = match.group(1)
        a += match.end()
    elif match := re.search(r"(?:^|[\s；;。])([\u4e00-\u9fff]{2,8}[区县市镇])[：:（(]?\s*$", before):
        details["district"] = match.group(1)
    elif match := re.search(r"[\u4e00-\u9fff]{2,6}?(?:新区|[区县])", head):
        details["district"] = re.sub(r"^.*(?:省|市)", "", match.group()) or match.group()
    return Entry(text[a:b], (a, b), details)
