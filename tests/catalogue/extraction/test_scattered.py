"""What a benefit needs stands far from it: in the closing articles, in columns without lines, in pictures put into words."""

from redemption.catalogue.extraction import Extraction, extract
from redemption.policies.reading import read_text

CLOSING = """临湖市促进会展业发展若干政策
一、引进展会
第一条 在本市新办展览面积5000平方米以上的展会，每个给予主办单位20万元奖励。
第二条 参加境外展会的企业，每个展位给予2万元补贴。
二、培育机构
第三条 新通过国际展览联盟认证的机构，给予30万元奖励。
附  则
1．关于适用对象。本政策适用于在临湖市注册且独立核算的会展机构和企业。
2．关于申报时间。每年申报期为3－5月，具体以主管部门通知为准。
3．存在严重失信行为的企业和机构不得享受本政策支持。
4．本政策自2024年1月1日起施行，有效期三年。"""

COLUMNS = """扶持项目
类型
适用情形
补贴标准
大棚建设补贴
农业
农民合作社新建连栋大棚10亩以上。
每亩补贴3000元
冷库补贴
流通
农业企业新建冷库满6个月。
连续正常使用。一次性补贴5万元。
培训补贴
人才
组织农民参加技能培训。
每人每天补贴50元"""

NUMBERED_CELLS = """序号
政策名称
政策内容
申报条件
申报渠道
咨询电话
1
灯光补贴
按电费的20%给予补贴。
商户每晚亮灯至22时
区商务局208室现场递交
0799-8632011
2
夜市奖励
每年奖励5万元。
1.摊位50个以上；
2.每周营业5天以上；
3.无食品安全事故
区商务局208室现场递交
0799-8632012
3
直播服务
对合规的机构，5个工作日内办结资料审核。
在本区落户的主播机构，年播出100场以上
网上办理 http://zb.linhu.gov.cn
0799-12345"""

PICTURE = """【图解】临湖区支持民宿六条
适用对象
在临湖区登记的民宿经营者
1
开业补贴
新开业民宿 每间1000元
2
提升奖励
年入住率提高10%以上的民宿
提高10%-20%的奖励2万元
提高20%以上的奖励4万元
3
租金减免
承租国有房屋的民宿
免收三个月租金
4
宣传服务
统一对外推介
===申报指引===
申报时间
2024年5月1日-6月30日
申报方式
“临湖通”小程序提交
申报材料
营业执照 特种行业许可证
咨询电话
0799-8632011"""

EXPLAINED = """《临湖区物流扶持政策》解读
一、主要内容
（一）主体培育方面
物流评级奖励。对首次获评4A、3A级的物流企业，分别给予20万元、10万元奖励。
（二）设施方面
托盘补助。购置标准托盘300片以上的企业，每片补助15元。
此外，区财政每年安排300万元用于公共信息平台运行。
二、适用范围
适用于在临湖区注册的物流企业。被列入失信名单的企业，不得享受。
三、如何申报
每年第三季度集中申报。企业登录惠企平台（http://hq.linhu.gov.cn）提交申请表、发票复印件等材料。街道初审后报区发改局审核，公示5天后由区财政拨付。"""


def _read(text: str) -> Extraction:
    return extract(read_text(text))


def test_what_closing_articles_say_holds_for_all_below_chapters_without_the_word() -> None:
    items = _read(CLOSING).items
    assert len(items) == 3
    for item in items:
        assert "独立核算的会展机构和企业" in item["conditions"].text
        assert "严重失信" in item["conditions"].text
        assert item["application_period"].text == "每年申报期为3－5月，具体以主管部门通知为准。"
        assert "培育机构" not in item["standard"].text


def test_a_list_whose_lines_were_lost_has_columns_that_nobody_knows() -> None:
    items = _read(COLUMNS).items
    assert [item.name for item in items] == ["大棚建设补贴", "冷库补贴", "培训补贴"]
    assert items[0]["target"].text == "农民合作社"
    assert items[1]["conditions"].text.split() == ["农业企业新建冷库满6个月。", "连续正常使用。"]
    assert items[1]["standard"].text == "一次性补贴5万元。"
    assert not items[2]["target"].text  # who is trained is not who applies


def test_numbered_lines_are_one_cell_and_a_row_tells_of_its_item_only() -> None:
    first, second, third = _read(NUMBERED_CELLS).items
    assert second["conditions"].text.count("\n") == 2
    assert [entry.text for entry in second["phone"].entries] == ["0799-8632012"]
    assert [entry.text for entry in second["onsite_address"].entries] == ["区商务局208室"]
    assert not first["time_limit"].text
    assert not first["online_url"].entries
    assert "5个工作日" in third["time_limit"].text
    assert third["target"].text == "在本区落户的主播机构"
    assert [entry.text for entry in third["phone"].entries] == ["0799-12345"]


def test_a_picture_of_measures_put_into_words() -> None:
    items = _read(PICTURE).items
    assert [item.name for item in items] == ["开业补贴", "提升奖励", "租金减免"]
    assert items[1]["conditions"].text == "年入住率提高10%以上的民宿"
    assert items[2]["standard"].text == "免收三个月租金"
    for item in items:
        assert [entry.text for entry in item["materials"].entries] == ["营业执照", "特种行业许可证"]
        assert item["application_period"].text == "2024年5月1日-6月30日"


def test_an_explanation_in_prose() -> None:
    first, second = _read(EXPLAINED).items
    assert (first.name, second.name) == ("物流评级奖励", "托盘补助")
    assert "公共信息平台" not in second["standard"].text
    assert "失信" not in first["target"].text
    assert "失信" in first["conditions"].text
    assert first["process"].text == "街道初审后报区发改局审核，公示5天后由区财政拨付。"
    assert first["application_period"].text == "每年第三季度集中申报。"
    assert [entry.text for entry in first["materials"].entries] == ["申请表", "发票复印件"]
