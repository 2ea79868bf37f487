"""The editor's JSON."""

import io

import pytest
from sqlalchemy import func, select

from redemption.catalogue import queries
from redemption.kernel import clock
from redemption.policies.models import Policy
from tests.factories import TEXT, make_item, make_policy

FULL = TEXT.format(department="清川市经济和信息化局", name="接口补贴")


@pytest.fixture
def program(api_of):
    return api_of("zhengce")


def created(program, **more):
    given = {"text": FULL, "title": "关于申报接口补贴的通知", "issuer": "清川市经济和信息化局"}
    return program.post("/api/v1/policies", {**given, "publication_date": clock.today().isoformat(), **more})


def test_from_text_to_a_public_item(program, session):
    made = created(program)
    assert made.status_code == 201, made.json
    number, [code] = made.json["number"], made.json["items"]
    one = program.get(f"/api/v1/items/own/{code}")
    assert one.json["fields"]["target"]["state"] == "found"
    lacking = {c["field"]: "另行公布" for c in one.json["checklist"] if not c["settled"]}
    changed = program.patch(
        f"/api/v1/items/{code}",
        {"lacking": lacking, "money_rules": {"cap": "10万", "budget": "500万元"}},
        headers={"If-Match": one.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.json
    assert changed.json["money_rules"] == {"cap": "100000.00", "budget": "5000000.00"}
    published = program.post(
        f"/api/v1/policies/{number}/publish", {"items": [code], "without_answers": "正在收集"}
    )
    assert published.status_code == 200, published.json
    assert (published.json["state"], published.json["report_due"] is not None) == ("published", True)
    assert program.get(f"/api/v1/items/own/{code}").json["state"] == "in_force"
    again = program.post(
        f"/api/v1/policies/{number}/publish", {"items": [code], "without_answers": "正在收集"}
    )
    assert again.status_code == 200


def test_a_repeated_request_makes_one_policy(program, session):
    heads = {"Idempotency-Key": "k-1"}
    first = program.post("/api/v1/policies", {"text": FULL}, headers=heads)
    second = program.post("/api/v1/policies", {"text": FULL}, headers=heads)
    assert first.json["number"] == second.json["number"]
    assert session.scalar(select(func.count()).select_from(Policy)) == 1


def test_a_change_needs_the_version_it_was_made_from(program, session, world):
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    address = f"/api/v1/items/{item.code}"
    assert program.patch(address, {"summary": "甲"}).status_code == 428
    tag = program.get(f"/api/v1/items/own/{item.code}").headers["ETag"]
    assert program.patch(address, {"summary": "甲"}, headers={"If-Match": tag}).status_code == 200
    stale = program.patch(address, {"summary": "乙"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    assert program.patch(address, {"summary": "乙"}, headers={"If-Match": "W/x"}).status_code == 400


def test_unknown_fields_are_named_by_pointer(program, session, world):
    answer = created(program, colour="red")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/colour"]
    policy = make_policy(session, world)
    [item] = queries.items_of_policy(session, policy.id)
    body = {"fields": {"target": {"txt": "x"}}, "mode": "maybe"}
    answer = program.patch(f"/api/v1/items/{item.code}", body, headers={"If-Match": "*"})
    assert {error["pointer"] for error in answer.json["errors"]} == {"/fields/target/txt", "/mode"}


def test_an_incomplete_policy_says_what_is_missing(program):
    made = program.post("/api/v1/policies", {"text": "没有标题的一段话。"})
    answer = program.post(f"/api/v1/policies/{made.json['number']}/publish", {})
    assert (answer.status_code, answer.json["code"]) == (422, "policy_incomplete")
    assert "/publication_date" in {error["pointer"] for error in answer.json["errors"]}


def test_other_departments_things_do_not_exist(program, session, world):
    policy = make_policy(session, world, department="QC-KJ")
    [item] = queries.items_of_policy(session, policy.id)
    any_version = {"If-Match": "*"}
    for method, address, body in [
        ("GET", f"/api/v1/policies/own/{policy.number}", None),
        ("PATCH", f"/api/v1/policies/{policy.number}", {"title": "x"}),
        ("POST", f"/api/v1/policies/{policy.number}/publish", {}),
        ("POST", f"/api/v1/policies/{policy.number}/repeal", {"reason": "x"}),
        ("DELETE", f"/api/v1/policies/{policy.number}", None),
        ("POST", f"/api/v1/policies/{policy.number}/items", {"name": "x"}),
        ("GET", f"/api/v1/items/own/{item.code}", None),
        ("PATCH", f"/api/v1/items/{item.code}", {"summary": "x"}),
        ("POST", f"/api/v1/items/{item.code}/publish", {}),
        ("POST", f"/api/v1/items/{item.code}/suspend", {"reason": "x"}),
        ("DELETE", f"/api/v1/items/{item.code}", None),
        ("POST", f"/api/v1/items/{item.code}/split", {"name": "x"}),
        ("POST", f"/api/v1/policies/{policy.number}/merge", {"items": [item.code]}),
        ("PUT", f"/api/v1/policies/{policy.number}/text", {"text": FULL}),
        ("POST", f"/api/v1/policies/{policy.number}/interpretations", {"title": "x", "text": "y"}),
    ]:
        answer = program.request(method, address, body, headers=any_version)
        assert answer.status_code == 404, (method, address, answer.json)


def test_only_ones_own_are_listed(program, session, world):
    make_policy(session, world, department="QC-KJ")
    item = make_item(session, world)
    listed = program.get("/api/v1/items/own").json["items"]
    assert [row["code"] for row in listed] == [item.code]
    assert program.get("/api/v1/items/drafts").json["items"] == []
    assert len(program.get("/api/v1/policies/own").json["items"]) == 1


def test_states_change_by_their_table(program, session, world):
    item = make_item(session, world)
    address = f"/api/v1/items/{item.code}"
    assert program.post(f"{address}/suspend", {"reason": ""}).status_code == 422
    assert program.post(f"{address}/suspend", {"reason": "预算调整"}).json["state"] == "suspended"
    wrong = program.post(f"{address}/reopen", {})
    assert (wrong.status_code, wrong.json["code"]) == (409, "illegal_transition")
    assert program.post(f"{address}/resume", {}).json["state"] == "in_force"
    assert program.post(f"{address}/amendments", {"reason": "提高标准"}).json["no"] == 2


def test_a_file_becomes_a_policy_and_a_wrong_one_is_named(program):
    def sent(name, data):
        return program.client.post(
            "/api/v1/policies/files", data={"file": (io.BytesIO(data), name)}, headers=program.headers
        )

    made = sent("政策.txt", FULL.encode("gb18030"))
    assert made.status_code == 201, made.json
    assert len(made.json["items"]) == 1
    wrong = sent("政策.docx", b"not a document")
    assert (wrong.status_code, wrong.json["errors"][0]["pointer"]) == (422, "/file")
    assert "政策.docx" in wrong.json["errors"][0]["message"]
    none = program.client.post("/api/v1/policies/files", headers=program.headers)
    assert none.status_code == 422


def test_only_policy_makers_may_write(api_of):
    for login in ("qiye", "chuangkou", "shenpi", "gongkai", "guanli"):
        answer = api_of(login).post("/api/v1/policies", {"text": FULL})
        assert answer.status_code == 403, login
    assert api_of("").post("/api/v1/policies", {"text": FULL}).status_code == 401


def test_items_are_split_and_merged_and_the_text_replaced(program):
    made = program.post("/api/v1/policies", {"text": FULL}).json
    number, (code,) = made["number"], made["items"]
    split = program.post(f"/api/v1/items/{code}/split", {"name": "拆出的补贴"})
    assert (split.status_code, split.json["name"]) == (201, "拆出的补贴")
    assert program.post(f"/api/v1/items/{code}/split", {"name": "又一项补贴"}).status_code == 201
    assert (
        program.post(f"/api/v1/items/{code}/split", {"name": split.json["name"], "x": 1}).status_code == 422
    )
    codes = program.get(f"/api/v1/policies/own/{number}").json["items"]
    assert len(codes) == 3
    merged = program.post(f"/api/v1/policies/{number}/merge", {"items": codes})
    assert merged.json["code"] == code
    assert program.get(f"/api/v1/policies/own/{number}").json["items"] == [code]
    assert program.post(f"/api/v1/policies/{number}/merge", {"items": [code]}).status_code == 422
    replaced = program.request("PUT", f"/api/v1/policies/{number}/text", {"text": FULL + "\n附件"})
    assert replaced.status_code == 200
    assert program.get(f"/api/v1/policies/own/{number}").json["text"].endswith("附件")
