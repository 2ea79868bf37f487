"""Step 6a: the papers to hand in, one entry each, with what the text says of copies and form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from redemption.catalogue.extraction.copies import details_of, material_rows, spaced_rows
from redemption.catalogue.extraction.lines import MARKER
from redemption.catalogue.extraction.model import Entry, Span
from redemption.catalogue.extraction.structure import Node

_REMARK = re.compile(
    r"^[（(【]?(?![^。；]{0,24}(?:以下|下列|如下)[^。；：:]{0,8}[：:]\s*\S)(?:以上|上述|申[请报]材料|申报资料|申报书|所有|全部|各项|纸质|电子|注|备注|说明|其中|请|如|每[个份套项]|注意|温馨|装订|封面|复印件|需要|除"
    r"|(?:材料|资料|申报单位|申请单位|企业)(?=[^、；]{0,16}(?:应|须|需|要|均|请|统一|一律|一式|必须|[:：])))"
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
_STAGE = re.compile(r"[^，。；：:《（(]{1,8}(?:阶段|环节|时|材料|资料)[：:]\s*(?=\S{3})")
_ONE_BY_ONE = re.compile(r"[一二三四五六七八九十]{1,2}是(?=\S{2})")  # 一是申请表；二是合同
_TAKEN = re.compile(  # …和发票复印件到窗口办理: where they are taken is no part of the last paper
    r"(?<=[表书证照件同票单册明])(?:到|至|向|前往)[^，。；、]{2,30}(?:办理|申请|申报|提交|受理)$"
)
_NONE_NEEDED = re.compile(
    r"(?:无需|无须|不需要?|不再|免于?)(?:企业|申请人|再|另行)?(?:提供|提交|报送|申报|准备)[^，。；]{0,8}(?:材料|资料)|^(?:无需|无须|不需要?)(?:提交|提供|申报|准备)|^(?:免申即享|无|材料|资料)$"
)
_ONE_OF = re.compile(r"之一|任一|任选|其一|其中一")
_MATERIAL_WORD = re.compile(
    r"表|书|证|件|证明|合同|发票|报告|执照|照片|材料|资料|凭证|函|协议|单|清单|文件|账户|账号|账簿|票据|记录|图|方案|简历|章程|决议|承诺|名册|明细"
)


_OF_AUTHORITY = re.compile(
    r"(?:各|县|区|市|镇|街道|推荐|主管|初审|审核)[^，。；、]{0,16}(?:部门|单位|局|委)(?:需|须|应)?(?:提交|报送|提供|上报)"
)
_GROUP = re.compile(r"[^，。；：:《]{2,30}(?:材料|资料)")
_PER_KIND = re.compile(r"(?:股东|企业|单位|个人|人员|的)[，,]?(?:需|须|应|还应)?(?:提供|提交)")


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
    rows = material_rows(text, nodes) or spaced_rows(text, spans)
    if rows is not None:
        return rows
    papers, lead, remarks = _papers(text, spans)
    entries: list[Entry] = []
    if papers:
        entries = _entries(text, papers)
    else:
        entries = _prose_entries(text, lead)
    entries = [part for entry in entries for part in _more_told(text, entry)]
    general = details_of(" ".join(text[a:b] for a, b in remarks)) if remarks else {}
    for entry in entries:
        _trim(entry)
        entry.details = general | details_of(entry.text)
    return [entry for entry in entries if entry.text and not _NONE_NEEDED.search(entry.text)]


_MORE = re.compile(
    r"[。；;](?=[^。；;]{0,24}(?:另需|还需|另须|还须|另应|还应|另提供|另提交|另附)[^。；;]{2,})"
)
_MORE_LEAD = re.compile(r"[^。；;：:]{0,24}(?:另需|还需|另须|还须|另应|还应|另)(?:提供|提交|上传|附)?[：:]")


def _more_told(text: str, entry: Entry) -> list[Entry]:
    """本人社保卡。申请租房补贴的，另需上传：租赁合同、结婚证: more papers after the last of a list."""
    a, b = entry.span
    cuts = [match.end() for match in _MORE.finditer(text, a, b)]
    if not cuts or "\n" in entry.text:
        return [entry]
    out: list[Entry] = []
    for x, y in zip([a, *cuts], [*cuts, b], strict=True):
        lead = _MORE_LEAD.match(text, x, y)
        out.extend(_prose_entries(text, [(lead.end(), y)]) if lead else [_entry(text, [(x, y)])])
    return out


def _trim(entry: Entry) -> None:
    """Without the stop that parts it from the next paper, and without a stage (申领阶段：) before it."""
    bare = entry.text.rstrip(" 　；;。，、")
    entry.span = (entry.span[0], entry.span[1] - (len(entry.text) - len(bare)))
    entry.text = bare
    if (taken := _TAKEN.search(bare)) and "\n" not in bare:
        bare = entry.text = bare[: taken.start()]
        entry.span = (entry.span[0], entry.span[0] + len(bare))
    if (stage := _STAGE.match(bare) or _ONE_BY_ONE.match(bare)) and "\n" not in bare:
        entry.text = bare[stage.end() :]
        entry.span = (entry.span[0] + stage.end(), entry.span[1])


def _papers(text: str, spans: list[Span]) -> tuple[list[_Paper], list[Span], list[Span]]:
    top: list[_Paper] = []
    stack: list[_Paper] = []
    lead: list[Span] = []
    remarks: list[Span] = []
    for a, b in _inline_parted(text, spans):
        words = text[a:b]
        match = MARKER.match(words)
        kind = (match.lastgroup or "") if match else ""
        body = a + match.end() if match else a
        if _REMARK.match(text[body:b].strip()) and not (
            kind and _MATERIAL_WORD.search(text[body : body + 12])
        ):
            remarks.append((a, b))
            continue
        if not kind:
            if stack and _NONE_NEEDED.match(words.strip()):
                remarks.append((a, b))
            elif stack:
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
        marks = list(_INLINE.finditer(text, a, b))
        if marks and marks[0].start() == a and len({m.lastindex for m in marks[1:]}) == 1:
            marks = marks[1:] if marks[0].lastindex != marks[1].lastindex else marks  # （一）…：1.…；2.…
        kinds = {m.lastindex for m in marks}
        cuts = [m.start() for m in marks] if len(marks) >= 2 and len(kinds) == 1 else _counted_on(text, a, b)
        if not cuts:
            out.append((a, b))
            continue
        if cuts[0] > a and text[a : cuts[0]].strip():
            out.append((a, cuts[0]))
        out.extend(zip(cuts, [*cuts[1:], b], strict=True))
    return out


_UNPARTED = re.compile(r"(?<=[\u4e00-\u9fff）)])(\d{1,2})[、.．](?=[\u4e00-\u9fff《])")


def _counted_on(text: str, a: int, b: int) -> list[int]:
    """Where 1.申请表2.合同3.凭证 is parted; [] where it does not count on from 1."""
    if not text.startswith(("1.", "1、", "1．"), a):
        return []
    cuts = [a]
    for match in _UNPARTED.finditer(text, a, b):
        if int(match.group(1)) == len(cuts) + 1:
            cuts.append(match.start())
    return cuts if len(cuts) >= 3 else []


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
        if _OF_AUTHORITY.match(heading):
            continue
        if not heading and paper.tail:
            entries.append(_entry(text, [*paper.tail]))
            continue
        if paper.inner and not _ONE_OF.search(heading):
            bare = heading.rstrip("。；;：:")
            if (
                _CATEGORY.match(bare)
                or _is_group(text, bare, paper)
                or (
                    few
                    and len(paper.inner) >= 2
                    and len(bare) <= 20
                    and not bare.endswith(("书", "表", "报告"))
                )
            ):
                entries.extend(_entries(text, paper.inner))
                continue
        if not paper.inner and len(paper.tail) == 1 and _GROUP.fullmatch(heading):
            entries.append(_entry(text, [*paper.tail]))
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


def _is_group(text: str, heading: str, paper: _Paper) -> bool:
    """学习证明材料 above （1）…证书 （2）…成绩单: papers under a name for all of them."""
    return (
        len(paper.inner) >= 2
        and bool(_GROUP.fullmatch(heading))
        and not any(_PER_KIND.search(text[slice(*inner.span)]) for inner in paper.inner)
    )


def _whole(paper: _Paper) -> list[Span]:
    return [paper.span, *paper.tail, *(span for inner in paper.inner for span in _whole(inner))]


def _entry(text: str, spans: list[Span]) -> Entry:
    a, b = spans[0][0], spans[-1][1]
    while a < b and text[a] in " \t\n\u3000":
        a += 1
    return Entry("\n".join(text[x:y].strip() for x, y in spans if x < y), (a, b))


_KNOWN_ALREADY = re.compile(
    r"(?<=[。；])[^。；]{2,80}(?:内部(?:核验|核查)|系统(?:自动)?(?:比对|获取|核验)|(?:数据|信息)共享|由[^，。；]{2,16}(?:核验|核查|核对|调取))[^。；]*[。；]?\s*$"
)


def _prose_entries(text: str, spans: list[Span]) -> list[Entry]:
    """Papers named in running text, parted by ； or 、"""
    entries: list[Entry] = []
    known = [_KNOWN_ALREADY.search(text, *span) for span in spans]
    spans = [(a, match.start() if match else b) for (a, b), match in zip(spans, known, strict=True)]
    lines = [span for span in spans if not _LEAD.search(text[slice(*span)]) or len(spans) == 1]
    for a, b in lines:
        words = text[a:b]
        if _NONE_NEEDED.search(words) and len(words) <= 40:
            continue
        inner = re.match(
            r"[^。；《]{0,40}?(?:以下|下列|如下|提供|提交|携带|持|包括|出具|上传|填写)[^，。；、：:《]{0,10}?[:：]|[^。；：《]{0,16}(?:包括|提供|提交|携带)",
            words,
        )
        start = a + inner.end() if inner else a
        pieces = split_list(text, start, b, "；;｜|")
        alone = len(pieces) == 1
        pieces = [part for piece in pieces for part in _named_one_by_one(text, piece, 2 if alone else 3)]
        for x, y in pieces:
            piece = text[x:y].strip(" 　。；;、，｜|")
            if len(piece) >= 2 and not (_REMARK.match(piece) and len(lines) > 1):
                begin = text.index(piece, x)
                entries.append(Entry(piece, (begin, begin + len(piece))))
    return entries


_PAPER_WORD = re.compile(
    r"(?:表|书|证|照|复印件|原件|证明|发票|合同|凭证|清单|名册|报告|材料|信息|户口本|户口簿)$"
)
_AND = re.compile(
    r"(?:以及|及|和)(?=[^，。；、及和]{2,24}(?:表|书|证|照|件|证明|发票|合同|凭证|清单|名册)》?(?:、|$|[（(]))"
)
_GENERIC = re.compile(r"(?:有关|相关|相应|其他)[^，。；、]{0,4}(?:材料|资料|文件|手续|证明)$|其他")
_SPECIFIC = re.compile(
    r"(?:表|书|证|照片?|批复|复印件|原件|证明|发票|合同|凭证|清单|名册|执照|报告)》?(?:[（(].*)?$"
)


def named_papers(text: str, span: Span) -> list[Entry]:
    """The papers that a phrase names, parted by 、, 和 and 及; [] where one of them is but 有关材料."""
    entries: list[Entry] = []
    for a, b in split_list(text, *span, "、，"):
        cuts = [match.span() for match in _AND.finditer(text, a, b)]
        starts, ends = [a, *(end for _, end in cuts)], [*(begin for begin, _ in cuts), b]
        for x, y in zip(starts, ends, strict=True):
            words = text[x:y].strip()
            if not _SPECIFIC.search(words) or _GENERIC.search(words):
                return []
            entry = _entry(text, [(x, y)])
            entry.details = details_of(entry.text)
            entries.append(entry)
    return entries


def _named_one_by_one(text: str, piece: Span, least: int) -> list[Span]:
    """申请表、身份证、合同 are three papers; 营业执照、章程 inside a list of others may be one entry."""
    several = split_list(text, *piece, "、，")
    if len(several) == 1:
        apart = [(piece[0] + m.start(), piece[0] + m.end()) for m in re.finditer(r"\S+", text[slice(*piece)])]
        if len(apart) >= 2 and all(b - a <= 20 and _PAPER_WORD.search(text[a:b]) for a, b in apart):
            return apart
    if len(several) == 1 and least == 2:
        return _last_pair(text, piece)
    if len(several) == 2 and not _ENDS_PAPER.search(text, *several[0]):
        return [piece]  # 缴纳养老保险、医疗保险的凭证
    short = [p for p in several if p[1] - p[0] <= 30 and _MATERIAL_WORD.search(text[slice(*p)])]
    if len(several) >= least and len(short) >= len(several) - 1:
        return [*several[:-1], *_last_pair(text, several[-1])]
    return [piece]


_ENDS_PAPER = re.compile(
    rf"(?:{_MATERIAL_WORD.pattern}|卡|本|簿|章|复印件)[^，。；、]{{0,3}}(?:[（(][^（）()]*[)）])?$"
)
_LAST_PAIR = re.compile(
    r"[^，。；、]{1,20}?(?:证|表|书|照|照片|复印件|合同|发票|证明|材料|凭证|清单)(?P<and>以及|和|及)(?=[^，。；、]{2,20}$)"
)


def _last_pair(text: str, piece: Span) -> list[Span]:
    """许可证和照片, at the end of a list: two papers."""
    a, b = piece
    end = a + len(text[a:b].rstrip(" 　。；;"))
    match = _LAST_PAIR.match(text[a:end])
    if not match:
        return [piece]
    return [(a, a + match.start("and")), (a + match.end("and"), b)]


def split_list(text: str, a: int, b: int, separators: str) -> list[Span]:
    pieces, depth, start = [], 0, a
    for at in range(a, b):
        c = text[at]
        depth += (c in "（(《“【") - (c in "）)》”】")
        if depth <= 0 and (c in separators or (c == "。" and at + 1 < b)):
            pieces.append((start, at))
            start = at + 1
    pieces.append((start, b))
    return [(x, y) for x, y in pieces if text[x:y].strip(" 　。；;、，")]
