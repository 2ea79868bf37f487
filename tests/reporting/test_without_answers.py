"""Why a policy was published without 简明问答 reaches the office: in the package, the letter and on its page."""

import html

from sqlalchemy import select

from redemption.documents.models import Document
from redemption.identity.rules import Role
from redemption.reporting import assembly, service
from redemption.reporting.models import Duty, Report
from redemption.reporting.rules import ReportState
from tests.factories import make_policy


def test_the_office_reads_the_reason(session, world, browser_of):
    policy = make_policy(session, world)
    service.open_report_duty(session, policy.id, policy.current_version_id)
    session.flush()
    report = session.scalars(select(Report)).one()
    gathered = assembly.gather(session, report.id)
    assert gathered.content["policy"]["without_answers"] == "测试中不写"
    letter = session.get_one(Document, report.document_id)
    assert letter.data["without_answers"] == "测试中不写"
    report.state = ReportState.READY.value
    session.flush()
    maker = world.actor(Role.POLICY_MAKER, department="QC-JX")
    service.send_report(session, maker, report.id)
    session.flush()
    duty = session.get_one(Duty, report.duty_id)
    page = browser_of("gongkai").get(f"/office/reports/{duty.number}/{report.no}").get_data(as_text=True)
    assert "暂无。测试中不写" in html.unescape(page)
