"""JSON of earlier versions, and the same filters and orders as the pages."""

import datetime as dt

import pytest

from redemption.catalogue.models import ItemVersion
from redemption.kernel import clock
from redemption.policies.models import PolicyVersion


@pytest.fixture
def client(app):
    return app.test_client()


def names(client, query: str) -> list[str]:
    answer = client.get(f"/api/v1/items?{query}")
    assert answer.status_code == 200, answer.get_json()
    return [row["name"] for row in answer.get_json()["items"]]


def copied(row, model, **over):
    kept = {column.key: getattr(row, column.key) for column in model.__table__.columns if column.key != "id"}
    return model(**{**kept, **over})


def test_versions_of_an_item(client, catalogue, session):
    item = catalogue.item("首贷贴息补助", closes_on=clock.today() + dt.timedelta(days=60))
    first = session.get_one(ItemVersion, item.current_version_id)
    second = copied(first, ItemVersion, no=2, name="首贷贴息（提高标准）")
    draft = copied(first, ItemVersion, no=3, name="还在修改", published_at=None)
    session.add_all([second, draft])
    session.flush()
    item.current_version_id = second.id
    session.flush()
    old = client.get(f"/api/v1/items/{item.code}/versions/1").get_json()
    assert (old["name"], old["version"], old["current"]) == ("首贷贴息补助", 1, False)
    now = client.get(f"/api/v1/items/{item.code}/versions/2").get_json()
    assert (now["name"], now["version"], now["current"]) == ("首贷贴息（提高标准）", 2, True)
    assert now == client.get(f"/api/v1/items/{item.code}").get_json()
    assert [row["no"] for row in now["versions"]] == [2, 1], "a draft is not listed"
    for no in (3, 4, 10**30):
        answer = client.get(f"/api/v1/items/{item.code}/versions/{no}")
        assert answer.status_code == 404, no
        assert answer.mimetype == "application/problem+json"
        assert client.get(f"/items/{item.code}/versions/{no}").status_code == 404, no


def test_versions_of_a_policy(client, catalogue, session):
    policy, first = catalogue.publish_policy("P20260009", title="若干措施", text="旧的正文。")
    second = copied(first, PolicyVersion, no=2, text="新的正文。")
    draft = copied(first, PolicyVersion, no=3, text="草稿正文。", published_at=None)
    session.add_all([second, draft])
    session.flush()
    policy.current_version_id = second.id
    session.flush()
    old = client.get("/api/v1/policies/P20260009/versions/1").get_json()
    assert (old["text"], old["current"]) == ("旧的正文。", False)
    now = client.get("/api/v1/policies/P20260009/versions/2").get_json()
    assert (now["text"], now["current"]) == ("新的正文。", True)
    for address in (
        "P20260009/versions/3",
        "P20260009/versions/9",
        f"P20260009/versions/{10**30}",
        "none/versions/1",
    ):
        assert client.get(f"/api/v1/policies/{address}").status_code == 404, address


def test_the_orders_of_the_page(client, catalogue):
    today = clock.today()
    catalogue.item("先发布后截止", closes_on=today + dt.timedelta(days=20))
    catalogue.item("后发布先截止", closes_on=today + dt.timedelta(days=5))
    catalogue.item("最后发布常年受理")
    assert names(client, "sort=closing") == ["后发布先截止", "先发布后截止", "最后发布常年受理"]
    assert names(client, "sort=newest") == ["最后发布常年受理", "后发布先截止", "先发布后截止"]
    first = client.get("/api/v1/items?sort=closing&limit=1").get_json()
    assert names(client, f"sort=closing&limit=1&cursor={first['next_cursor']}") == ["先发布后截止"]


def test_the_filters_of_the_page(client, catalogue):
    today = clock.today()
    catalogue.item("快截止", closes_on=today + dt.timedelta(days=5), theme="金融支持")
    catalogue.item("免申", mode="without_application", object_classes=["state_owned"])
    catalogue.item("未开始", valid_from=today + dt.timedelta(days=5), opens_on=today)
    assert names(client, "deadline=soon") == ["快截止"]
    assert names(client, "deadline=upcoming") == ["未开始"]
    assert names(client, "deadline=soon&deadline=upcoming") == ["未开始", "快截止"]
    assert names(client, "theme=金融支持") == ["快截止"]
    assert names(client, "mode=without_application") == ["免申"]
    assert names(client, "object_class=state_owned") == ["免申"]
    assert len(names(client, "level=city")) == 3
    assert names(client, "level=street") == []


@pytest.mark.parametrize("address", ["items?colour=red", "policies?colour=red", "items?deadline=never"])
def test_what_nobody_knows_is_refused(client, address):
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"].split(".")[0] in ("colour", "deadline")


@pytest.mark.parametrize(
    ("login", "address"),
    [
        ("", "/api/v1/items"),
        ("", "/api/v1/policies"),
        ("", "/api/v1/questions"),
        ("zhengce", "/api/v1/policies/own"),
        ("zhengce", "/api/v1/items/own"),
        ("zhengce", "/api/v1/items/drafts"),
        ("zhengce", "/api/v1/catalogue/differences"),
        ("qiye", "/api/v1/matching"),
    ],
)
def test_an_argument_that_nobody_knows_is_refused_by_its_name(api_of, world, login, address):
    assert api_of(login).get(address).status_code == 200
    refused = api_of(login).get(f"{address}?limti=5")
    assert refused.status_code == 422
    assert "limti" in refused.get_data(as_text=True)
