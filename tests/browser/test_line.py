"""The whole line in a browser, against every real process: a text becomes items, an application, a decision, a rating."""

import io
import uuid

import pdfplumber
import pytest

from redemption.kernel import clock
from redemption.kernel.uscc import make_uscc
from redemption.seed.paper import scanned_page

POLICY = """清川市经济和信息化局关于申报{name}的通知
清经信〔{year}〕{number}号
各有关企业：
现将{name}申报有关事项通知如下：
一、申报对象
在清川市依法登记注册、具有独立法人资格的中小企业。
二、申报条件
信用良好，未被列入严重违法失信名单。
三、补贴标准
按照实际支付费用的30%给予补贴，最高不超过20万元。
四、申报材料
1.{name}申请表（原件1份）
2.付款凭证（复印件1份）
五、申报方式
网上申报，也可以到政务服务中心窗口提交。网址：https://duixian.qingchuan.example/items
六、办理流程
申报、受理、审核、拨付。
七、办理时限
15个工作日
八、办理地址
清川市望湖区政通路3号
九、咨询电话
0990-5550102
清川市经济和信息化局
{day}
"""


@pytest.fixture(scope="module")
def name() -> str:
    return f"节能改造{uuid.uuid4().hex[:4].upper()}补贴"


def paper(title: str) -> dict[str, object]:
    return {"name": f"{title}.pdf", "mimeType": "application/pdf", "buffer": scanned_page(title, "测试企业")}


def publish(maker, name: str) -> str:
    """From pasted text to a published policy; returns the policy's address."""
    today = clock.today()
    text = POLICY.format(
        name=name, year=today.year, number=uuid.uuid4().int % 9000 + 1000, day=clock.day_text(today)
    )
    page = maker.go("/editor/policies/new")
    page.fill("textarea[name=text]", text)
    maker.press("读取并识别事项")
    maker.follow(name)
    assert "20万元" in page.input_value("[name='fields.standard.text']")
    assert page.input_value("[name='fields.materials.entries.0.text']").startswith(f"{name}申请表")
    page.fill("[name=time_limit_days]", "15")
    page.fill("[name=payment_days]", "10")
    maker.press("保存", exact=False)
    maker.follow("返回文件")
    maker.press("发布…", exact=False)
    page.fill("[name=without_answers]", "问答正在编写")
    maker.press("确认发布")
    assert "已发布" in page.inner_text("main")
    return page.url


def hand_in(filer, name: str) -> str:
    """Find the item, fill the form, upload, submit; returns the submission's number."""
    page = filer.go(f"/items?q={name}")
    filer.follow(name)
    filer.press("我要申报")
    filer.press("开始填写")
    draft = page.url
    filer.follow("企业信息")
    assert page.input_value("[name=contact_name]") == "林知夏", "what is known is filled in"
    assert "0001" in page.input_value("[name=bank_account]")
    assert "*" in page.input_value("[name=bank_account]"), "masked"
    filer.press("保存并继续")
    page.goto(f"{draft}/materials")
    filer.look()
    page.set_input_files("[name=file-1-m1]", paper("申请表"))
    page.set_input_files("[name=file-1-m2]", paper("付款凭证"))
    page.get_by_text("已上传", exact=True).nth(1).wait_for()
    filer.press("保存并继续")
    page.goto(f"{draft}/check")
    filer.look()
    page.check("[name='declarations.truth']")
    page.check("[name='declarations.consent']")
    filer.press("提交申报")
    assert "申报已提交" in page.inner_text("main")
    return draft.rsplit("/", 1)[-1]


def test_policy_to_rating(person, name, system):
    maker = person("zhengce")
    publish(maker, name)

    # the 3-workday report goes to the office, which signs for it
    maker.go("/editor/duties")
    maker.until(name)
    maker.follow(name)
    maker.until("下载材料包", 40)
    maker.press("确认报送", exact=False)
    office = person("gongkai")
    office.go("/office")
    office.follow(name)
    office.press("签收", exact=False)
    assert "已签收" in office.page.inner_text("main")

    # the enterprise applies and holds a receipt that anybody can verify
    filer = person("qiye")
    number = hand_in(filer, name)
    receipt = filer.context.request.get(f"/documents/HZ-{number}.pdf")
    assert receipt.headers["content-type"] == "application/pdf"
    with pdfplumber.open(io.BytesIO(receipt.body())) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert number in text.replace(" ", "").replace("\n", "")
    anybody = person("", 320)
    code = next(word for word in text.split() if word.count("-") == 3 and len(word) == 19)
    anybody.go(f"/verify/{code}")
    assert number in anybody.page.inner_text("main")
    assert anybody.page.goto(f"/documents/HZ-{number}.pdf").status in {200, 401, 404}
    assert "/sign-in" in anybody.page.url, "the document itself is for its parties"

    # the department asks for a correction, the enterprise gives it
    officer = person("shenpi")
    officer.go("/workbench")
    case = f"{number}-01"
    officer.page.goto(f"/workbench/applications/{case}")
    officer.until("收件时间")
    page = officer.page
    page.locator("details", has_text="要求补正").locator("summary").first.click()
    page.check("[name=entry][value='material.m2']")
    page.fill("[name='message.material.m2']", "付款凭证不清晰，请重新扫描。")
    officer.press("发出补正通知", exact=False)
    assert "待补正" in page.inner_text("main")

    filer.go("/space")
    assert name in filer.page.inner_text("main")
    filer.follow(f"补正：{name}")
    assert "付款凭证不清晰" in filer.page.inner_text("main")
    filer.page.set_input_files("input[type=file]", paper("付款凭证-重新扫描"))
    filer.page.get_by_text("已上传", exact=True).first.wait_for()
    filer.press("提交补正", exact=False)
    assert "已收件" in filer.page.inner_text("main")

    # it accepts, approves, pays
    page.goto(f"/workbench/applications/{case}")
    officer.until("重新扫描")
    officer.press("受理", exact=False)
    assert "已受理" in page.inner_text("main")
    page.check("[name=result][value=approve]")
    page.fill("[name=amount]", "120000")
    page.fill("[name=reasons]", "材料齐全，符合条件。")
    officer.press("作出决定", exact=False)
    officer.until("拨付中")

    # the enterprise sees each step
    filer.go(f"/applications/{case}")
    seen = filer.page.inner_text("main")
    for word in ("收件", "要求补正", "受理", "予以兑现", "12万元"):
        assert word in seen

    # the money arrives, and the enterprise says how it was
    officer.go(f"/workbench/payments?q={case}")
    page.locator("summary", has_text="登记结果").first.click()
    officer.press("已到账")
    filer.go(f"/applications/{case}")
    assert "已拨付" in filer.page.inner_text("main")
    filer.go(f"/applications/{case}/rating")
    filer.page.check("[name=stars][value='5']")
    filer.press("提交评价")
    assert filer.page.goto(f"/workbench/applications/{case}").status == 403, "not a department's page"
    officer.go("/workbench/ratings")
    assert "林知夏" not in page.inner_text("main"), "handlers do not see who rated"


def test_the_demonstration_department_decides_in_its_own_system(person, system):
    filer = person("qiye2")
    page = filer.go("/items?q=企业研发投入后补助")
    filer.follow("企业研发投入后补助")
    filer.press("我要申报")
    filer.press("开始填写")
    draft = page.url
    number = draft.rsplit("/", 1)[-1]
    page.goto(f"{draft}/items/1")
    page.fill("[name='a.amount']", "200000")
    page.fill("[name='a.statement']", "上年度研发费用930万元。")
    filer.press("保存并继续")
    page.goto(f"{draft}/materials")
    for box in page.query_selector_all("input[type=file]"):
        box.set_input_files(paper("材料"))
    page.get_by_text("已上传", exact=True).nth(2).wait_for()
    filer.press("保存并继续")
    page.goto(f"{draft}/check")
    page.check("[name='declarations.truth']")
    page.check("[name='declarations.consent']")
    filer.press("提交申报")
    assert "申报已提交" in page.inner_text("main")

    there = person("").page
    there.goto(system.department)
    for _ in range(60):
        if number in there.content():
            break
        there.wait_for_timeout(400)
        there.reload()
    there.locator("section", has_text=number).get_by_role("button", name="受理", exact=True).click()
    filer.go(f"/applications/{number}-01")
    filer.until("已受理")


def test_a_clerk_enters_paper_and_prints_the_slip(person):
    clerk = person("chuangkou")
    page = clerk.go("/desk/new")
    page.fill("[name=enterprise_text]", make_uscc(10, region="990102"))
    clerk.enter()
    assert "望湖知味餐饮管理有限公司" in page.inner_text("main")
    page.fill("[name=item_text]", "房租补贴")
    clerk.enter()
    assert "小微企业房租补贴" in page.inner_text("main")
