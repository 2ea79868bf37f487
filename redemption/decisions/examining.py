"""Working on a case inside one department: the check list of materials, notes among colleagues, phrases.

None of it leaves the department; what is lacking becomes a correction only when an officer sends one.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.applications import queries as applications
from redemption.applications.models import Application
from redemption.applications.needs import entries_of
from redemption.catalogue.models import ItemVersion
from redemption.decisions import queries
from redemption.decisions.models import CaseNote, MaterialCheck, Phrase
from redemption.decisions.service import must_decide
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import Invalid
from redemption.messages.service import tell

VERDICTS = {"ok": "符合", "lacking": "不符合"}
PHRASES = (
    "文件不清晰，请重新扫描后上传彩色原件。",
    "缺少公章或法定代表人签字，请补盖、补签后上传。",
    "与申报表填写的内容不一致，请核对后更正。",
    "材料已过有效期，请提供在有效期内的版本。",
    "缺少关键页，请上传完整文件。",
)
"""For departments that have not written any of their own."""
MOST_PHRASES = 50


def check_materials(
    session: Session, actor: Actor, application: Application, found: Mapping[str, tuple[str, str]]
) -> int:
    """Keep what an officer found of the lines of the list: entry → (verdict, note); returns how many are kept.

    Raises:
        NotFound: not the deciding department. Invalid: a line that is lacking without saying what.
    """
    must_decide(actor, application)
    version = session.get_one(ItemVersion, application.item_version_id)
    known = {entry.key: entry.text for entry in entries_of(version.fields)}
    fields: dict[str, list[str]] = {}
    rows = []
    round_ = answered_rounds(session, application.id)
    for entry, (verdict, note) in found.items():
        if entry not in known or verdict not in VERDICTS:
            continue
        if verdict == "lacking" and not note.strip():
            fields[f"note.{entry}"] = [f"“{known[entry]}”不符合的，请写明需要怎样补正。"]
        rows.append(
            {
                "application_id": application.id,
                "entry": entry,
                "verdict": verdict,
                "note": note.strip()[:1000] if verdict == "lacking" else "",
                "person_id": actor.person_id,
                "person_name": actor.name,
                "at": clock.now(),
                "round": round_,
            }
        )
    if fields:
        raise Invalid("请写明不符合的材料需要怎样补正。", fields=fields)
    if not rows:
        raise Invalid.field("checks", "请至少选择一项材料的核对结果。")
    statement = insert(MaterialCheck).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["application_id", "entry"],
            set_={
                name: statement.excluded[name]
                for name in ("verdict", "note", "person_id", "person_name", "at", "round")
            },
        )
    )
    audit.record(
        session,
        f"application:{application.id}",
        actor.ref,
        "check_materials",
        {str(row["entry"]): row["verdict"] for row in rows},
    )
    return len(rows)


def answered_rounds(session: Session, application_id: int) -> int:
    """How many corrections the enterprise has answered."""
    return sum(row.answered_at is not None for row in applications.corrections(session, application_id))


def checks_of(session: Session, application_id: int) -> dict[str, MaterialCheck]:
    """Entry → what was found of it last."""
    rows = session.scalars(select(MaterialCheck).where(MaterialCheck.application_id == application_id))
    return {row.entry: row for row in rows}


def write_note(
    session: Session, actor: Actor, application: Application, text: str, colleague: str = ""
) -> CaseNote:
    """Write to the colleagues about a case; with `colleague` (a login) one of them is asked and told.

    Raises:
        Invalid: nothing written, or no officer of this department.
    """
    if not text.strip() or len(text) > 4000:
        raise Invalid.field("text", "请写明意见，不超过 4000 字。")
    asked = None
    if colleague:
        asked = queries.colleague(session, actor.department_id or 0, colleague)
        if asked is None:
            raise Invalid.field("colleague", "请选择本部门的审批人员。")
    made = CaseNote(
        application_id=application.id,
        department_id=actor.department_id or 0,
        person_id=actor.person_id,
        person_name=actor.name,
        asked_person_id=asked[0] if asked else None,
        asked_name=asked[1] if asked else "",
        text=text.strip(),
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(session, f"application:{application.id}", actor.ref, "write_note", {"note": made.id})
    if asked:
        tell(
            session,
            template="colleague_asked",
            once=f"note:{made.id}",
            person_id=asked[0],
            data={"name": actor.name, "application_number": application.number, "text": made.text[:200]},
            link=f"/workbench/applications/{application.number}#notes",
        )
    return made


def notes_of(session: Session, application_id: int, department_id: int) -> list[CaseNote]:
    """What this department's people wrote; another department's notes are its own."""
    return list(
        session.scalars(
            select(CaseNote)
            .where(CaseNote.application_id == application_id, CaseNote.department_id == department_id)
            .order_by(CaseNote.id)
        )
    )


def phrases_of(session: Session, department_id: int) -> Sequence[str]:
    """A department's own phrases, else the built-in ones."""
    own = session.scalars(
        select(Phrase.text).where(Phrase.department_id == department_id).order_by(Phrase.position, Phrase.id)
    ).all()
    return own or PHRASES


def save_phrases(session: Session, actor: Actor, lines: Sequence[str]) -> int:
    """Replace the department's phrases; none at all brings the built-in ones back. Returns how many there are."""
    texts = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(texts) > MOST_PHRASES or any(len(text) > 200 for text in texts):
        raise Invalid.field("phrases", f"最多 {MOST_PHRASES} 条，每条不超过 200 字。")
    department_id = actor.department_id or 0
    session.execute(delete(Phrase).where(Phrase.department_id == department_id))
    session.add_all(
        [Phrase(department_id=department_id, text=text, position=at) for at, text in enumerate(texts)]
    )
    audit.record(session, f"department:{department_id}", actor.ref, "save_phrases", {"phrases": len(texts)})
    return len(texts)
