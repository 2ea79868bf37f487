"""The public pages: home, 兑现专栏, an item, the policy library, a policy."""

from typing import Any

from flask import Blueprint, Response, current_app, request
from markupsafe import Markup

from redemption.catalogue import facets, search
from redemption.catalogue.public import feeds, guide, queries, text
from redemption.catalogue.public.asked import LEVELS, NAMES, Asked, asked_for, word
from redemption.catalogue.rules import FIELD_NAMES, ITEM_STATE_NAMES, MODE_NAMES
from redemption.catalogue.search import SORTS, Filters
from redemption.identity.rules import OBJECT_CLASS_NAMES
from redemption.kernel import clock
from redemption.web import paging
from redemption.web.access import actor_or_none, public
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("public", __name__)
blueprints = [blueprint, feeds.blueprint]
WORDS: dict[str, Any] = {
    "field_names": FIELD_NAMES,
    "mode_names": MODE_NAMES,
    "object_class_names": OBJECT_CLASS_NAMES,
    "state_names": ITEM_STATE_NAMES,
    "level_names": LEVELS,
}
SHELF = 6
"""Items on each shelf of the home page."""


@blueprint.get("/")
@public
def home() -> Response:
    """首页."""
    open_now = Filters(deadline=("soon",))
    return render(
        "catalogue/home.html",
        closing=search.find(db(), "", open_now, sort="closing", limit=SHELF).rows,
        newest=search.find(db(), sort="newest", limit=SHELF).rows,
        figures=queries.figures(db()),
        themes=[(value, number) for value, number in facets.count(db(), "", Filters()).choices["theme"]][:12],
        panels=_panels("home_panels"),
        today=clock.today(),
        **WORDS,
    )


@blueprint.get("/items")
@public
def items() -> Response:
    """兑现专栏: the standards of every policy in force, in one place (第二十六条)."""
    asked = asked_for("/items")
    found = search.find(db(), asked.q, asked.filters, sort=asked.sort, cursor=asked.cursor)
    # beside similar items stand the choices of the whole: nothing matches as typed, so there is nothing to count
    counted = facets.count(db(), "" if found.forgiven else asked.q, asked.filters)
    return render(
        "catalogue/items.html",
        asked=asked,
        found=found,
        counted=counted,
        facet_list=_facet_list(asked, counted, numbers=not found.forgiven),
        chips=_chips(asked, counted),
        sorts=_sorts(asked),
        next_link=asked.next_link(found.next_cursor),
        feed_link=asked.link("/items.atom", sort=""),
        calendar_link=asked.link("/items.ics", sort=""),
        today=clock.today(),
        **WORDS,
    )


@blueprint.get("/items/<code>")
@public
def item(code: str) -> Response:
    """One item: what one gets, for whom, what is needed, how long it takes, the ten fields of article 24."""
    return _item(queries.item_page(db(), code))


@blueprint.get("/items/<code>/versions/<int:no>")
@public
def item_version(code: str, no: int) -> Response:
    """An item as it stood."""
    return _item(queries.item_page(db(), code, no))


@blueprint.get("/items/<code>/guide.pdf")
@public
def item_guide(code: str) -> Response:
    """办事指南 as PDF."""
    return guide.download(queries.item_page(db(), code))


@blueprint.get("/policies")
@public
def policies() -> Response:
    """政策文库."""
    q = request.args.get("q", "").strip()[:200]
    levels = tuple(one for one in request.args.getlist("level") if one in set(LEVELS))
    standing = request.args.get("standing", "")
    cursor = request.args.get("cursor")
    query = queries.policy_list(q, levels, standing)
    rows, after = queries.policies_found(db(), query, after=paging.decode(cursor) if cursor else None)
    kept = (
        [("q", q)] * bool(q) + [("level", one) for one in levels] + [("standing", standing)] * bool(standing)
    )
    return render(
        "policies/library.html",
        q=q,
        levels=levels,
        standing=standing,
        rows=rows,
        standing_of=queries.standing_of,
        next_link=Asked.address("/policies", [*kept, ("cursor", paging.encode(after))]) if after else None,
        first_link=Asked.address("/policies", kept) if cursor else None,
        today=clock.today(),
        **WORDS,
    )


@blueprint.get("/policies/<number>")
@public
def policy(number: str) -> Response:
    """One policy with its items and interpretations beside it (articles 12 and 19)."""
    return _policy(queries.policy_page(db(), number))


@blueprint.get("/policies/<number>/versions/<int:no>")
@public
def policy_version(number: str, no: int) -> Response:
    """A policy as it stood."""
    return _policy(queries.policy_page(db(), number, no))


def _item(page: queries.ItemPage) -> Response:
    def panels(name: str) -> list[Markup]:
        who = actor_or_none()
        made = (panel(db(), page.item, page.version, who) for panel in _registered(name))
        return [one for one in made if one]

    # whether it fits comes right after what one gets; questions and the like after the policy
    first, after = panels("item_panels_first"), panels("item_panels")
    return render("catalogue/item.html", page_data=page, panels_first=first, panels=after, **WORDS)


def _policy(page: queries.PolicyPage) -> Response:
    words, blocks = page.version.text, page.version.blocks
    pages = text.pages(words, blocks)
    part = min(max(1, request.args.get("part", 1, type=int)), pages)
    made = (panel(db(), page.policy) for panel in _registered("policy_panels"))
    panels = [one for one in made if one]
    return render(
        "policies/policy.html",
        page_data=page,
        parts=text.parts(words, blocks, part),
        part=part,
        pages=pages,
        panels=panels,
        **WORDS,
    )


def _registered(name: str) -> list[Any]:
    """Panels of slices above this one; they register themselves with the application."""
    return list(current_app.extensions.get(name, []))


def _panels(name: str) -> list[Markup]:
    return [made for made in (panel(db(), actor_or_none()) for panel in _registered(name)) if made]


def _facet_list(
    asked: Asked, counted: facets.Facets, *, numbers: bool
) -> list[tuple[str, str, list[Any], list[str]]]:
    """Facets for the filter column: name, title, choices with counts, what is picked."""
    listed = []
    for name, title in NAMES.items():
        choices = [
            (str(value), word(name, value, counted.departments), number if numbers else None)
            for value, number in counted.choices[name]
        ]
        if choices:
            picked = [str(value) for value in getattr(asked.filters, name)]
            listed.append((name, title, choices[:30], picked))
    return listed


def _chips(asked: Asked, counted: facets.Facets) -> list[tuple[str, str]]:
    return [
        (f"{title}：{word(name, value, counted.departments)}", asked.without(name, value))
        for name, title in NAMES.items()
        for value in getattr(asked.filters, name)
    ]


def _sorts(asked: Asked) -> list[tuple[str, str, bool]]:
    """Orders to choose from: word, address, whether it is the present one."""
    now = asked.sort or ("relevance" if asked.q else "newest")
    return [
        (title, asked.link(sort=name), name == now)
        for name, title in SORTS.items()
        if asked.q or name != "relevance"
    ]
