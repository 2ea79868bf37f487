"""Duties and reports: opening, fulfilling, sending, signing, returning, exempting.

Every verb takes a Session and the acting person, adds to the caller's transaction, and never commits.
"""

from redemption.reporting.service.duties import (
    SYSTEM,
    close,
    close_others,
    exempt,
    fulfil,
    fulfil_by_hand,
    fulfil_subject,
    note,
    open_duty,
    reschedule,
    tell_department,
)
from redemption.reporting.service.handover import parcel_of, queue_forgotten, redrive
from redemption.reporting.service.reports import (
    assemble_again,
    open_report_duty,
    return_report,
    send_report,
    sign,
    supplement,
)
from redemption.reporting.service.schedule import set_steps, steps_now

__all__ = [
    "SYSTEM",
    "assemble_again",
    "close",
    "close_others",
    "exempt",
    "fulfil",
    "fulfil_by_hand",
    "fulfil_subject",
    "note",
    "open_duty",
    "open_report_duty",
    "parcel_of",
    "queue_forgotten",
    "redrive",
    "reschedule",
    "return_report",
    "send_report",
    "set_steps",
    "sign",
    "steps_now",
    "supplement",
    "tell_department",
]
