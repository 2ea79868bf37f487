"""What the tags of a saved page mean: which are silent, which end a line, which hold the page's own furniture."""

from __future__ import annotations

import re

SILENT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "svg",
        "canvas",
        "select",
        "option",
        "button",
        "textarea",
        "nav",
        "map",
        "head",
    }
)
VOID = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
)
BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "label",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "td",
        "th",
        "ul",
    }
)
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:navbar|submenu|topbar|toolbar|breadcrumb|crumbs?|sidebar|side-?nav|footer|foot|copyright"
    r"|share|pager|pagination|modal|dialog|search)(?:$|[\s_-]|\d)",
    re.I,
)


def is_furniture(tag: str, attributes: dict[str, str]) -> bool:
    """Whether an element holds the page's own furniture: menus, the foot, sharing, paging."""
    if tag not in ("div", "ul", "ol", "aside", "footer", "header", "section", "span", "dl", "p"):
        return False
    style = (attributes.get("style") or "").replace(" ", "").lower()
    if "display:none" in style:
        return False  # tabs of one page: hidden until clicked, but content
    if tag == "footer":
        return True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return tag != "p" and bool(_FURNITURE.search(names))
