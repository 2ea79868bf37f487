"""What can be done with submissions (申报单) and their applications (申报件): one verb a module.

A draft:      start · add_item · remove_item · save_common · save_item · adopt_version · add_material ·
              remove_material · discard
Handing in:   submit (online) · enter_paper (window) · make_computed (免申即享)
A case:       move (the only place where a status changes) · ask_correction · save_answer · answer_correction ·
              add_correction_material · withdraw · raise_objection
Time:         sweeping.* (periodic jobs)
The account:  open_account · change_account

Every verb takes the Session and the acting person first, never commits, and answers "not found" for what is somebody
else's. Numbers (`110108-261122-000457-38`) name submissions, with a place behind (`-01`) applications.
"""

from redemption.applications.service.access import must_be_draft
from redemption.applications.service.accounts import change_account, open_account
from redemption.applications.service.computing import make_computed
from redemption.applications.service.confirming import confirm_receipt
from redemption.applications.service.correcting import (
    answer_correction,
    ask_correction,
    save_answer,
)
from redemption.applications.service.materials import (
    Limits,
    NewFile,
    add_correction_material,
    add_material,
    note_scan,
    remove_correction_material,
    remove_material,
)
from redemption.applications.service.moving import move, recompute
from redemption.applications.service.objecting import raise_objection
from redemption.applications.service.paper import PaperEntry, enter_paper, missing_entries
from redemption.applications.service.reusing import reusable, reuse_material
from redemption.applications.service.saving import adopt_version, save_common, save_item
from redemption.applications.service.starting import add_item, discard, offers_of, remove_item, start
from redemption.applications.service.submitting import problems, submit
from redemption.applications.service.withdrawing import withdraw

__all__ = [
    "Limits",
    "NewFile",
    "PaperEntry",
    "add_correction_material",
    "add_item",
    "add_material",
    "adopt_version",
    "answer_correction",
    "ask_correction",
    "change_account",
    "confirm_receipt",
    "discard",
    "enter_paper",
    "make_computed",
    "missing_entries",
    "move",
    "must_be_draft",
    "note_scan",
    "offers_of",
    "open_account",
    "problems",
    "raise_objection",
    "recompute",
    "remove_correction_material",
    "remove_item",
    "remove_material",
    "reusable",
    "reuse_material",
    "save_answer",
    "save_common",
    "save_item",
    "start",
    "submit",
    "withdraw",
]
