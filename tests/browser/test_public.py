"""Every page of policies, items, questions and offers: clean for axe and no wider than the window, on a desk (1280 px),
at 200 % zoom (640 px) and on a phone (320 px)."""

WIDTHS = 1280, 640, 320


def listed(someone, address, key):
    """Rows of a JSON list, as the public may read it."""
    answer = someone.page.request.get(address)
    assert answer.ok, address
    return answer.json()[key]


def test_what_everybody_may_read(person):
    reader = person("", *WIDTHS)
    policies = listed(reader, "/api/v1/policies", "policies")
    items = listed(reader, "/api/v1/items", "items")
    questions = listed(reader, "/api/v1/questions", "items")
    assert policies
    assert items
    assert questions
    for address in (
        "/", "/items", "/items?q=高新技术&level=city", "/items?q=没有这样的事项xyz", "/policies",
        "/policies?q=补贴&standing=in_force", "/policies?q=没有这样的文件", "/questions", "/questions?q=证书到期",
        "/questions?q=没有人问过的", f"/questions/{questions[0]['number']}",
    ):  # fmt: skip
        reader.go(address)
    for policy in policies[:3]:
        reader.go(f"/policies/{policy['number']}")
    for item in items[:3]:
        reader.go(f"/items/{item['code']}")
    assert reader.page.goto("/policies/ZC0000-00000").status == 404
    reader.look()


def test_what_an_enterprise_sees_of_it(person):
    enterprise = person("qiye", *WIDTHS)
    items = listed(enterprise, "/api/v1/items", "items")
    for address in (
        "/offers",
        "/questions/mine",
        "/questions/ask",
        f"/questions/ask?item={items[0]['code']}",
    ):
        enterprise.go(address)
    enterprise.go(f"/items/{items[0]['code']}")
    enterprise.go("/space")
    package = enterprise.page.locator("a[href^='/packages/']").first.get_attribute("href")
    assert package
    enterprise.go(package)


def test_what_the_makers_and_the_office_see_of_it(person):
    maker = person("zhengce", *WIDTHS)
    own = listed(maker, "/api/v1/policies/own", "items")
    number = own[-1]["number"]
    for address in (
        "/editor/questions", f"/editor/questions?policy={number}", f"/editor/policies/{number}",
        f"/editor/policies/{number}/interpret", f"/editor/policies/{number}/amend",
        f"/editor/policies/{number}/repeal", f"/editor/items/{own[-1]['items'][0]}", "/workbench/offers",
        f"/workbench/fitting/{own[-1]['items'][0]}",
    ):  # fmt: skip
        maker.go(address)
    for offered in listed(maker, "/api/v1/offers/items", "items"):
        maker.go(f"/workbench/offers/{offered['code']}")
    office = person("gongkai", *WIDTHS)
    office.go("/office/questions")
    administrator = person("guanli", *WIDTHS)
    administrator.go("/admin/synonyms")
    administrator.go("/editor/differences")
