"""Step 6b: phones, links and addresses, as printed and in one form."""

from __future__ import annotations

import re
from typing import Any

from redemption.catalogue.extraction.lines import MARKER
from redemption.catalogue.extraction.materials import split_list
from redemption.catalogue.extraction.model import Entry, Span

_PHONE = re.compile(
    r"(?<![\d.\-—–])(?:"
    r"[（(]?0\d{2,3}[)）]?\s?[-－—–―]{0,2}\s?[1-9]\d{6,7}(?:[-－—–转]\s?\d{1,5})?"
    r"|[（(]?0\d{2,3}[)）]?\s?[-－—–―]{0,2}\s?[1-9]\d{3}[-－]\d{4}"
    r"|0\d{2,3}[-－—–]?(?:12345|12333|12366)|1[3-9]\d{9}|[48]00[-－—–]?\d{3,4}[-－—–]?\d{3,4}"
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
        elif complaints and MARKER.match(text, a, b):
            complaints = False
        if complaints:
            continue
        for match in _PHONE.finditer(text, a, b):
            before = text[max(a, match.start() - 24) : match.start()]
            if _says_other(before):
                continue
            start, end = match.span()
            if text[start] in "（(" and not re.search("[）)]", match.group()):
                start += 1  # （0799-8632011）: the bracket is around the whole
            printed = text[start:end].strip()
            if re.fullmatch(r"(?:19|20)\d{6}", printed):
                continue  # a date
            details: dict[str, Any] = {"normalised": normal_phone(printed)}
            if district := _district(before):
                details["district"] = district
            entries.append(Entry(printed, (start, end), details))
        for match in _RUN.finditer(text, a, b):
            entries.extend(_run_together(match, text[max(0, match.start() - 24) : match.start()]))
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


_LINK = re.compile(
    r"https?[：:]//[A-Za-z0-9\-._~:/?#\[\]@!$&'*+,;=%]+|(?<![A-Za-z0-9@./])(?:www\.|[A-Za-z0-9\-]+\.)(?:[A-Za-z0-9\-]+\.)*(?:gov\.cn|com\.cn|org\.cn|net\.cn|edu\.cn|com|cn|org|net)(?::\d{2,5})?(?:/[A-Za-z0-9\-._~/?#=&%]*)?",
)
_APPLY_SITE = re.compile(
    r"登[录陆]|网上|线上|在线|申报|申请|办理|填报|提交|注册|系统|平台|网址|入口|访问|政务服务网|进入"
)
_OTHER_SITE = re.compile(r"下载|公示|公布|查询|查看|公告|发布|咨询|详见|查阅|监督|甄别|核验|比对|验证")
_CHECKED = re.compile(r"[^，。；]{0,20}(?:甄别|核验|比对|验证|查验)")


_AUTHORITY_LOGS_IN = re.compile(r"(?:部门|[局委厅处])(?:应当?|须|需|可|统一)?(?:登[录陆]|通过|在)[^，。；]*$")


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
                other = _OTHER_SITE.search(before[-20:] + after[:10]) or _CHECKED.match(after)
                if (
                    _AUTHORITY_LOGS_IN.search(before)
                    or not _APPLY_SITE.search(before + after)
                    or (
                        other
                        and not re.search(
                            r"登[录陆]|申报系统|填报|申报平台|网上申报|在线申报|网上申请",
                            before[-30:] + after,
                        )
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
    return entries if labelled_only else without_sentences(entries)


_COUNTER = re.compile(
    r"(?:[至到往在送报向]|前往|(?:窗口|现场|线下|纸质)[\u4e00-\u9fff]{0,6}[：:])((?:(?!提交|申请|办理|通过|登[录陆]|材料|[月日将送])[\u4e00-\u9fffA-Za-z0-9]){2,24}(?:窗口|专窗|大厅|中心|[局委厅办院](?:[\u4e00-\u9fff]{0,10}[科处室])?)\s*[（(][^（）()]{4,40}[）)])"
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


_AT_COUNTER = re.compile(
    r"(?:向|到|至|往|前往)((?:(?!提交|申请|登[录陆]|平台|系统|监督)[\u4e00-\u9fffA-Za-z0-9（）]){4,36}?(?:窗口|专窗|服务中心|办事大厅|服务大厅|服务站|服务部门|促进中心|经办机构|社保所|村委会|居委会))"
    r"(?=提出|提交|申请|申报|申领|办理|递交|领取|报送|由|现场)"
)


_ROOM = re.compile(
    r"(?:送|报|寄|交)(?:送|达)?(?:至|到)([\u4e00-\u9fffA-Za-z]{2,20}?[\u4e00-\u9fffA-Za-z\d]{0,12}?\d{1,4}(?:室|号窗口|窗口|房间?|号))(?=[，。；、（）)进]|$)"
)


_SENT_TO = re.compile(rf"(?:送|报送|寄|邮寄|递交|提交|交)(?:达|往)?(?:至|到|往)\s*({_ADDRESS.pattern})")


def addresses_told(text: str, spans: list[Span]) -> list[Entry]:
    """Addresses in running text: 将纸质材料送至东山区文化路8号政务大厅3号窗口."""
    found = [match.span(1) for a, b in spans for match in _SENT_TO.finditer(text, a, b)]
    return [_address_entry(text, *span) for span in found if re.search(r"\d", text[slice(*span)])]


_ROOM_BEFORE = re.compile(
    r"([\u4e00-\u9fff]{2,16}?[\u4e00-\u9fffA-Za-z\d]{0,12}?\d{1,4}(?:室|号窗口|号?房间?))(?=现场|当面|窗口|递交|提交|办理)"
)
_COUNTER_LABEL = re.compile(
    r"(?:窗口|现场|线下)(?:受理|办理|申报|申请|递交|提交)\s*[：:]\s*([^，。；：]{4,40}?(?:窗口|室|厅|楼|号|中心))(?=[，。；]|$|提出|办理|申请)"
)


# 申请渠道：街道公共服务窗口。: the way of applying is a place and nothing else
_PLACE_ALONE = re.compile(
    r"\s*((?![^。]*(?:网|平台|系统|登[录陆]|提交|申请|办理))[\u4e00-\u9fff（）()、]{2,30}(?:窗口|专窗|大厅|服务中心|服务站|服务部门|经办机构|的机构|社保所))[。；]?\s*"
)


def counters_told(text: str, spans: list[Span]) -> list[Entry]:
    """Counters told without an address: 向户籍所在地街道便民服务中心提出申请."""
    found = [
        match.span(1)
        for a, b in spans
        for rule in (_COUNTER_LABEL, _ROOM, _ROOM_BEFORE, _AT_COUNTER)
        for match in rule.finditer(text, a, b)
    ]
    found += [match.span(1) for a, b in spans if (match := _PLACE_ALONE.fullmatch(text, a, b))]
    return [_address_entry(text, *span) for span in found]


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


_REMARK = re.compile(r"[（(](?:点击|详见|查看|具体)[^（）()]*[)）]")  # （点击查看各窗口电话）
HANDS = re.compile(r"(?:交|送|寄|报送?)(?:至|到)|提交")


def _plain_addresses(text: str, a: int, b: int) -> list[Entry]:
    """A line that is an address, or the parts of a line that are."""
    whole = text[a:b].strip()
    if len(whole) > 90 or re.search(r"[。；]\S", whole):
        found = [
            m.span() for m in _ADDRESS.finditer(text, a, b) if re.search(r"[\d０-９]|窗口|大厅", m.group())
        ]
        return [_address_entry(text, *span) for span in found]
    kept: list[Span] = []
    for x, y in split_list(text, a, b, "，,；;。"):
        piece = _REMARK.sub("", text[x:y])
        if re.search(
            r"电话|登[录陆]|http|公众号|微信|小程序|邮箱|工作日|周[一至]|上午|\d\s*月|\d\s*日|每月|每年|@|联系人",
            piece,
        ) or read_phones(text, [(x, y)]):
            continue
        if re.search(r"路|街|道|号|楼|室|厅|窗|中心|大厦|园|镇|局|机构|站|所$", piece):
            kept.append((x, y))
    if kept and kept[-1][1] - kept[0][0] == sum(y - x + 1 for x, y in kept) - 1:
        kept = [(kept[0][0], kept[-1][1])]  # one address with commas in it
    return [_address_entry(text, x, y) for x, y in kept]


def without_sentences(entries: list[Entry]) -> list[Entry]:
    """材料交至农业科 ⏎ （湖中路1号502室）: of a sentence and an address the address."""
    exact = [entry for entry in entries if re.search(r"\d", entry.text) and not HANDS.search(entry.text)]
    return (
        [entry for entry in entries if entry in exact or not HANDS.search(entry.text)] if exact else entries
    )


def _address_entry(text: str, a: int, b: int) -> Entry:
    before = text[max(0, a - 16) : a]
    while a < b and text[a] in " \t\u3000：:至到送往":
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
