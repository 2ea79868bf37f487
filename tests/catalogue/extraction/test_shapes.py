"""Shapes of documents: how the page, the list or the author arranged what the extractor has to find."""

from redemption.catalogue.extraction import Item, extract
from redemption.policies.reading import read, read_text


def _items(text: str) -> list[Item]:
    return extract(read_text(text)).items


def test_an_infographic() -> None:
    text = (
        "一图读懂丨《云港区支持文旅企业办法》\n点击上方蓝字关注我们\n★ 支持对象 ★\n在本区注册的文旅企业\n★ 基本条件 ★\n√ 信用状况良好\n"
        "√ 财务制度健全\n★ 支持内容 ★\n01\n民宿改造补贴\n改造投入50万元以上\n→ 按投入的20%给予补贴\n最高不超过60万元\n"
        "02\n演艺活动奖励\n全年演出100场以上\n→ 给予30万元一次性奖励\n★ 怎么申报 ★\n登录云港企业服务平台（https://qy.yungang.gov.cn）在线填报\n"
        "★ 需要带什么 ★\n申请表｜营业执照｜合同及发票\n★ 咨询电话 ★\n区文旅局：0555-2345678\n往期推荐\n● 周末去哪儿"
    )
    items = _items(text)
    assert [item.name for item in items] == ["民宿改造补贴", "演艺活动奖励"]
    for item in items:
        assert item["target"].text == "在本区注册的文旅企业"
        assert [entry.text for entry in item["materials"].entries] == ["申请表", "营业执照", "合同及发票"]
        assert item["phone"].entries[0].text == "0555-2345678"
    assert "改造投入50万元以上" in items[0]["conditions"].text
    assert "信用状况良好" in items[0]["conditions"].text
    assert items[1]["standard"].text == "给予30万元一次性奖励"


def test_a_list_whose_rows_only_codes_tell_apart() -> None:
    text = (
        "政策名称\n政策编号\n政策内容\n录入时间\n首台套奖励\nHZ-0001\n对新认定首台套产品的企业，给予50万元奖励。\n2021-03-04 10:00:00\n"
        "上云补贴\nHZ-0002\n对购买云服务的企业，按费用的30%给予补贴。\n单家最高10万元。\n2021-03-05 11:20:00\n"
        "工业设计奖励\nHZ-0003\n对获得金奖的单位，给予20万元奖励。\n2021-03-08 09:12:00"
    )
    items = _items(text)
    assert [item.name for item in items] == ["首台套奖励", "上云补贴", "工业设计奖励"]
    assert items[1]["standard"].text == "按费用的30%给予补贴。\n单家最高10万元。"
    assert items[1]["target"].text == "购买云服务的企业"


def test_articles_below_numbered_headings_out_of_a_pdf() -> None:
    text = (
        "关于支持重点产业的实施意见\n一、奖励范围\n（一）投资奖励\n第 1 条 对新上工业项目的企业，固定资产投资在三千万元以上的，按照实际投资 额的3%给予奖励，用于企业研发和基础 设施建设。\n"
        "第 2 条 投资额在一亿元以上的重大项目，在第1条基础上由县政府会同有关部 门实行一事一议，具体办法由县商务局另行商定后报请 批准。\n（二）鼓励做大做强\n"
        "第 9 条 鼓励企业上市。对在主板上市的企业，分阶段给予三百万元奖励，对首次公开发行股票并在境内证券交 易所上市的企业另行给予 奖励。\n"
        "第 1 0 条 鼓励企业入统。对新增纳入统计范围的企业，给予20万元奖励，分三年等额拨付，企业应当承诺三 年内不得退出统计 范围。\n"
        "二、政策兑现\n第 1 1 条 经领导小组办公室对企业提供的材料审核后，报县政府批准，由县财政局在两年内 予以兑现奖励资金，企业应当如实提供 材料。"
    )
    items = _items(text)
    assert [item.name for item in items] == ["投资奖励", "鼓励企业上市", "鼓励企业入统"]
    assert "审核后" in items[0]["process"].text
    assert "固定资产投资在三千万元以上" in items[0]["conditions"].text


def test_paragraphs_below_headings_without_numbers() -> None:
    text = (
        "首页\n园区介绍\n新闻动态\n关于我们\n租金优惠政策\n在园区注册的企业，租用厂房的，前两年租金全额补贴。\n资金扶持政策\n"
        "对获得创业投资的园区企业，按投资额的3%给予最高30万元奖励\n对通过银行借款的企业，给予50%的贴息，期限不超过一年。\n"
        "兑现说明\n政策的实施范围为在园区注册并纳税的企业。企业向园区管委会提出申请，管委会组织审核后予以兑现。"
    )
    items = _items(text)
    assert len(items) == 3
    for item in items:
        assert "提出申请" in item["process"].text
    assert "在园区注册并纳税的企业" in items[1]["conditions"].text


def test_labels_above_each_other_with_their_contents_below() -> None:
    text = (
        "服务名称\n人才安家补贴\n申请条件\n支持标准\n申请材料\n1.签订三年以上劳动合同；\n2.在本市无自有住房。\n"
        "博士每人10万元；硕士每人5万元。\n一、申请表\n二、劳动合同复印件"
    )
    (item,) = _items(text)
    assert item["conditions"].text.startswith("签订三年以上")
    assert item["standard"].text == "博士每人10万元；硕士每人5万元。"
    assert [entry.text for entry in item["materials"].entries] == ["申请表", "劳动合同复印件"]


def test_a_booklet_with_page_heads_and_what_holds_for_all_at_its_end() -> None:
    page = "云港区兑现事项办事指南\n- {n} -\n"
    item = (
        "事项{cn} {name}\n【主管部门】\n区商务局\n【申报对象】\n在本区注册的商贸企业\n【申报条件】\n{condition}\n【奖励标准】\n{sum}\n"
        "【申报时间】\n{period}\n"
    )
    text = (
        "云港区兑现事项办事指南（2023年版）\n"
        + page.format(n=1)
        + item.format(cn="一", name="首店奖励", condition="首次开店", sum="每家20万元。", period="常年受理")
        + page.format(n=2)
        + item.format(
            cn="二",
            name="上限入库奖励",
            condition="详见《云港区商贸办法》第三条",
            sum="每家10万元。",
            period="免申即享",
        )
        + page.format(n=3)
        + "通用说明\n一、申报方式：企业登录云港政策平台（https://zc.yungang.gov.cn）填报。\n二、专窗地址：云港市海棠路8号政务中心2楼6号窗口"
    )
    first, second = _items(text)
    assert (first.name, second.name) == ("首店奖励", "上限入库奖励")
    assert first["target"].text == second["target"].text == "在本区注册的商贸企业"
    assert first["onsite_address"].entries
    assert "登录" in first["channels"].text
    assert second["conditions"].state == "external"
    assert second["channels"].state == "missing"  # nobody applies


def test_sections_whose_parts_name_their_items() -> None:
    text = (
        "云港区上市奖励实施细则\n第一章 总则\n第一条 为支持上市，制定本细则。\n第二章 奖励标准\n第二条 境内上市奖励。对在境内上市的企业，给予300万元奖励。\n"
        "第三条 挂牌奖励。对在新三板挂牌的企业，给予50万元奖励。\n第三章 申报与拨付\n第四条 申请企业须提交以下材料：\n（一）申请表；\n（二）承诺书。\n"
        "第五条 除上述材料外，还应分别提交：\n（一）申请第二条奖励的，提供上市批复；\n（二）申请第三条奖励的，提供挂牌函件。\n"
        "第六条 企业应于事项完成后6个月内向区金融局（云港市海棠路8号612室）提出申请。"
    )
    listed, quoted = _items(text)
    papers = [entry.text for entry in listed["materials"].entries]
    assert any("上市批复" in paper for paper in papers)
    assert not any("挂牌函件" in paper for paper in papers)
    assert {"申请表", "承诺书"} <= set(papers)
    assert "6个月内" in quoted["application_period"].text
    assert "612室" in quoted["onsite_address"].entries[0].text


def test_common_papers_and_telephones_by_project() -> None:
    project = "专题{cn}  {name}\n（一）支持对象\n{who}\n（二）支持标准\n每家{sum}万元。\n（三）专项材料\n1、{paper}；\n"
    text = (
        "云港区知识产权资金申报指南\n一、申报单位基本要求\n1、在本区注册；\n二、专题设置\n"
        + project.format(cn="一", name="质量奖励", who="获得质量奖的组织", sum=20, paper="获奖证书")
        + project.format(cn="二", name="标准奖励", who="主导制定标准的企业", sum=10, paper="标准文本")
        + "三、通用申报材料\n1、申请表；\n2、信用承诺书。\n四、咨询电话\n专题一：0555-1112222\n专题二：0555-3334444"
    )
    first, second = _items(text)
    assert [entry.text for entry in first["materials"].entries] == ["获奖证书", "申请表", "信用承诺书"]
    assert [entry.text for entry in second["phone"].entries] == ["0555-3334444"]
    assert "在本区注册" in second["conditions"].text


def test_telephones_with_a_remark_on_what_they_are_for() -> None:
    text = (
        "关于落实稳岗政策的通知\n一、关于扩岗补助\n（一）发放对象。招用毕业生的企业。\n（二）补助标准。每人1500元。\n"
        "二、关于吸纳就业补贴\n（一）补贴对象和条件。小微企业吸纳失业人员并缴费的；企业招用毕业生并签订合同的。\n（二）补贴标准。每人1000元。\n"
        "三、工作要求\n联系电话：市失业保险中心0555-6661111（扩岗补助），市就业中心0555-6662222（吸纳就业补贴）"
    )
    first, second = _items(text)
    assert [entry.text for entry in first["phone"].entries] == ["0555-6661111"]
    assert [entry.text for entry in second["phone"].entries] == ["0555-6662222"]
    assert second["target"].text == "小微企业\n企业"


def test_grades_of_one_title_are_one_item() -> None:
    text = (
        "关于建立企业“首席质量官”制度的意见\n一、遴选对象\n从规上企业在职人员中选聘。\n二、遴选条件\n1.具有五年以上从业经验。\n2.工作业绩突出。\n"
        "三、遴选程序\n按照单位推荐、街道审核的程序选聘。\n四、激励保障\n（一）被评定为三星级“首席质量官”的，给予每人每年3000元奖励。\n"
        "（二）被评定为二星级“首席质量官”的，给予每人每年2000元奖励。\n（三）被评定为一星级“首席质量官”的，给予每人每年1000元奖励。"
    )
    (item,) = _items(text)
    assert "3000元" in item["standard"].text
    assert "1000元" in item["standard"].text


def test_a_part_with_the_name_of_another_benefit_is_an_item() -> None:
    text = (
        "加快重点产业发展的意见\n一、支持内容\n（一）设备投资支持。\n1.设备投资1000万元以上的企业，按投资额的5%给予支持。\n"
        "2.特别重大的项目，在享受第1款支持基础上，实行“一事一议”。\n3.绩效奖励。对投产后的企业，按其贡献的50%给予奖励。\n"
        "（二）品牌建设补助。对获得驰名商标的企业，给予50万元补助。"
    )
    assert [item.name for item in _items(text)] == ["设备投资支持", "绩效奖励", "品牌建设补助"]


def test_a_text_whose_line_ends_were_lost_but_not_its_indents() -> None:
    text = (
        "【导语】：企业应在2022年12月31日前提出申请。　　2022年吸纳就业补贴　　1、补贴对象　　注册地在云港市的中小微企业。　　2、补贴条件　　同时符合以下条件：　　"
        "⑴新招用毕业生；　　⑵签订劳动合同。　　3、补贴标准　　每人一次性1500元。　　4、申报时间　　符合条件的企业应在2022年12月31日前提出申请。"
    )
    (item,) = _items(text)
    assert item["target"].text == "注册地在云港市的中小微企业。"
    assert item["standard"].text == "每人一次性1500元。"
    assert "签订劳动合同" in item["conditions"].text


def test_questions_about_two_things_and_what_is_not_paid() -> None:
    text = (
        "云港市租房补贴政策问答\n1.问：哪些人可以申请？\n答：在云港企业就业的硕士。\n2.问：需要什么条件？\n答：签订一年以上合同。\n3.问：补贴标准是多少？\n答：每月1000元。\n"
        "4.问：多久能拿到钱？\n答：街道初审，区人社局复审后公示5天，无异议的拨付资金。自截止之日起40个工作日内完成。\n"
        "5.问：哪些情形不能享受？\n答：已购买住房的不予发放。\n6.问：政策依据是什么？执行到什么时候？\n答：《云港市人才办法》（云发〔2022〕18号），本政策执行至2025年12月31日。"
    )
    (item,) = _items(text)
    assert "已购买住房" in item["conditions"].text
    assert item["time_limit"].text == "自截止之日起40个工作日内完成。"
    assert item["process"].text.startswith("街道初审")
    assert item["legal_basis"].text == "《云港市人才办法》（云发〔2022〕18号）"


def test_advertising_between_the_sections_is_no_content() -> None:
    text = (
        "2024年云港区专精特新奖励申报通知\n政策咨询热线：0555-8888888 本公司专业代理项目申报\n一、申报对象\n新认定的专精特新企业。\n二、奖励标准\n每家20万元。\n"
        "【小贴士】企业还可以申报房租补贴，添加微信领取政策汇编。\n三、申报条件\n在本区注册。"
    )
    (item,) = _items(text)
    assert item["standard"].text == "每家20万元。"
    assert not item["phone"].entries


def test_a_list_with_merged_names_columns_for_two_fields_and_lines_for_all_rows() -> None:
    text = (
        "2022年云港区数字经济资金一览\n序号\t项目名称\t支持对象及条件\t支持标准\t申报材料\t联系人\t联系电话\n"
        "1\t数字车间奖励\t新认定的数字化车间企业\t一次性奖励30万元\t1.申请表；2.认定文件\t李老师\t0555-1112222\n"
        "2\t软件认证奖励\t首次通过认证的软件企业\t三级10万元，四级20万元\t1.申请表；2.认证证书\t王老师\t0555-3334444\n"
        "申报时间：2022年4月1日至4月30日。申报方式：登录云港企业平台 http://qy.yungang.gov.cn 在线提交。"
    )
    first, second = _items(text)
    assert first["target"].text == first["conditions"].text == "新认定的数字化车间企业"
    assert [entry.text for entry in second["phone"].entries] == ["0555-3334444"]
    for item in (first, second):
        assert item["application_period"].text.startswith("2022年4月1日")
        assert item["online_url"].entries[0].text == "http://qy.yungang.gov.cn"


def test_a_chapter_with_one_benefit_is_not_the_benefit() -> None:
    part = "第{n}节 {name}\n一、补贴对象\n{who}\n二、补贴标准\n{sum}\n"
    text = (
        "云港市就业补贴细则\n第一章 就业补贴\n"
        + part.format(n="一", name="岗位补贴", who="招用困难人员的单位。", sum="每人每月200元。")
        + part.format(n="二", name="社保补贴", who="为困难人员缴费的单位。", sum="按实际缴费补贴。")
        + "第二章 创业补贴\n"
        + part.format(n="三", name="一次性创业资助", who="初次创业的毕业生。", sum="10000元。")
        + "第三章 附则\n享受补贴的单位应当诚信经营。本细则自印发之日起施行。"
    )
    assert [item.name for item in _items(text)] == ["岗位补贴", "社保补贴", "一次性创业资助"]


def test_papers_listed_inside_the_procedure() -> None:
    text = (
        "关于做好稳岗返还工作的通告\n一、返还对象\n足额缴费的企业。\n二、返还标准\n按缴费的30%返还。\n三、办理流程\n（一）数据比对。（二）公示5个工作日。\n"
        "未列入名单的企业，可向市失业保险中心（海棠路100号6楼）提出申请，提交下列材料：\n1.返还申请表；\n2.银行账户信息。"
    )
    (item,) = _items(text)
    assert [entry.text for entry in item["materials"].entries] == ["返还申请表", "银行账户信息"]
    assert "海棠路100号" in item["onsite_address"].entries[0].text


def test_papers_numbered_without_anything_between() -> None:
    text = (
        "云港区贷款贴息\n支持对象\t科技型中小企业\n支持方式\t按利息的50%给予贴息\n申报材料\t1.贴息申请表2.贷款合同3.付息凭证4.营业执照\n"
        "受理方式\t窗口受理：区政务中心3楼15号窗口"
    )
    (item,) = _items(text)
    papers = [entry.text for entry in item["materials"].entries]
    assert papers == ["贴息申请表", "贷款合同", "付息凭证", "营业执照"]
    assert item["onsite_address"].entries[0].text == "区政务中心3楼15号窗口"


def test_a_table_with_a_category_beside_its_labels_and_a_printed_address() -> None:
    page = (
        "<html><body><table><tr><th rowspan=3>基本信息</th><td>事项名称</td><td colspan=3>研发投入补助</td></tr>"
        "<tr><td>主管部门</td><td>科技局</td><td>联系电话</td><td>0555-1112222</td></tr>"
        "<tr><td>兑现方式</td><td>即申即享</td><td>办理时限</td><td>15个工作日</td></tr>"
        "<tr><th>支持对象</th><td colspan=4>规模以上企业</td></tr><tr><th>支持标准</th><td colspan=4>最高200万元</td></tr>"
        "<tr><th>申报网址</th><td colspan=4><a href='https://zc.yungang.gov.cn'>https://zc.yungang.gov.cn</a></td></tr></table></body></html>"
    )
    (item,) = extract(read(page.encode(), "page.html")).items
    assert item["time_limit"].text == "15个工作日"
    assert item["online_url"].entries[0].text == "https://zc.yungang.gov.cn"
    assert "即申即享" not in item["channels"].text


def test_what_is_built_is_not_who_applies() -> None:
    text = (
        "关于服务业资金申报的通知\n一、支持重点\n（一）物流项目。支持智慧物流园区建设，总投资不低于3000万元的，按投资的10%给予补助。\n"
        "（二）品牌奖励。对新获名牌的企业，一次性奖励20万元。\n二、申报程序\n"
        "项目单位向所在县发改局提出申请，县发改局会同财政局初审后，于5月10日前联合行文上报市发展改革委。"
    )
    first, second = _items(text)
    assert first["target"].state == "missing"
    assert second["target"].text == "新获名牌的企业"
    assert "5月10日" in first["application_period"].text
