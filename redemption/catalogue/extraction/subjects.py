"""Who a condition is about: the noun at its end, or its subject; and whom a phrase does not name."""

from __future__ import annotations

import re

from redemption.catalogue.extraction.model import Span

_WHO = (
    r"(?:企业|公司|单位|机构|个人|人员|工匠|市民|老人|毕业生|大学生|学生|青年|团队|载体|平台|商户|工商户|组织|协会|园区|学校|院校|高校|家庭|农户|合作社"
    r"|居民|劳动力|军人|股东|创业者|人才|高管|劳动者|职工|员工|家长|主体|经营者|职业者|从业者|工作者|农场|基地|孵化器|众创空间|加速器|楼宇|项目|实验室|中心|研究院|站|运营方|承办方|主办方"
    r"|投资人|中介人|推荐人|引荐人|投资者|退役军人|残疾人|失业人员|用人单位|借款人|申请人|申报人|专利权人|业主|门店|酒店|民宿|旅行社|车间|工厂|代理人|经纪人|事务所|银行"
    r"|研究生|博士|硕士|本科生|专家|教师|医师|带头人|传承人|设计师|工程师|技师|农民工|妇女|老年人|消费者|供应商|服务商|纳税人|养殖户|种植户|大户|医院|村|街区|商圈|集团|总部|店铺|电商|主播|综合体|商场|超市|卖场|书店|剧场|景区|影院|博物馆|诊所|幼儿园|法人|持有人|所有人|发明人|参保人|家|户)"
)
_WHO_END = re.compile(rf"{_WHO}(?:[（(][^（）()]{{1,40}}[)）])?(?:等)?$")
_SUBJECT = re.compile(
    rf"{_WHO}(?:[（(][^（）()]{{1,40}}[)）])?"
    r"(?=[，,]|在(?![职读校岗园建])|每|取得|获得|吸纳|招用|招聘|新招|成功|首次|首[^都]|新[增建购引设入]|通过|被|当年|实现|达到|入选|开展|购买|租[赁用]|投资(?!总?额)|建设|参加|符合|自[^主]|为|按|与(?!其|员)"
    r"|委托|实施|组织(?!的)|研发|开发|创建|主办|聘[用请]|录用|改造|推广|应用|承租|购置|制定|制订|修订|引入|出资|融资|面向|从事"
    r"|年(?!度)|上年|上一|申请(?!人)|签订|缴纳|连续|实际|依法|引进|引入|主动|主导|承担|牵头|参与|举办|承办|利用|使用|采用|销售|出口|完成|经认定|注册|设立|因|将|向|已|凭|可|其|均|持续|营业|年度|参展|发行|组团|宣传|上市|迁入|落户|到(?!位|账|期)|领取|灵活|收购|创办|参保|就业|购置|购房|承办|入库|申领|领办|带动|流转|固定资产|总投资|纳税|产值|销售)"
)
_ACHIEVED = re.compile(r"被|获|荣获|入选|取得|通过")
_ACHIEVED_BEFORE = re.compile(r"获奖$|(?:获得|荣获|取得|入选|通过|被评为|被认定为)[^，。；]{2,24}$")
_DOES = re.compile(
    r"主动|自主|引入|牵头|委托|实施|开展|组织(?!的)|承担|举办|租[赁用]|引进|申请|吸纳|招用|招聘|新招|首次|新增|购买|投资(?!总?额)|参加|取得|获得|在(?!职)|被|通过"
)
# 在园区…, 招用毕业生…: who stands there is where or whom, not who acts
_NO_SUBJECT = re.compile(r"在|组织|招[用聘收]|吸纳|录用|聘[用请]|培[养训育]|安置|引进|接收")


def is_who(noun: str) -> bool:
    """Whether a noun names persons or bodies that can receive something."""
    return bool(_WHO_END.search(noun))


# 支持智慧物流园区建设: what is built does not apply for anything.
_BUILT = re.compile(
    r"[^，。；的]{2,40}(?:园区|平台|基地|中心|载体|楼宇|街区|项目|体系|设施)(?:等)?(?:的)?(?:建设|改造|升级|发展)$"
)


_BROUGHT = re.compile(
    r"(?:新?引进|聘用|培[养育]|选拔|推荐)的[^，。；]*(?:人[员才]|博士后?|硕士|专家|教师|医师|工程师)(?:[（(][^（）()]{1,40}[)）])?$"
)


_COUNTED = re.compile(
    r"每(?:成功|新增|新)*(?:培育|引进|引荐|招引|孵化|培养|培训|推荐|招用|吸纳|介绍|新增)[^，。；的]*$"
)


def find_target(text: str, condition: Span) -> Span | None:
    """The phrase that says who: the noun at the end of the condition, or its subject."""
    a, b = condition
    words = text[a:b]
    if match := re.search(r"[，,](?:对于?|向)(?=[^，。；]{4,})", words):
        begin = a + match.end()
        end = a + (comma if (comma := words.find("，", match.end())) > 0 else len(words))
        if is_who(text[begin:end]):
            return (begin, end)
    comma = _top_level_comma(words)
    first = words[:comma] if comma >= 0 else words
    if _BUILT.match(first) or _COUNTED.match(first):
        return None
    match = _SUBJECT.search(words)
    brought = match and _BROUGHT.match(words, match.end())  # 基地引进的博士: whom it brought in
    if (
        not brought
        and match
        and match.end() <= 12
        and "的" not in match.group()
        and _DOES.match(words, match.end())
    ):
        return (a, a + match.end())
    if _WHO_END.search(words.rstrip("的，")) and not words.endswith("的"):
        return _who_phrase(text, a, b)
    if comma >= 0 and _WHO_END.search(first):
        return (a, a + comma)
    match = _SUBJECT.search(words)
    if match and not (_NO_SUBJECT.match(words) and "的" not in words[: match.end()]):
        return (a, a + match.end())
    return None


_TITLE = re.compile(
    r"(?:首次|新)?(?:获评|获批|被[评认]|入选|列入|评[为上定]|认定[为上])[^，。；]*(?:项目|平台|中心|车间|实验室|园区|基地)"
)

_HELP = re.compile(r"依托|借助|利用|发挥")
# 符合下列条件之一的 人员: which, where the list below it says it
_MEETING = re.compile(
    r"(?:凡是?)?(?:符合|具备|满足)(?:以下|下列|如下)[^，。；的]{0,10}(?:条件|要求|情形)(?:之一)?的?"
)
_ANYBODY = re.compile(r"(?:申报|申请)?(?:企业|人员|个人|单位|机构|人才|项目|人)")


def without_pointing(text: str, who: Span) -> Span | None:
    """符合以下条件之一的制造企业: the words after those that point at a list; None where these name anybody."""
    pointing = _MEETING.match(text, *who)
    if pointing is None:
        return who
    return None if _ANYBODY.fullmatch(text, pointing.end(), who[1]) else (pointing.end(), who[1])


def is_nobody(words: str) -> bool:
    """获评…示范项目的 names what was achieved, not who achieved it; 依托商会等组织, with whose help.

    签订合同，项目 is the beginning of the next clause: 项目符合…
    """
    if words == "组织" or words.endswith(("的", "，项目")):
        return True
    return bool(_TITLE.fullmatch(words) or _HELP.match(words))


def who_first(text: str, sentence: Span) -> Span | None:
    """毕业生（含留学归国人员），有意在本县创业: who stands alone before the first comma, nothing asked of them yet."""
    a, b = sentence
    comma = _top_level_comma(text[a:b])
    return (a, a + comma) if comma > 0 and _WHO_END.search(text, a, a + comma) else None


def _who_phrase(text: str, a: int, b: int) -> Span:
    """All of a short phrase; of a long one with commas, what follows its last 的."""
    words = text[a:b]
    if (
        (joined := words.find("且在")) > 0
        and _ACHIEVED_BEFORE.search(words[:joined])
        and "的" in words[joined:]
    ):
        return (a + joined + 1, b)
    comma = _top_level_comma(words)
    if _ACHIEVED.match(words) and len(words) - words.rfind("的") > 8 and "的" in words:
        return (a + words.rfind("的") + 1, b)  # what was achieved is a condition; who, stands after it
    if comma < 0:
        return (a, b)
    tail = words.rfind("的") + 1
    noun = words[tail:]
    if "、" in noun and len(noun) >= 8:
        return (a + tail, b)
    return (a, b)


def _top_level_comma(words: str) -> int:
    depth = 0
    for index, c in enumerate(words):
        depth += (c in "（(《“") - (c in "）)》”")
        if c in "，," and depth <= 0:
            return index
    return -1
