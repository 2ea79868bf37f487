"""One programme told in paragraphs, without headings, and in articles that carry no captions."""

from redemption.catalogue.extraction import extract
from redemption.catalogue.extraction.model import Item
from redemption.policies.reading import read_text

PARAGRAPHS = """关于发放2031年一次性扩岗补助的通知
各区人社局：
根据《云溪市稳就业办法》（云发〔2031〕2号），现就发放一次性扩岗补助有关事项通知如下：
对招用毕业年度高校毕业生并签订一年以上劳动合同的企业，按每人1500元发放一次性扩岗补助。
企业登录云溪人社网上大厅（https://rs.yunxi.gov.cn）提出申请，市失业保险中心审核，公示5个工作日无异议后，10个工作日内将补助拨付至企业账户。
申请需提交以下材料：1.扩岗补助申请表；2.劳动合同复印件；3.毕业证书复印件。
申领期限截至2031年12月31日。
联系电话：0799-8632011。
云溪市人力资源和社会保障局
2031年3月1日"""

ARTICLES = """云溪市人才公寓租金补贴管理办法
第一章 总则
第一条 根据《云溪市人才条例》，制定本办法。
第二章 补贴对象和条件
第二条 补贴对象为在本市企业工作的全日制本科以上毕业生。
第三条 申请人应当同时符合以下条件：（一）签订三年以上劳动合同；（二）在本市无自有住房。
第三章 补贴标准
第四条 博士每月2000元，硕士每月1000元，最长补贴36个月。
第四章 申请和发放
第五条 申请人登录“云溪人才网”申请，并上传以下材料：（一）申请表；（二）劳动合同；（三）学历证书。
第六条 市人社局在10个工作日内完成审核，公示后按季度发放。
第五章 附则
第七条 本办法由市人社局负责解释，咨询电话0799-8632011。
第八条 本办法自2031年1月1日起施行。"""

NEWS = """云溪市启动家电以旧换新补贴
记者从市商务局获悉，个人消费者在本市门店购买一级能效冰箱，可享受成交价15%的补贴，每件最高2000元。
消费者登录“云溪换新”小程序实名注册后领取补贴资格。
咨询电话：0799-12345。"""


def only(text: str) -> Item:
    (item,) = extract(read_text(text)).items
    return item


def test_a_notice_in_paragraphs() -> None:
    told = only(PARAGRAPHS)
    assert told.name == "2031年一次性扩岗补助"
    assert told["target"].text == "招用毕业年度高校毕业生并签订一年以上劳动合同的企业"
    assert told["standard"].text == "按每人1500元发放一次性扩岗补助。"
    assert told["channels"].text == told["process"].text
    assert told["channels"].text.startswith("企业登录云溪人社网上大厅")
    assert told["time_limit"].state == "found"
    assert [entry.text for entry in told["materials"].entries] == [
        "扩岗补助申请表",
        "劳动合同复印件",
        "毕业证书复印件",
    ]
    assert told["application_period"].text == "申领期限截至2031年12月31日。"
    assert [entry.text for entry in told["phone"].entries] == ["0799-8632011"]


def test_rules_whose_papers_stand_behind_the_way_of_applying() -> None:
    told = only(ARTICLES)
    assert "登录“云溪人才网”申请" in told["channels"].text
    assert [entry.text for entry in told["materials"].entries] == ["申请表", "劳动合同", "学历证书"]
    assert told["standard"].text == "博士每月2000元，硕士每月1000元，最长补贴36个月。"


def test_a_piece_of_news() -> None:
    told = only(NEWS)
    assert "可享受成交价15%的补贴" in told["standard"].text
    assert "登录“云溪换新”小程序" in told["channels"].text
    assert [entry.text for entry in told["phone"].entries] == ["0799-12345"]


def test_a_notice_that_gives_nothing_has_no_items() -> None:
    assert not extract(
        read_text(
            "关于召开座谈会的通知\n各企业：\n定于3月1日召开座谈会，请准时参加。\n联系电话：0799-8632011。"
        )
    ).items
