"""The steps in their order. Each is a module that can be read alone; this one only hands on.

signs → lines → content (furniture, annex forms) → structure → items → fields and entries → values → findings
"""

from __future__ import annotations

import re

from redemption.catalogue.extraction.annexes import annexes_named, leave_to_annexes
from redemption.catalogue.extraction.bilingual import read_bilingual
from redemption.catalogue.extraction.broken import join_broken_rows
from redemption.catalogue.extraction.closing import release_closing
from redemption.catalogue.extraction.content import cut_annexes, drop_furniture, drop_head, drop_signature
from redemption.catalogue.extraction.cues import assign_cues
from redemption.catalogue.extraction.fields import FieldReader
from redemption.catalogue.extraction.findings import find_all
from redemption.catalogue.extraction.flattened import rejoin_tables
from redemption.catalogue.extraction.folding import fold, restore
from redemption.catalogue.extraction.items import Draft, ItemFinder
from redemption.catalogue.extraction.labels import Labels
from redemption.catalogue.extraction.lines import read_lines
from redemption.catalogue.extraction.listed import mark_paper_lists
from redemption.catalogue.extraction.lists import read_lists, share_sections
from redemption.catalogue.extraction.metadata import find_title, read_policy
from redemption.catalogue.extraction.model import Extraction, Item, Span
from redemption.catalogue.extraction.names import (
    name_in_answers,
    name_in_introduction,
    programme_name,
    strip_title,
)
from redemption.catalogue.extraction.recipients import find_asked_conditions
from redemption.catalogue.extraction.references import keep_own_phones
from redemption.catalogue.extraction.scopes import sections_of
from redemption.catalogue.extraction.stacked import spread_labels
from redemption.catalogue.extraction.structure import Node, build_tree
from redemption.catalogue.extraction.synonyms import Synonyms
from redemption.catalogue.extraction.tabs import drop_tabs
from redemption.catalogue.extraction.titles import titles_of_restarts
from redemption.catalogue.extraction.triples import mark_triples
from redemption.catalogue.extraction.unknown import mark_unknown_labels
from redemption.catalogue.extraction.unnumbered import join_counted, named_alike
from redemption.catalogue.extraction.values import read_values
from redemption.policies.reading import ReadDocument


def extract(document: ReadDocument, synonyms: Synonyms | None = None) -> Extraction:
    """Draft items of a document. Pure and deterministic; never raises for any text."""
    synonyms = synonyms or Synonyms.default()
    labels = Labels(synonyms)
    original, document = document.text, fold(document)
    text = document.text
    properties = dict(document.properties)

    everything = join_broken_rows(text, read_lines(document, labels))
    everything = join_counted(rejoin_tables(text, everything, labels))
    everything = read_bilingual(drop_tabs(everything))
    mark_unknown_labels(everything)
    mark_triples(everything)
    mark_paper_lists(everything)
    title, title_span, after_title = find_title(everything, properties)
    policy = read_policy(everything, title, title_span, properties, text)

    names = titles_of_restarts(everything) or set(named_alike(everything))
    if names and min(names) < after_title:  # the first of several items, not the title of all
        body = drop_furniture(everything[min(names) :])
    else:
        body = drop_furniture(drop_head(everything[after_title:]))
    content, _forms = cut_annexes(body)
    content = spread_labels(drop_signature(content))

    drafts = read_lists(text, content, labels)
    root = build_tree(content)
    release_closing(root)
    assign_cues(text, root)
    find_asked_conditions(text, root)
    if drafts:
        share_sections(root, drafts)
    else:
        name, name_span = programme_name(text, title, title_span, root)
        if not name and content:
            long = [line for line in content if len(line.text) >= 4] or content
            first = long[0]
            if "container" in first.roles and len(long) > 1 and not long[1].roles:
                first = long[1]  # 申报指南 ⏎ 机器人购置补助
            asked = name_in_answers(text, content) if "？" in first.text else None
            name_span = (
                asked
                or name_in_introduction(text, first.start)
                or (first.start, min(first.end, first.start + 40))
            )
            name = strip_title(text[slice(*name_span)])
            at = text.find(name, *name_span)
            name_span = (at, at + len(name)) if at >= 0 else name_span
        drafts = ItemFinder(text, synonyms, labels).find(root, name, name_span)

    reader = FieldReader(text)
    preamble = _preamble(root, drafts)
    items = [reader.read(draft, preamble, len(drafts) == 1) for draft in drafts]
    if len(items) == 1:
        leave_to_annexes(text, items[0], annexes_named(body))
    items = [item for item in items if _holds_something(item)]
    keep_own_phones(text, items)
    for item in items:
        item.values = read_values(text, item)
    extraction = Extraction(policy, items, find_all(text, items, policy, synonyms))
    restore(extraction, text, original)
    return extraction


def _preamble(root: Node, drafts: list[Draft]) -> list[Span]:
    """Text of the document outside of every section and every item."""
    scopes = {id(draft.scope) for draft in drafts if draft.scope is not root}
    rows = {draft.scope.line.start for draft in drafts if draft.cells and draft.scope.line}
    spans: list[Span] = [
        span for span in root.own_spans() if span[0] not in rows
    ]  # a row tells of its item only
    above = {id(draft.scope.parent): draft.scope.parent for draft in drafts if draft.scope.parent}
    spans.extend(
        (line.start, line.end)
        for holder in above.values()
        if holder is not root and id(holder) not in scopes
        for line in holder.lines
    )
    sections = {id(section) for section in sections_of(root)}
    queue = [child for child in root.children if id(child) not in sections]
    while queue:
        node = queue.pop(0)
        if id(node) in scopes:
            continue
        alone = node.line if node.line and not node.children and not node.own_spans() else None
        spans.extend([(alone.start, alone.end)] if alone else node.own_spans())  # one sentence is no heading
        queue.extend(child for child in node.children if not child.roles or "container" in child.roles)
    return sorted(set(spans))


def _holds_something(item: Item) -> bool:
    return bool(re.sub(r"\W", "", item.name)) and any(
        value.state != "missing" for value in item.fields.values()
    )
