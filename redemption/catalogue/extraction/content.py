"""Step 2: which lines are the policy, and which are page furniture, advertising or blank annex forms."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.lines import Line

_FURNITURE = re.compile(
    r"^(?:"
    r"(?:当前|您(?:当前)?所在|您的|所在)的?位置.*|首页(?:Home)?|.{0,12}首页\s*[>＞»/].*|.*[>＞»].*[>＞»].*"
    r"|(?:上|下)一[篇条个页][：:]?.*|相关(?:阅读|链接|文章|新闻|稿件|信息)[：:]?.*|推荐阅读.*|延伸阅读.*|往期(?:推荐|回顾|精彩).*|点击(?:上方|下方|蓝字|阅读原文).*|(?:图文|文字|制图|供稿|审核|校对|监制|撰稿|摄影)[：:].{1,20}"
    r"|(?:【?\s*)?(?:打印|关闭|分享|收藏|返回|纠错|评论)(?:本?[页窗]口?面?|本文|到|顶部|首页|列表|上一页)*[】:：]?"
    r"|打印关闭|分享文章到|【?字[体号](?:大小)?[：:]?.*|浏览字号.*|[【\[]?\s*[大中小](?:\s*[大中小])+\s*[】\]]?|A\s*[-+]?|A[+-].*"
    r"|(?:浏览|阅读|点击|访问)(?:次数|量|数|人次)[：:].*|扫一扫.*|手机扫.*|微信扫.*"
    r"|(?:发布|发表|更新|录入|撰写|成稿)(?:日期|时间|于)[：:].*|(?:信息|文章|稿件|内容)?来源[：:].*|作者[：:].*|责任编辑[：:].*|编辑[：:].*"
    r"|(?:粤|京|沪|津|渝|冀|晋|蒙|辽|吉|黑|苏|浙|皖|闽|赣|鲁|豫|鄂|湘|桂|琼|川|蜀|贵|黔|云|滇|藏|陕|甘|青|宁|新)(?:ICP|公网安备).*"
    r"|.{0,40}(?:ICP备|公网安备|网站标识码|版权所有|Copyright).*|(?:主办|承办|主管|技术支持|维护)(?:单位)?[：:].{2,60}"
    r"|(?:登\s*录|注\s*册|退出|搜索|手机[端版]|电脑版|无障碍.{0,4}|长者.{0,4}|适老.{0,3}|简体.{0,2}|繁[体體].{0,2}|English|EN|英文版|IPV6|网站支持IPV6)"
    r"|(?:网站地图|联系我们|关于我们|友情链接|网站声明|隐私(?:安全|声明)|使用帮助|回到顶部|政务(?:公开|服务|动态|微信|微博)|互动交流|政民互动|返回首页)"
    r"|[\[【（(](?:发布|更新)(?:时间|日期)[：:].*[\]】）)]|您是第|位访[问客]者?|[|｜\-–—·\s]+|搜索热词.*|索\s*引\s*号[：:].*|主题(?:分类|词)[：:].*|发文(?:机关|日期)[：:].*"
    r"|(?:[【\[]\s*(?:打印|关闭|分享|收藏|返回|纠错|顶部|字体|大|中|小)[^】\]]{0,8}[】\]]\s*){2,}"
    r"|咨询|投诉|建议|评价|预约|我要[办看问]?|(?:立即|开始|在线)(?:办理|预约|评价)|展开(?:全部)?|收起|(?:加入)?收藏"
    r"|目\s*[录次]|.{2,60}(?:…{2,}|[.．·]{5,})\s*\d{1,3}"
    r"|点击(?:下载|查看).*|附件下载[：:]?|(?:图解|音频|视频|文字)?解读[：:].*|政策解读[：:]?"
    r")$",
    re.I,
)
_ADVERT = re.compile(
    r".{0,60}(?:本公司|我司|我公司).{0,20}(?:代理|代办|咨询|服务|申报)"
    r"|.{0,30}(?:代理申报|专业代理|免费咨询|项目申报咨询|(?:加|关注).{0,8}(?:微信|公众号))"
    r"|.*(?:添加|加我)微信|.{0,20}欢迎(?:致电|来电|咨询|联系)"
)
_FOOT = re.compile(
    r"^(?:(?:浏览|阅读|点击|访问)(?:次数|量|数|人次)|分享|返回顶部|打印|【?关闭|扫一扫|手机扫|(?:上|下)一[篇条个页]|主办|承办|版权所有|网站地图|相关(?:阅读|链接|文章|新闻|稿件|信息)|您是第|推荐阅读|往期(?:推荐|回顾|精彩))"
)
_CLOSING = re.compile(
    r"特此(?:通知|公告|通告|函告|说明)[。！]?$|[（(]此件(?:主动|依申请)?公开(?:发布)?[)）]$|公开方式[：:]"
)
_SALUTATION = re.compile(r"(?:各|区属|市属|市直|有关|全[市区县]|本[市区])[^。，]{1,80}[：:]$")
_ANNEX_LISTING = re.compile(r"附\s*件\s*(?:下载|列表|目录)?\s*\d{0,2}\s*[：:]\s*(?:\S|$)")
_LISTED_ANNEX = re.compile(r"(\d{1,2})\s*[.．、]|([一二三四五六七八九十]{1,2})\s*、|附\s*件?\s*\d")
_ORGAN = r"(?:局|委员会|委|厅|部|办公室|政府|管委会|中心|协会|银行|法院|领导小组|总工会|联合会|处|署|公司|办)"
_SIGNATURE = re.compile(
    rf"[\u4e00-\u9fff（）()、\s]{{3,60}}{_ORGAN}\s*(?:19|20)\d{{2}}\s*年\s*\d{{1,2}}\s*月\s*\d{{1,2}}\s*日(?:印发)?$"
)
_DATE_LINE = re.compile(
    r"(?:(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|二[〇○零Ｏ0].{2,3}年.{1,3}月.{1,3}日)(?:印发)?$"
)
_SIGNER = re.compile(rf"[\u4e00-\u9fff（）()、\s]{{3,60}}{_ORGAN}$")
_ANNEX_HEAD = re.compile(
    r"^附\s*(?:件|表|录)\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})?\s*(?:[-—]\s*\d{1,2})?\s*(?:[：:、.．]|$|\s{2,})"
)
_ANNEX_LIST = re.compile(r"^附\s*(?:件|表)\s*[：:]|^附\s*(?:件|表)?\s*\d{0,2}\s*[：:.、．]?\s*\S")
_BODY = re.compile(r"第\s*一\s*条|^[一1]\s*[、.．]|[（(]一[)）]")
_FORM = re.compile(
    r"年\s{1,}月\s{1,}日|□|（\s*(?:签字|签名|签章|盖章|公章)\s*）|(?:单位|企业|法定代表人)?(?:\(|（)?(?:盖章|签字|签章|公章)(?:\)|）)?\s*[：:]?\s*$|_{3,}|…{3,}|\.{6,}|×××|XXX"
)
_FORM_TITLE = re.compile(
    r"(?:申请|申报|审批|汇总|信息|登记|推荐|备案|明细|统计|评分|核查|花名|确认|报名|自评|绩效|情况|反馈|收款|台账)[^，。；]{0,8}表(?:$|[（(\s])"
    r"|(?:承诺|委托|授权|证明|声明|意见|责任|保证|申报|申请|计划|任务)书(?:$|[（(\s模样])|模板|样式|封面|样本|目\s{0,4}录$|承诺函|诚信声明|范本|回执|花名册|名单|大纲|提纲|清单$|格式"
)


def drop_furniture(lines: list[Line]) -> list[Line]:
    """The lines without page furniture; what follows the foot of the page goes with it."""
    end = _foot(lines)
    lines = _without_menus(_without_page_heads(lines[:end]))
    kept = [
        line
        for line in lines
        if not _RECORD.match(line.text) and (set(line.roles) - {"ignore"} or not is_furniture(line.text))
    ]
    return [line for line in kept if len(line.text) > 160 or not _ADVERT.match(line.text)]


# 3. [主题分类] 商贸: the record of a document that a portal prints above it
_RECORD = re.compile(
    r"\s*(?:\d{1,2}\s*[.、．]?\s*)?[\[【［]\s*(?:索引号|主题分类|主题词|体裁分类|制发单位|发文机[构关]|发文单位|联合发文单位|发布机构|信息来源|文件来源"
    r"|实施日期|成文日期|发布日期|发文日期|失效日期|废止日期|发文字号|文号|有效性|公开方式|公开范围|效力状态)\s*[\]】］]"
)
_MENU = re.compile(
    r"首页|关于我们|联系我们|新闻(?:动态|中心|资讯)?|通知公告|政务(?:公开|服务)|互动交流|专题专栏|机构(?:概况|职能)|登录|注册|搜索|走进.{2,4}|入驻企业|园区介绍|办事服务|政策法规|信息公开|公众参与"
)
_MENU_LINES, _MENU_WORDS, _MENU_LENGTH = 4, 2, 8


def _without_menus(lines: list[Line]) -> list[Line]:
    """Without runs of very short lines that are the entries of a menu, above the first long line."""
    head = next((n for n, line in enumerate(lines) if len(line.text) > 40 or line.cells), len(lines))
    kept: list[Line] = []
    run: list[Line] = []
    for index, line in enumerate(lines):
        words = line.text.strip()
        if (
            index < head
            and len(words) <= _MENU_LENGTH
            and not line.kind
            and not re.search(r"[\d：:，。]", words)
        ):
            run.append(line)
            continue
        entries = [place for place, entry in enumerate(run) if _MENU.fullmatch(entry.text.strip())]
        menu = len(run) >= _MENU_LINES and len(entries) >= _MENU_WORDS
        kept.extend(
            run[entries[-1] + 1 :] if menu else run
        )  # the last entry known, then the page's own words
        run = []
        kept.append(line)
    return [*kept, *run]


_PAGE_NUMBER = re.compile(
    r"\s*(?:[-—–－]\s*\d{1,3}\s*[-—–－]|第\s*\d{1,3}\s*页(?:\s*[共/]\s*\d{1,3}\s*页)?)\s*"
)


_BARE_NUMBER = re.compile(r"\d{1,3}")
_FEWEST_PAGES = 3
_PAGE_HEAD = 3  # lines of a running head, on either side of the number


def _without_page_heads(lines: list[Line]) -> list[Line]:
    """Without the numbers of printed pages, and the lines beside them that every page repeats."""
    numbers = [index for index, line in enumerate(lines) if _PAGE_NUMBER.fullmatch(line.text)]
    numbers = numbers or _counting_pages(lines)
    if not numbers:
        return lines
    beside = [
        lines[index + step].text.strip()
        for index in numbers
        for step in range(-_PAGE_HEAD, _PAGE_HEAD + 1)
        if 0 <= index + step < len(lines) and _may_be_head(lines[index + step], step)
    ]
    repeated = {text for text in beside if beside.count(text) >= 2 and len(text) <= 40}
    dropped = set(numbers)
    return [
        line for index, line in enumerate(lines) if index not in dropped and line.text.strip() not in repeated
    ]


def _may_be_head(line: Line, step: int) -> bool:
    """Whether a line so many lines from a page's number may be its running head; a label farther off is none."""
    return bool(step) and not line.kind and (abs(step) == 1 or not line.roles)


def _counting_pages(lines: list[Line]) -> list[int]:
    """Bare numbers on lines of their own that count on from page to page, each once."""
    bare = [
        (index, int(line.text))
        for index, line in enumerate(lines)
        if _BARE_NUMBER.fullmatch(line.text.strip()) and not line.cells
    ]
    counting = all(b == a + 1 for (_, a), (_, b) in zip(bare, bare[1:], strict=False))
    return [index for index, _ in bare] if counting and len(bare) >= _FEWEST_PAGES else []


def drop_head(lines: list[Line]) -> list[Line]:
    """The lines from the salutation (各有关单位：) on, where short lines of a page's head stand before it."""
    for index, line in enumerate(lines[:30]):
        text = line.text.strip()
        if _SALUTATION.match(text):
            return lines[index + 1 :]
        if len(text) > 60 or line.kind in ("article", "chapter", "cn", "paren_cn"):
            break
    return lines


def _foot(lines: list[Line]) -> int:
    """The index where the foot of the page begins: after it no long line follows."""
    end = len(lines)
    for index in range(len(lines) - 1, -1, -1):
        text = lines[index].text.strip()
        written = len(text) > 45 or lines[index].kind in ("article", "chapter")
        if written and not is_furniture(text):
            break
        if _FOOT.match(text):
            end = index
    return end


def drop_signature(lines: list[Line]) -> list[Line]:
    """The lines without signature, date of signature, closing phrase and the list of annexes."""
    kept: list[Line] = []
    listing = first = signed = False
    for line in lines:
        text = line.text.strip()
        signed = signed or _signs(text)
        if _CLOSING.match(text):
            continue
        if _ANNEX_LISTING.match(text):
            listing, first = True, False
            continue
        if (
            listing
            and len(text) <= 70
            and (number := _LISTED_ANNEX.match(text))
            and (
                signed
                or not line.roles
                or (number.group(2) and text[-1] not in "。；" and line.body >= line.end)
            )
            and not (first and line.number == 1)
        ):
            first = True
            continue
        listing = False
        if _SIGNATURE.match(text):
            continue
        if _DATE_LINE.match(text):
            while kept and _SIGNER.match(kept[-1].text.strip()) and not kept[-1].kind:
                kept.pop()
            continue
        kept.append(line)
    return kept


def is_furniture(text: str) -> bool:
    """Whether a line belongs to the page and not to the policy."""
    text = text.strip()
    return len(text) <= 160 and bool(_FURNITURE.match(text))


def cut_annexes(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Content lines, and the lines of annexes that are blank forms. An annex with text of its own stays.

    A notice that only hands on a regulation has the regulation as its annex.
    """
    signed = next((at for at, line in enumerate(lines) if _signs(line.text.strip())), len(lines))
    heads = [index for index, line in enumerate(lines) if _begins_annex(lines, index, index > signed)]
    if not heads:
        return lines, []
    kept, dropped = lines[: heads[0]], []
    for place, head in enumerate(heads):
        after = heads[place + 1] if place + 1 < len(heads) else len(lines)
        annex = lines[head:after]
        if _is_form(annex):
            dropped.extend(annex)
        else:
            kept.extend(annex[1:] if len(annex[0].text) <= 8 else annex)
    return kept, dropped


def _signs(text: str) -> bool:
    return bool(_SIGNATURE.match(text) or _DATE_LINE.match(text))


def _begins_annex(lines: list[Line], index: int, signed: bool) -> bool:
    """A line "附件1" that begins an annex, as against one that lists annexes or mentions one.

    Below the signature 附件1：申请报告 begins one too, where no further annex is named beside it.
    """
    text = lines[index].text
    if not _ANNEX_HEAD.match(text) or index == 0:
        return False
    bare = re.sub(r"[\s：:、.．]", "", text)
    if len(bare) <= 6 and not text.rstrip().endswith(("：", ":")):
        return True
    if re.match(r"附\s*件\s*\d{0,2}[ \t\u3000]{3,}", text):
        return True
    colon = "：" in text[:6] or ":" in text[:6]
    if index + 1 >= len(lines) or len(text) > 60 or (colon and not signed):
        return False
    following = lines[index + 1].text
    listing = _ANNEX_LIST.match(following) or re.match(r"\s*\d{1,2}\s*[.．、]", following)
    previous = lines[index - 1].text
    return not listing and not _ANNEX_LIST.match(previous)


def _is_form(annex: list[Line]) -> bool:
    text = [line.text for line in annex]
    head = " ".join(text[:4])
    blanks = sum(bool(_FORM.search(line)) for line in text)
    sentences = sum(line.rstrip().endswith(("。", "；")) for line in text)
    if any(re.match(r"\s*第\s*[一1]\s*条", line) for line in text) and blanks < 6:
        return False
    roles = {
        role for line in annex for role in line.roles if role not in ("ignore", "phone", "name", "receiver")
    }
    if _FORM_TITLE.search(head):
        return not (len(roles) >= 4 and sentences >= 6 and blanks < 4)
    if len(roles) >= 2 and sentences >= 2:
        return blanks > sentences
    return blanks >= 2 or sentences < 3
