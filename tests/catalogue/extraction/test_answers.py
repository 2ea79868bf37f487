"""Questions and answers that name the benefit they ask about."""

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

ANSWERS = """云溪市残疾人就业补贴问答
1、残疾人岗位补贴标准是多少？
每人每月补贴600元。
2、残疾人灵活就业社保补贴标准是如何规定的？
按缴费基数的10%补贴。
3、残疾人灵活就业社保补贴的期限是多长？
补贴期限最长不超过3年。
4、领取失业金期间可否申领灵活就业社保补贴？
领取失业金期间的残疾人，不得同时申领灵活就业社保补贴。
"""


def test_questions_name_the_benefit_and_whether_one_may_have_it() -> None:
    post, flexible = extract(read_text(ANSWERS)).items
    assert post.name == "残疾人岗位补贴"
    assert post["standard"].text == "每人每月补贴600元。"
    assert flexible.name == "残疾人灵活就业社保补贴"
    assert "10%" in flexible["standard"].text
    assert "3年" in flexible["standard"].text
    assert flexible["conditions"].text.startswith("领取失业金期间")
