"""The description of the JSON API: valid, in Chinese, and honest about errors."""

import re
import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
CHINESE = re.compile("[一-鿿]")


@pytest.fixture
def document(app):
    answer = app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def operations(document):
    return [
        (f"{method.upper()} {path}", operation)
        for path, entry in document["paths"].items()
        for method, operation in entry.items()
        if method in METHODS
    ]


def resolve(document, part):
    while "$ref" in part:
        target = part["$ref"]
        assert target.startswith("#/"), target
        part = document
        for name in target.removeprefix("#/").split("/"):
            part = part[name]
    return part


def references(part):
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(document).validate()
    for reference in set(references(document)):
        resolve(document, {"$ref": reference})


def test_the_check_finds_what_is_wrong(document):
    document["info"].pop("title")
    with pytest.raises(Exception, match="title"):
        schemathesis.openapi.from_dict(document).validate()


def test_every_operation_has_a_chinese_summary(document):
    listed = operations(document)
    assert len(listed) > 40
    assert [name for name, one in listed if not CHINESE.search(one.get("summary", ""))] == []


def test_every_operation_says_that_errors_are_problem_json(document):
    wrong = []
    for name, operation in operations(document):
        default = resolve(document, operation["responses"].get("default", {}))
        shape = default.get("content", {}).get("application/problem+json", {}).get("schema", {})
        properties = resolve(document, shape).get("properties", {})
        if not {"type", "title", "status", "code", "detail", "errors"} <= properties.keys():
            wrong.append(name)
    assert wrong == []


def test_every_public_page_with_content_has_json(document):
    for path in (
        "/items", "/items/{code}", "/items/{code}/versions/{no}", "/policies", "/policies/{number}",
        "/policies/{number}/versions/{no}", "/publicity", "/verify/{code}", "/questions", "/figures",
        "/matching", "/offers",
    ):  # fmt: skip
        assert "get" in document["paths"][f"/api/v1{path}"], path
