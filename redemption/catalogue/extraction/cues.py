"""Step 3b: sections that say in their first sentence what their heading does not.

第七条 申请单位应当提交下列材料：… has no caption, but is the list of materials. A chapter's heading holds for those of
its articles that say nothing of their own.
"""

from __future__ import annotations

import re

from redemption.catalogue.extraction.model import FIELDS
from redemption.catalogue.extraction.periods import APPLYING
from redemption.catalogue.extraction.promises import is_giving
from redemption.catalogue.extraction.structure import Node

_FIELD_ROLES = frozenset(FIELDS) | {"target_weak", "receiver"}
_CUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "materials",
        re.compile(
            r"(?:提交|提供|报送|递交|出具|准备|携带|上传)(?:以下|下列|如下)[^。；]{0,20}(?:材料|资料|文件|证明)"
            r"|(?:申报|申请|所需|提交|提供)[^，。；]{0,6}(?:材料|资料|附件)(?:包括|如下|主要包括|清单如下|为|有)"
            r"|(?:应当?|须|需)(?:分别|另行|同时)*(?:提交|提供|报送|递交|出具)[：:]\s*$"
            r"|(?:应当?|须|需|要)(?:向[^，。；、]{2,20})?(?:提交|提供|报送|递交|出具)[^。；：]{2,60}、[^。；]{2,80}(?:材料|资料|证明|文件|凭证)"
        ),
    ),
    (
        "conditions",
        re.compile(
            r"(?:符合|具备|满足|达到)(?:以下|下列|如下)[^。；]{0,12}(?:条件|要求|情形)"
            r"|(?:以下|下列|如下)(?:情形|情况|行为|条件)(?:之一)?[^。；：]{0,16}(?:不予|不得|不能|不再|不可以?)"
            r"(?:列入|纳入|给予)?(?:支持|受理|资助|补贴|补助|奖励|奖补|扶持|兑现|立项|享受|申报|申请|认定|推荐)"
        ),
    ),
    (
        "process",
        re.compile(r"按照?(?:以下|下列|如下)(?:程序|流程|步骤)|(?:程序|流程|步骤)(?:如下|为[:：]|包括)"),
    ),
    (
        "channels",
        re.compile(r"(?:按照?|通过)(?:以下|下列|如下)(?:渠道|途径|方式)[^。]{0,20}(?:申报|申请|申领|办理)"),
    ),
    (
        "target_weak",
        re.compile(
            r"^\s*本[^，。；]{1,10}适用于|^\s*本[^，。；]{1,6}所称[“”]?[^，。；“”]{0,6}(?:企业|单位|机构|人才|主体|组织)[“”]?[，,]?\s*是?指|^\s*本[^，。；]{1,12}对象(?:为|是|包括)"
        ),
    ),
    ("validity", re.compile(r"^\s*本[^，。；]{1,10}(?:自|由)[^。]{2,40}(?:施行|实施|执行|解释|生效)")),
)
_STEP = re.compile(
    r"(?:初审|复审|终审|审核|审查|审批|核查|核验|检查|复核|评审|评价|评定|公示|公告|公布|认定|受理|申报|申请|提交|推荐|拨付|兑付|兑现|发放|放款|担保|核准)$"
)
_APPLICATION = re.compile(r"(?:预?申报|申请|申领|报名)[：:。]?$")
_SENT = re.compile(
    r"(?:报送|提交|寄送|送|报)(?:至|到)|登[录陆]|提交[^，。；]{0,10}材料|向[^，。；]{2,24}(?:申[请报]|提交)"
)
_HOW = re.compile(
    rf"{APPLYING.pattern}|\d\s*月|截[止至]|受理|随时|常年|全年|(?:完工|竣工|投产|认定)后[^。；]{{0,12}}申请|(?:送|报|寄|交)[至到]|联系|咨询|致电|\d{{7}}"
)
_FILED_BY = re.compile(
    r"网上申报|系统填报|登[录陆][^。；]{0,60}(?:填[写报]|提交|申[请报])|(?:发送|报送|递交|寄送)(?:至|到)"
)
_STEP_NAME = 10  # characters of the longest name of a step
_PERSONS_MEANT = re.compile(
    r"\s*本[^，。；]{1,6}所(?:称|指)的?[^，。；]{0,8}(?:毕业生|人才|人员|申请人|个人)[，,]?(?:是|指)"
)


def assign_cues(text: str, root: Node) -> None:
    """Give roles to the sections under `root` that have none."""
    for node in list(root.walk()):
        nameless = node.kind in ("chapter", "section") and not node.roles and node.caption is not None
        counted = node.kind in ("cn", "article", "num") and not node.roles and node.caption is not None
        if counted and _HANDLED.search(text[slice(*(node.caption or (0, 0)))]):
            labelled = [child for child in node.children if set(child.roles) & _FIELD_ROLES]
            node.roles = ("container",) if len(labelled) >= 2 else ("process",)
        if counted and not node.roles and _told_in_steps(text, node):
            node.roles = ("process",)
        if node.kind == "cn" and counted and not node.roles and _told_how(text, node):
            node.roles = ("process", "channels")
        if nameless and _HANDLING.search(text[slice(*(node.caption or (0, 0)))]):
            node.roles = ("process",)
        if (
            "validity" in node.roles
        ):  # 附则: 关于适用对象 … is the scope of the whole, beside whom each benefit names
            for child in node.children:
                child.roles = tuple("target_weak" if role == "target" else role for role in child.roles)
        if node.roles == ("conditions",) and node.caption and text[slice(*node.caption)].endswith("要求"):
            _open_demands(text, root, node)
        if "process" in node.roles and len(node.children) >= 2 and node.kind not in ("chapter", "section"):
            _free_rules(text, node)
        if node.kind in ("chapter", "section") and set(node.roles) & (_FIELD_ROLES | {"group"}):
            _hand_down(text, node)
        if node.kind == "benefit":
            _conditions_below_gift(text, node)
    _assign(text, root)


def _told_in_steps(text: str, node: Node) -> bool:
    """评审评价: （一）材料初审 （二）现场核查 （三）评审公示: a heading whose parts are the steps of a case."""
    named = [text[slice(*child.caption)] for child in node.children if child.caption]
    steps = [words for words in named if len(words) <= _STEP_NAME and _STEP.search(words)]
    return len(steps) >= 3 and len(steps) * 3 >= len(node.children) * 2


def _told_how(text: str, node: Node) -> bool:
    """四、岗位需求的预申报: what stands below says where papers go."""
    return bool(_APPLICATION.search(text[slice(*(node.caption or (0, 0)))])) and any(
        _SENT.search(text, a, b) for a, b in node.spans()
    )


def _open_demands(text: str, root: Node, demands: Node) -> None:
    """申报要求: 1.申报方式 2.申报时间 … names its parts, no condition; so does one beside 申报条件 that says what to hand in."""
    parts = [set(child.roles) or set(_cue(text, child)) for child in demands.children]
    other = [roles for roles in parts if roles & (_FIELD_ROLES - {"conditions"})]
    beside = any(
        node is not demands
        and "conditions" in node.roles
        and node.caption
        and "条件" in text[slice(*node.caption)]
        for node in root.walk()
    )
    told = beside or any("target" in node.roles and node.caption for node in root.walk())
    says_how = any(_FILED_BY.search(text, a, b) for a, b in demands.spans())
    only_how = all(_HOW.search(text, a, b) for a, b in demands.spans())
    if (
        (beside and (other or only_how))
        or (told and says_how)
        or (len(other) >= 2 and len(other) * 2 > len(parts))
    ):
        demands.roles = ("container",)


def _conditions_below_gift(text: str, benefit: Node) -> None:
    """补助20万元 ⏎ 1.… 2.…: numbered entries below a gift, none of which gives anything, are its conditions."""
    entries = benefit.children
    told = any(is_giving(text[a:b]) for a, b in benefit.own_spans())
    if not told or not entries or any(child.roles or child.kind in ("label", "plain") for child in entries):
        return
    if any(is_giving(text[a:b]) for child in entries for a, b in child.full_spans()):
        return
    part = Node(None, "part", benefit, children=entries, roles=("conditions",))
    for child in entries:
        child.parent = part
    benefit.children = [part]


def _free_rules(text: str, section: Node) -> None:
    """申报及审核: 1.…审核后兑现。 2.就高不重复。 3.企业应当守法: the rules among the steps belong to the whole document."""
    rules = [
        child
        for child in section.children
        if not child.roles and child.caption is None and _RULE.search(_first_sentence(text, child))
    ]
    section_rules = [line for line in section.lines if _RULE.search(line.text)]
    if section.parent is not None and section_rules and len(section_rules) < len(section.lines):
        section.lines = [line for line in section.lines if line not in section_rules]
        section.parent.lines.extend(section_rules)
    if not rules or len(rules) == len(section.children) or section.parent is None:
        return
    section.children = [child for child in section.children if child not in rules]
    place = section.parent.children.index(section) + 1
    for rule in rules:
        rule.parent = section.parent
        rule.roles = ()
    section.parent.children[place:place] = rules


def _first_sentence(text: str, node: Node) -> str:
    return text[slice(*node.full_spans()[0])].split("。")[0]


def _assign(text: str, node: Node) -> None:
    for child in node.children:
        if (
            len(set(child.roles) & _FIELD_ROLES) > 1
        ):  # 申报条件和材料: （一）应当具备以下条件 （二）应提交以下材料
            for part in child.children:
                cue = () if part.roles else _cue(text, part)
                part.roles = cue if set(cue) & set(child.roles) else part.roles
        if set(child.roles) & _FIELD_ROLES:
            continue
        if not child.roles and child.kind != "root":
            child.roles = _cue(text, child)
            sentence = child.roles == ("target_weak",)
            if (
                child.roles and child.line and (sentence or not child.spans())
            ):  # its only sentence was taken for a heading
                child.line.body, child.line.caption = child.line.after_marker, None
        if not set(child.roles) & _FIELD_ROLES:
            _assign(text, child)


def _cue(text: str, node: Node) -> tuple[str, ...]:
    spans = node.own_spans() or ([node.caption] if node.caption else [])
    if not spans or not node.line:
        return ()
    first = text[spans[0][0] : min(spans[0][1], spans[0][0] + 160)]
    if node.caption and first is not None and node.line.caption:
        first = text[slice(*node.line.caption)] + first
    head = first.split("。")[0]
    if is_giving(head) or (
        any(is_giving(text[a:b]) for a, b in node.spans()[1:]) and not _CUES[0][1].search(head)
    ):
        return ()
    top = node.kind == "num" and node.parent is not None and node.parent.kind in ("root", "cn", "chapter")
    if not node.children and len(head) < 60 and not top and node.kind not in ("article", "cn", "paren_cn"):
        return ()
    for role, rule in _CUES:
        if rule.search(head):
            return (role,)
    if node.kind == "article" and not node.children and len(spans) == 1 and _PERSONS_MEANT.match(head):
        return ("target_weak",)
    if node.kind == "article" or (top and node.parent is not None and node.parent.kind == "root"):
        return _handling(text, node)
    if top and node.caption and _REDEEMING.search(text[slice(*node.caption)]):
        return _handling(text, node)
    return ()


_STEPS = tuple(
    re.compile(words)
    for words in (
        r"申报|申请|提出|填报",
        r"受理|初审|审核|审查|审定|评审|复核|核查",
        r"公示",
        r"拨付|兑付|发放|兑现|划拨",
    )
)
_REDEEMING = re.compile(r"兑现|兑付|申报|拨付|程序|流程")
_ANNOUNCING = re.compile(
    r"[^，。；]{0,40}(?:发布|印发|公布)[^，。；]{0,14}(?:通知|指南|公告)(?:[，,]?(?:明确|规定|公布)[^，。；]{2,40})?"
)
_RULE = re.compile(
    r"抵触|就高|不重复|不得重复|不一致|负责解释|起施行|起执行|诚实守信|弄虚作假|骗取|追回|不再享受|不得享受"
)
_NO_HANDLING = re.compile(r"监督|追回|骗取|绩效|违规|解释权|弄虚作假|所称|法律责任|施行|重复")
_SEASON = re.compile(r"每年[^。；]{0,20}(?:月|季度)[^。；]{0,24}(?:申报|受理|申请)")


def tells_step(words: str) -> bool:
    """Whether a sentence tells a step of it."""
    return any(step.search(words) for step in _STEPS) and not _NO_HANDLING.search(words)


def tells_handling(words: str) -> bool:
    """Whether a sentence tells how a case goes: applied for, examined, published, paid; three of them at least."""
    return not _NO_HANDLING.search(words) and sum(bool(step.search(words)) for step in _STEPS) >= 3


def _handling(text: str, article: Node) -> tuple[str, ...]:
    """An article in running text that tells how a case is handled, or when and where one applies."""
    words = _ANNOUNCING.sub("", "".join(text[a:b] for a, b in article.full_spans()))
    if _NO_HANDLING.search(words):
        return ()
    steps = sum(bool(step.search(words)) for step in _STEPS)
    if steps >= 3 or (_STEPS[1].search(words) and _STEPS[3].search(words)):
        return ("process", "channels") if _APPLYING.search(words) else ("process",)
    if _APPLYING.search(words) and _STEPS[0].search(words):
        return ("channels",)
    if _SEASON.search(words) and len(words) <= 120 and not re.search(r"(?:发布|印发|下发)", words):
        return ("application_period",)
    return ()


def _hand_down(text: str, chapter: Node) -> None:
    articles = [child for child in chapter.children if child.kind in ("article", "section", "cn")]
    if not articles:
        return
    handling = "process" in chapter.roles and "standard" not in chapter.roles
    giving = [
        child
        for child in articles
        if any(is_giving(text[a:b]) for a, b in child.spans())
        and not (handling and _INSTALMENTS.search(_first_sentence(text, child)))
    ]
    fields = tuple(role for role in chapter.roles if role in _FIELD_ROLES and role != "standard")
    if any("process" in child.roles for child in articles):  # told under a heading of its own
        fields = tuple(role for role in fields if role != "process")
    for child in articles:
        if child.roles or child in giving:
            continue
        words = "".join(text[a:b] for a, b in child.full_spans())
        if len(_ANNOUNCING.sub("", words)) < 12:  # a notice will say more: no step of the case
            child.roles = ("ignore",)
            continue
        child.roles = _cue(text, child) or (_fitting(text, child, fields) if fields else ())
        if child.roles == ("application_period",) and re.search(
            r"向[^，。；]{2,40}(?:提交|提出|申[请报])", words
        ):
            child.roles = ("application_period", "channels")
        if "process" in fields and child.roles in (
            ("channels",),
            ("application_period",),
            ("application_period", "channels"),
        ):
            child.roles = (*child.roles, "process")  # where one applies is the first step of the procedure
    chapter.roles = ("group",) if giving and {"standard", "group"} & set(chapter.roles) else ("container",)


# 奖励资金分三年按50%、30%、20%拨付, among the steps: how every benefit is paid, no benefit
_INSTALMENTS = re.compile(
    r"分?[一二三四五六两\d]{1,2}(?:年|期|批|次|个?阶段)[^。]{0,40}(?:[\d.]+\s*[%％]、|比例|平均|等额)[^。]{0,30}(?:拨付|兑[现付]|发放|支付|奖励)"
)
_HANDLING = re.compile(r"(?:申请|申报|受理|审核|审批|评审|拨付|兑现|发放|程序|流程|申领)\s*$")
# 奖励资金申报、审核和拨付: two steps or more, and nothing else at the end
_HANDLED = re.compile(
    r"^[^，。；]{0,14}?(?:申报|申请|申领|受理|审核|审批|评审)(?:[、和与及]|以及)[^，。；]{0,12}(?:审核|审批|评审|审查|公示|拨付|兑现|兑付|发放|受理|管理|实施)(?:程序|流程|工作|办法)?[：:。]?$"
)
_APPLYING = re.compile(
    r"登[录陆]|网上申报|在线申报|https?://|提出申请|提交申请|申报平台|通过[^，。；]{2,24}(?:系统|平台|网)|窗口"
)


def _fitting(text: str, article: Node, fields: tuple[str, ...]) -> tuple[str, ...]:
    words = "".join(text[a:b] for a, b in article.spans())
    if "process" in fields:
        return ("process", "channels") if _APPLYING.search(words) else ("process",)
    return fields
