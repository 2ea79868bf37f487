"""A draft as a list of tasks: what is done, what is still to be filled in, and on which page."""

from redemption.applications import forms, service
from redemption.applications.queries import Sheet
from redemption.applications.views import posted


def page_of(sheet: Sheet, name: str) -> str:
    """The page on which a problem is mended."""
    base = f"/apply/{sheet.submission.number}"
    part, _, rest = name.partition(".")
    match part:
        case "enterprise":
            return f"{base}/enterprise#f-{rest}"
        case "items":
            place, _, field = rest.partition(".")
            return f"{base}/items/{place}#f-{posted.PREFIX}{field}"
        case "materials":
            place, _, key = rest.partition(".")
            return f"{base}/materials#f-file-{place}-{key}"
        case "declarations":
            return f"#f-{name}"
        case _:
            return base


def tasks_of(sheet: Sheet) -> list[tuple[str, str, str, str]]:
    """(name, link, state, hint) of each subject, for `lists.tasks`."""
    base = f"/apply/{sheet.submission.number}"
    wrong = service.problems(sheet)

    def state(start: str, begun: bool) -> tuple[str, str]:
        mine = [name for name in wrong if name.startswith(start)]
        if not mine:
            return "done", ""
        return ("in_progress" if begun else "not_started"), f"还有 {len(mine)} 处需要填写" if begun else ""

    made: list[tuple[str, str, str, str]] = []
    made.append(
        (
            "企业信息和收款账户" if sheet.pays_money else "企业信息",
            f"{base}/enterprise",
            *state("enterprise.", True),
        )
    )
    for line in sheet.lines:
        if forms.fields_of(line.version.form):
            begun = bool(line.application.data or line.application.typed)
            made.append(
                (
                    f"申报内容：{line.version.name}",
                    f"{base}/items/{line.place}",
                    *state(f"items.{line.place}.", begun),
                )
            )
    if sheet.needs():
        made.append(("申报材料", f"{base}/materials", *state("materials.", bool(sheet.materials))))
    ready = not wrong
    made.append(
        (
            "核对并提交",
            f"{base}/check",
            "todo" if ready else "blocked",
            "" if ready else "前面各项填好后再提交",
        )
    )
    return made
