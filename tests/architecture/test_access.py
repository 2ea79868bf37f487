"""Every route says who may use it, and holds to it."""

import re

import pytest

from redemption.identity.rules import Role
from redemption.web.access import ANYBODY, PUBLIC, rule_of

ROLES = {
    "qiye": "enterprise",
    "chuangkou": "clerk",
    "shenpi": "officer",
    "zhengce": "policy_maker",
    "gongkai": "office",
    "guanli": "administrator",
}
KNOWN = {str(role) for role in Role} | {PUBLIC, ANYBODY}
SAMPLES = {"int": "1", "path": "x", "string": "no-such-thing", "default": "no-such-thing", "uuid": "0" * 32}


def routes(app):
    """(rule, method) of every route but static files."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(rule):
    """An address that matches the rule and belongs to nobody."""

    def fill(match):
        converter = match[1] or "default"
        choices = re.match(r"any\(([^,)]+)", converter)
        if choices:
            return choices[1].strip("'\"")
        return SAMPLES.get(converter.split("(")[0], "no-such-thing")

    return re.sub(r"<(?:([^:<>]+):)?[^<>]+>", fill, rule.rule)


def test_every_route_declares_who_may_use_it(app):
    undeclared = [
        f"{method} {rule.rule}" for rule, method in routes(app) if not rule_of(app, rule.endpoint, method)
    ]
    assert not undeclared
    unknown = {role for rule, method in routes(app) for role in rule_of(app, rule.endpoint, method)} - KNOWN
    assert not unknown


def test_routes_below_a_desk_are_not_public(app):
    inside = ("/desk", "/workbench", "/editor", "/office", "/admin", "/space", "/apply")
    loose = [
        f"{method} {rule.rule}"
        for rule, method in routes(app)
        if rule.rule.startswith(inside) and PUBLIC in rule_of(app, rule.endpoint, method)
    ]
    # an outside expert has no account: the link itself is the key to one case
    assert [route for route in loose if "/opinion/" not in route] == []


@pytest.mark.parametrize("login", [*ROLES, ""])
def test_the_wrong_role_is_refused_everywhere(app, api_of, login):
    program = api_of(login)
    let_in = []
    for rule, method in routes(app):
        declared = rule_of(app, rule.endpoint, method)
        if PUBLIC in declared or (login and (ANYBODY in declared or ROLES[login] in declared)):
            continue
        status = program.request(method, address(rule)).status_code
        expected = {403} if login else {401, 303}
        if status not in expected:
            let_in.append(f"{method} {rule.rule}: {status}")
    assert not let_in


@pytest.mark.parametrize("login", list(ROLES))
def test_what_is_not_theirs_does_not_exist_for_the_right_role(app, api_of, login):
    """The right role at an address that belongs to nobody (or to somebody else): never a success, never a crash."""
    program, wrong = api_of(login), []
    for rule, method in routes(app):
        declared = rule_of(app, rule.endpoint, method)
        if ROLES[login] not in declared or "<" not in rule.rule:
            continue
        status = program.request(method, address(rule)).status_code
        if status < 400 or status >= 500:
            wrong.append(f"{method} {rule.rule}: {status}")
    assert not wrong


def test_a_route_that_declares_nothing_is_closed(app):
    app.view_functions["health.healthz"] = lambda: "open"
    assert app.test_client().get("/healthz").status_code == 403
