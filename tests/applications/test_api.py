"""The journey over the API: the same services, problem+json with a pointer to each field, nobody else's cases."""

import io

import pytest

from redemption.applications import queries, service
from redemption.kernel.storage import FolderStorage
from tests.applications.cases import COMMON, PDF, Stage, make_stage


@pytest.fixture
def stage(session, world, settings) -> Stage:  # type: ignore[no-untyped-def]
    return make_stage(session, world, FolderStorage(settings.storage))


@pytest.fixture
def api(api_of, stage):  # type: ignore[no-untyped-def]
    return api_of("qiye")


def ready(api, stage: Stage) -> str:  # type: ignore[no-untyped-def]
    made = api.post("/api/v1/submissions", {"items": [stage.item.code], "client_key": "machine-1"})
    assert made.status_code == 201, made.get_json()
    number = made.get_json()["number"]
    again = api.post("/api/v1/submissions", {"items": [stage.item.code], "client_key": "machine-1"})
    assert again.get_json()["number"] == number
    saved = api.patch(
        f"/api/v1/submissions/{number}",
        {"common": COMMON, "items": [{"place": 1, "data": {"loan": "200000", "bank": "清川银行"}}]},
    )
    assert saved.status_code == 200, saved.get_json()
    for need in saved.get_json()["needs"]:
        answer = api.request(
            "POST",
            f"/api/v1/submissions/{number}/materials/{need['place']}/{need['key']}",
            data={"file": (io.BytesIO(PDF), "材料.pdf")},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 201, answer.get_json()
    return str(number)


def test_from_draft_to_case(api, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = ready(api, stage)
    draft = api.get(f"/api/v1/submissions/{number}").get_json()
    assert draft["problems"] == []
    assert draft["common"]["bank_account"].endswith("5678")
    assert "6222020200012345678" not in str(draft)
    done = api.post(f"/api/v1/submissions/{number}/submit", {"declarations": ["truth", "consent"]})
    assert done.status_code == 200, done.get_json()
    assert done.get_json()["receipt"]
    again = api.post(f"/api/v1/submissions/{number}/submit", {"declarations": ["truth", "consent"]})
    assert again.get_json()["received_at"] == done.get_json()["received_at"]
    listed = api.get("/api/v1/applications").get_json()
    assert [a["number"] for a in listed["applications"]] == [f"{number}-01"]
    case = api.get(f"/api/v1/applications/{number}-01").get_json()
    assert case["status"] == "received"
    assert case["due"]["kind"] == "受理期限"
    assert [e["action"] for e in case["events"]] == ["receive"]


def test_problems_point_to_their_fields(api, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    made = api.post("/api/v1/submissions", {"items": [stage.item.code]}).get_json()
    number = made["number"]
    answer = api.patch(
        f"/api/v1/submissions/{number}",
        {"items": [{"place": 1, "data": {"loan": "x", "zzz": 1}}], "strange": 1},
    )
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.get_json()["errors"]} == {"/strange"}
    answer = api.patch(
        f"/api/v1/submissions/{number}", {"items": [{"place": 1, "data": {"loan": "x", "zzz": 1}}]}
    )
    assert answer.status_code == 422
    pointers = {e["pointer"] for e in answer.get_json()["errors"]}
    assert {"/items/0/data/loan", "/items/0/data/zzz", "/items/0/data/bank"} <= pointers
    answer = api.post(f"/api/v1/submissions/{number}/submit", {"declarations": []})
    assert answer.status_code == 422
    assert "declarations.truth" in {e["field"] for e in answer.get_json()["errors"]}


def test_a_table_of_five_thousand_rows_is_refused_in_one_sentence(api, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    from tests.factories import make_item

    form = {
        "fields": [
            {"name": "rows", "label": "明细", "type": "table", "columns": [{"name": "a", "type": "text"}]}
        ]
    }
    item = make_item(stage.session, stage.world, name="大表补贴", form=form)
    number = api.post("/api/v1/submissions", {"items": [item.code]}).get_json()["number"]
    rows = [{"a": "1"}] * 5000
    answer = api.patch(f"/api/v1/submissions/{number}", {"items": [{"place": 1, "data": {"rows": rows}}]})
    assert answer.status_code == 422
    (said,) = answer.get_json()["errors"]
    assert "5000行" in said["message"]


def test_a_stale_version_is_told(api, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    made = api.post("/api/v1/submissions", {"items": [stage.item.code]}).get_json()
    part = {"place": 1, "version": made["items"][0]["version"], "data": {"loan": "1万", "bank": "甲"}}
    assert api.patch(f"/api/v1/submissions/{made['number']}", {"items": [part]}).status_code == 200
    assert api.patch(f"/api/v1/submissions/{made['number']}", {"items": [part]}).status_code == 200
    part["data"] = {"loan": "2万", "bank": "甲"}
    answer = api.patch(f"/api/v1/submissions/{made['number']}", {"items": [part]})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "stale")


def test_nobody_elses(api, api_of, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = ready(api, stage)
    api.post(f"/api/v1/submissions/{number}/submit", {"declarations": ["truth", "consent"]})
    other = api_of("qiye2")
    sheet, case = f"/api/v1/submissions/{number}", f"/api/v1/applications/{number}-01"
    material = api.get(sheet).get_json()["materials"][0]["id"]
    for method, address, body in (
        ("GET", sheet, None),
        ("PATCH", sheet, {"common": {"contact_name": "x"}}),
        ("DELETE", sheet, None),
        ("POST", f"{sheet}/submit", {"declarations": ["truth", "consent"]}),
        ("GET", f"{sheet}/materials/{material}", None),
        ("DELETE", f"{sheet}/materials/{material}", None),
        ("GET", case, None),
        ("POST", f"{case}/correction", {"correction": 1}),
        ("POST", f"{case}/withdrawal", {}),
        ("GET", f"{case}/rating", None),
        ("POST", f"{case}/rating", {"stars": 5}),
    ):
        assert other.request(method, address, body).status_code == 404, (method, address)
        assert api_of("").request(method, address, body).status_code == 401, (method, address)
        assert api_of("shenpi").request(method, address, body).status_code == 403, (method, address)
    assert other.get("/api/v1/applications").get_json()["applications"] == []


def test_correcting_withdrawing_and_rating(api, stage: Stage) -> None:  # type: ignore[no-untyped-def]
    number = ready(api, stage)
    api.post(f"/api/v1/submissions/{number}/submit", {"declarations": ["truth", "consent"]})
    case = f"/api/v1/applications/{number}-01"
    application = queries.case(stage.session, stage.filer, f"{number}-01").application
    asked = service.ask_correction(
        stage.session, stage.officer, application, [{"kind": "field", "key": "loan", "message": "核对"}]
    )
    refused = api.post(f"{case}/correction", {"correction": asked.id})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == "field.loan"
    answer = api.post(f"{case}/correction", {"correction": asked.id, "values": {"field.loan": "18万"}})
    assert answer.get_json()["status"] == "received"
    assert api.post(f"{case}/correction", {"correction": asked.id}).status_code == 409
    assert api.get(f"{case}/rating").status_code == 404
    assert api.post(f"{case}/rating", {"stars": 5}).status_code == 409
    gone = api.post(f"{case}/withdrawal", {"reason": "不再需要"})
    assert gone.get_json()["status"] == "withdrawn"
    assert api.post(f"{case}/withdrawal", {}).status_code == 409
    assert api.post(f"{case}/rating", {"stars": 4, "reasons": ["clear"]}).status_code == 201
    assert api.get(f"{case}/rating").get_json()["stars"] == 4
