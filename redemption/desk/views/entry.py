"""/desk/new: a paper case on one page, keyboard only, with or without JavaScript.

Every button sends the whole page; what was typed comes back with what was found. Enter in any box looks for what was
typed, it never hands in: the first button of the form is "find".
"""

from contextlib import ExitStack
from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.applications import enterprise_part, scanning
from redemption.applications.forms import fields_of
from redemption.applications.needs import entries_of
from redemption.applications.rules import Scan as VirusScan
from redemption.applications.service import PaperEntry
from redemption.applications.service.materials import Limits, NewFile
from redemption.applications.views import posted
from redemption.catalogue.models import Item, ItemVersion
from redemption.desk import queries, scans, service
from redemption.desk.rules import CHECKS, RELATIONS
from redemption.desk.typed import Typed, numbered
from redemption.identity import profile
from redemption.identity import queries as identity
from redemption.identity import service as identity_service
from redemption.identity.models import Enterprise
from redemption.kernel import uscc
from redemption.kernel.errors import DomainError
from redemption.web.access import actor, allow
from redemption.web.files import read_upload
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import box, db, settings, signer, storage

blueprint = Blueprint("desk-entry", __name__)

LABELS = {
    "new.uscc": "统一社会信用代码",
    "new.name": "企业名称",
    "new.phone": "联系电话",
    "new.legal_representative": "法定代表人",
    "counter.name": "到场办理人姓名",
    "counter.phone": "到场办理人手机号",
    "id_number": "身份证号码",
    "received_at": "收到材料的时间",
    "earlier_reason": "补录原因",
}
COMMON = ("contact_name", "contact_phone", "address", "account_name", "bank_name", "bank_account")


@blueprint.get("/desk/new")
@allow("clerk")
def new() -> Answer:
    """An empty page; `?uscc=` and `?item=` fill the first two steps (from a package or an item's page)."""
    typed = Typed.begin()
    known = identity.enterprise_by_uscc(db(), request.args.get("uscc", ""))
    typed.enterprise_id = known.id if known else None
    typed.codes = [code for code in request.args.getlist("item") if code]
    return _page(typed, empty_form())


@blueprint.post("/desk/new")
@allow("clerk")
def step() -> Answer:
    """One step: find, pick, add, drop, a row more, or hand in."""
    typed, form = Typed.read(request.form), empty_form()
    verb, _, about = typed.step.partition(":")
    if verb == "pick":
        found = db().get(Enterprise, numbered(about) or 0)
        typed.enterprise_id = found.id if found else None
    elif verb == "change_enterprise":
        _forget_enterprise(typed)
    elif verb == "create_enterprise":
        _create(typed, form)
    elif verb == "add" and about and about not in typed.codes:
        typed.codes.append(about)
        typed.values["item_text"] = ""
    elif verb == "drop":
        typed.codes = [code for code in typed.codes if code != about]
    elif verb == "row":
        typed.values[f"{about}.{_rows_of(typed, about)}._"] = ""
    elif verb == "unfile":
        typed.files = [note for note in typed.files if note != about]
    elif verb in {"submit", "submit_missing"}:
        return _hand_in(typed, form, allow_missing=verb == "submit_missing")
    return _page(typed, form, status=200 if form.ok else 422)


def _forget_enterprise(typed: Typed) -> None:
    """Another enterprise has another contact and another account."""
    typed.enterprise_id = None
    for name in [name for name in typed.values if name.startswith("common.")]:
        del typed.values[name]


def _create(typed: Typed, form: Form) -> None:
    """An enterprise that nobody entered before, on the spot."""
    place = typed.text("new.jurisdiction")
    with form.catching():
        try:
            made = identity_service.create_enterprise(
                db(),
                actor(),
                code=typed.text("new.uscc"),
                name=typed.text("new.name"),
                jurisdiction_id=numbered(place),
                legal_representative=typed.text("new.legal_representative"),
                contact_phone=typed.text("new.phone"),
            )
            typed.enterprise_id = made.id
        except DomainError as error:
            error.fields = {f"new.{name}": said for name, said in error.fields.items()}
            raise


def _rows_of(typed: Typed, about: str) -> int:
    _, code, table = [*about.split(".", 2), "", ""][:3]
    return len(typed.rows(code, {"name": table}))


def _hand_in(typed: Typed, form: Form, *, allow_missing: bool) -> Answer:
    if typed.enterprise_id is None:
        form.add("enterprise_text", "请先找到或登记申报主体。")
    if not typed.codes:
        form.add("item_text", "请选择要申报的事项。")
    number = ""
    if form.ok:
        # what a refusal leaves half done goes back, so that the page can be made again
        with form.catching(), db().begin_nested(), ExitStack() as streams:
            entry = _entry(typed, streams, allow_missing=allow_missing)
            number = service.enter(db(), actor(), entry, **_parts(entry)).number
    if not form.ok or not number:
        return _page(typed, form, status=422)
    flash("已收件。请打印凭条交给办理人。", "success")
    return redirect(f"/desk/cases/{number}?entered=1", 303)


def _entry(typed: Typed, streams: ExitStack, *, allow_missing: bool) -> PaperEntry:
    assert typed.enterprise_id is not None
    chosen = queries.chosen(db(), typed.codes)
    files: dict[str, dict[str, list[NewFile]]] = {}
    for _, scan in scans.opened(typed.files, actor(), signer()):
        if scan.code in typed.codes and storage().exists(scan.sha256):
            stream = streams.enter_context(storage().open(scan.sha256))
            made = NewFile(stream, scan.name, scan.media_type, VirusScan(scan.scan))
            files.setdefault(scan.code, {}).setdefault(scan.entry, []).append(made)
    counter = typed.below("counter")
    counter["mandate_seen"] = counter.get("mandate_seen") == "1"
    return PaperEntry(
        enterprise_id=typed.enterprise_id,
        codes=typed.codes,
        received_at=typed.received_at(),
        earlier_reason=typed.text("earlier_reason"),
        common={name: typed.text(f"common.{name}") for name in COMMON if f"common.{name}" in typed.values},
        items={item.code: typed.of_item(item.code, version.form) for item, version, _ in chosen},
        checklist={code: typed.below(f"checklist.{code}") for code in typed.codes},
        counter={
            name: counter[name] for name in ("name", "phone", "relation", "mandate_seen") if name in counter
        },
        id_number=typed.text("id_number").upper(),
        client_key=typed.text("client_key") or None,
        allow_missing=allow_missing,
        **({"files": files} if files else {}),
    )


def _parts(entry: PaperEntry) -> dict[str, Any]:
    parts: dict[str, Any] = {"box": box()}
    if getattr(entry, "files", None):
        limits = Limits(settings().file_limit, settings().application_limit)
        parts |= {"storage": storage(), "limits": limits}
    return parts


# --- the page --------------------------------------------------------------------------------------------


def _page(typed: Typed, form: Form, status: int = 200) -> Answer:
    enterprise = db().get(Enterprise, typed.enterprise_id) if typed.enterprise_id else None
    if enterprise:
        # what is known fills boxes that were not on the page yet; an emptied one stays empty
        for name, value in enterprise_part.prefilled(enterprise).items():
            typed.values.setdefault(f"common.{name}", value)
    typed.values.setdefault("counter.relation", "employee")
    searched = typed.text("enterprise_text")
    found = identity.find_enterprises(db(), searched, 8) if searched and enterprise is None else []
    fault = None
    if enterprise is None and searched and not found:
        fault = _uscc_fault(searched)
        if uscc.is_uscc(searched):
            typed.values.setdefault("new.uscc", uscc.normalise(searched))
        elif fault is None:
            typed.values.setdefault("new.name", searched)
    chosen = queries.chosen(db(), typed.codes)
    sought = typed.text("item_text")
    return render(
        "desk/new.html",
        status=status,
        typed=typed,
        form=form,
        enterprise=enterprise,
        account=profile.masked_account(enterprise, box()) if enterprise else "",
        found=found,
        fault=fault,
        place_options=_places() if enterprise is None and searched and not found else [],
        chosen=[
            {
                "item": item,
                "version": version,
                "department": department,
                "fields": fields_of(version.form),
                "entries": entries_of(version.fields),
            }
            for item, version, department in chosen
        ],
        offers=[row for row in queries.items(db(), sought) if row.code not in typed.codes] if sought else [],
        pays=any(version.payment_days is not None for _, version, _ in chosen),
        scans=[(note, scan) for note, scan in scans.opened(typed.files, actor(), signer())],
        labels=_labels(chosen),
        checks=list(CHECKS.items()),
        relations=list(RELATIONS.items()),
        focus=_focus(typed, form, enterprise, found),
    )


def _labels(chosen: list[tuple[Item, ItemVersion, str]]) -> dict[str, str]:
    """What each box is called, for the summary of errors."""
    labels = dict(LABELS) | {f"common.{name}": label for name, label in enterprise_part.LABELS.items()}
    for item, version, _ in chosen:
        boxes = posted.labels(version.form)
        labels |= {
            f"items.{item.code}.{name.removeprefix(posted.PREFIX)}": said for name, said in boxes.items()
        }
    return labels


def _uscc_fault(searched: str) -> str | None:
    """The rule that a code breaks; nothing for what is plainly a name."""
    plain = uscc.normalise(searched)
    if not (plain.isascii() and any(char.isdigit() for char in plain) and len(plain) >= 6):
        return None
    fault = uscc.fault_of(plain)
    return fault.message if fault else None


def _focus(typed: Typed, form: Form, enterprise: Enterprise | None, found: list[Enterprise]) -> str:
    """Where the cursor goes after a step, so that hands stay on the keyboard."""
    if not form.ok:
        return "errors"
    if enterprise is None:
        return "pick" if found else ("new" if typed.text("enterprise_text") else "enterprise")
    if typed.text("item_text"):
        return "add"
    if not typed.codes:
        return "item"
    verb, _, about = typed.step.partition(":")
    return f"form:{about}" if verb == "add" else ("item" if verb == "pick" else "")


@blueprint.post("/desk/scans/<code>/<entry>")
@allow("clerk")
def scan(code: str, entry: str) -> Any:
    """One file from the scanner or camera for one entry of the list; answers its signed note."""
    chosen = queries.chosen(db(), [code])
    if not chosen or all(listed.key != entry for listed in entries_of(chosen[0][1].fields)):
        return {"detail": "材料清单里没有这一项，请刷新页面后再上传。"}, 404
    upload = read_upload(request.files.get("file") or _no_file(), settings().file_limit)
    said = scanning.scan(settings().clamd, upload.stream)
    if said is VirusScan.INFECTED:
        return {"detail": f"“{upload.name}”中发现病毒，没有接收。请更换文件。"}, 422
    stored = storage().put(upload.stream, settings().file_limit)
    note = scans.seal(
        scans.Scan(
            code,
            entry,
            upload.name,
            upload.media_type,
            stored.size,
            stored.sha256,
            actor().person_id,
            said.value,
        ),
        signer(),
    )
    return {"id": note, "name": upload.name, "size": stored.size}, 201


def _no_file() -> Any:
    from werkzeug.datastructures import FileStorage

    return FileStorage()


def _places() -> list[tuple[str, str]]:
    return [(str(place.id), place.name) for place in identity.jurisdictions(db()) if place.level != "street"]
