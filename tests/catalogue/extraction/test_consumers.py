"""Notices on subsidies for buyers: parts under one heading, papers inside the procedure, dates in running sentences."""

from redemption.catalogue.extraction import Extraction, extract
from redemption.policies.reading import read_text

TRADE_IN = """关于开展2031年老旧家电换新补贴工作的通知
为贯彻《消费品更新行动方案》（云发〔2031〕2号）精神，根据《家电换新实施细则》（云商〔2031〕15号）要求，现将有关事项通知如下：
一、补贴期间、对象条件及标准方式
（一）补贴期间
2031年3月1日至2031年11月30日。
（二）补贴对象为同时满足以下条件的个人消费者
1．在本市家电门店购买一级能效冰箱或空调。
2．交售本人使用满8年的旧家电。
3．每人每类限享受一次。
（三）补贴标准
按新家电成交价的15%给予补贴，每件最高2000元。
二、申请及审核流程
（一）消费者登录“云溪换新”小程序，填写申请信息并上传附件。
（二）申请信息和所需附件包括：
1.身份证正反面照片；
2.新家电发票照片；
3.旧家电回收凭证照片。
（三）市商务局受理申请，会同有关部门审核。市商务局向市财政局提出资金申请。信息不清晰的，申请人在截止日期前补正。
（四）申请人提交申请应当于2031年3月5日至2031年12月10日之间。逾期不予受理。
三、配套政策
鼓励银行对消费者提供分期服务，鼓励门店让利促销。
四、其他事项
书面材料送至云溪市学院路18号商务大楼302室。
云溪市商务局
2031年2月20日"""

DEMANDS = """关于申报2031年冷库建设补助的通知
一、申报条件
（一）在本市新建冷库500立方米以上。
（二）冷库已投入使用满半年。
二、补助标准
按每立方米200元给予补助，最高20万元。
三、申报要求
符合条件的单位须在2031年6月20日前将申报材料报送至市农业局市场科，逾期不再受理。
（一）申报材料包括：
1.申请表。
2.营业执照复印件。
3.竣工验收报告。
（二）材料用A4纸双面打印，装订成册。
（联系人：林工，联系电话：0799-8632055）"""


def item(text: str) -> dict[str, str]:
    found: Extraction = extract(read_text(text))
    assert len(found.items) == 1
    fields = found.items[0].fields
    return {
        name: value.text or "|".join(entry.text for entry in value.entries) for name, value in fields.items()
    }


def test_a_heading_that_names_several_parts_is_read_by_its_parts() -> None:
    told = item(TRADE_IN)
    assert told["target"] == "个人消费者"
    assert told["conditions"].startswith("同时满足以下条件")
    assert told["conditions"].endswith("限享受一次。")
    assert told["standard"] == "按新家电成交价的15%给予补贴，每件最高2000元。"


def test_the_papers_are_listed_inside_the_procedure() -> None:
    assert item(TRADE_IN)["materials"] == "身份证正反面照片|新家电发票照片|旧家电回收凭证照片"


def test_what_the_office_asks_of_another_is_no_way_of_applying() -> None:
    assert "市财政局" not in item(TRADE_IN)["channels"].partition("（三）")[0]


def test_the_period_is_what_has_a_date_and_what_follows_when_it_is_missed() -> None:
    assert item(TRADE_IN)["application_period"].endswith("12月10日之间。\n逾期不予受理。")
    assert "补正" not in item(TRADE_IN)["application_period"]


def test_every_ground_that_the_sentence_names() -> None:
    assert (
        item(TRADE_IN)["legal_basis"]
        == "《消费品更新行动方案》（云发〔2031〕2号）\n《家电换新实施细则》（云商〔2031〕15号）"
    )


def test_the_address_stands_among_other_matters() -> None:
    assert item(TRADE_IN)["onsite_address"] == "云溪市学院路18号商务大楼302室"


def test_demands_beside_conditions_say_what_to_hand_in() -> None:
    told = item(DEMANDS)
    assert told["conditions"].endswith("满半年。")
    assert told["materials"] == "申请表|营业执照复印件|竣工验收报告"
    assert told["channels"].startswith("符合条件的单位须在2031年6月20日前")
    assert "2031年6月20日前" in told["application_period"]
    assert told["phone"] == "0799-8632055"


GROUPED = """云溪区就业补贴一览
服务对象：高校毕业生
灵活就业社保补贴
政策内容：对离校1年内未就业的高校毕业生，按缴费额的50%给予社会保险补贴。
申请渠道：街道服务窗口
安家费补贴
政策内容：对高校毕业生，一次性给予安家费5000元。
申请渠道：街道服务窗口
见习补贴
政策内容：对组织见习的单位按每人每月1000元给予见习补贴。
申请渠道：街道服务窗口"""


def test_an_item_may_name_its_recipients_more_closely_than_the_heading_above_does() -> None:
    found = {item.name: item["target"].text for item in extract(read_text(GROUPED)).items}
    assert found["灵活就业社保补贴"] == "离校1年内未就业的高校毕业生"
    assert found["安家费补贴"] == "高校毕业生"


TRAINING = """云溪区就业创业政策
一、职业技能培训
有培训需求的本区户籍劳动力每年可持证件到街道报名，参加一次免费职业技能培训。
二、自主创业奖励
本区劳动者依法创办个体工商户的，可申请8000元一次性创业奖励。"""


def test_who_stands_before_what_they_may_do() -> None:
    found = [item["target"].text for item in extract(read_text(TRAINING)).items]
    assert found == ["有培训需求的本区户籍劳动力", "本区劳动者"]
