"""Step 3d: 申报对象 that tells the conditions too, where no section of its own tells them.

申请对象 ⏎ 毕业五年内的毕业生，有意在本县创业，且具有…项目，须…      who, and what is asked of them
"""

from __future__ import annotations

import re

from redemption.catalogue.extraction.model import text_of
from redemption.catalogue.extraction.structure import Node
from redemption.catalogue.extraction.subjects import who_first

_ASKED = re.compile(
    r"[，,；。\n](?:且|并且?|同时|均|还)?(?:应当?|须|需|必须|具[有备]|符合|满足|有意[向愿]|拥有|取得|依法|无(?=[^，。；]{0,8}(?:记录|行为)))"
    r"[^，。；]{4,}"
)
_FEWEST = 2  # clauses that ask for something


def find_asked_conditions(text: str, root: Node) -> None:
    """Make every such section a combined one."""
    told: list[Node] = []
    for node in root.walk():
        if "conditions" in node.roles:
            return
        if node.roles == ("target",):
            told.append(node)
    for node in told:
        spans = node.spans()
        asked = len(_ASKED.findall(text_of(text, spans)))
        if asked >= _FEWEST and who_first(text, spans[0]):
            node.roles = ("target", "conditions")
