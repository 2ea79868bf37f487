"""The `redemption` command. Every command works with the embedded servers where no address is set."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from redemption import local
from redemption.config import Settings

VAR = Path(os.environ.get("REDEMPTION_VAR", "var"))


def ready() -> Settings:
    """Start what is needed on this machine and read the settings."""
    local.prepare(VAR)
    return Settings.from_environment()


@click.group()
@click.version_option(package_name="redemption")
def main() -> None:
    """惠企政策兑现“一窗”系统."""


@main.command()
@click.option("--port", default=8600, show_default=True, help="Port of the web pages, on 127.0.0.1.")
@click.option("--seed/--no-seed", default=True, help="Fill an empty database with demonstration data.")
@click.option("--department/--no-department", default=True, help="Start the demonstration department.")
def run(port: int, seed: bool, department: bool) -> None:
    """Everything on this machine: database, queue, web, workers, relay, schedule, a demonstration department."""
    from redemption.supervisor import run_all

    os.environ.setdefault("REDEMPTION_BASE_URL", f"http://127.0.0.1:{port}")
    os.environ.setdefault("REDEMPTION_LOG_LEVEL", "WARNING")
    sys.exit(run_all(ready(), port=port, seed=seed, department=department))


@main.command()
@click.option("--bind", default="127.0.0.1:8600", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
def web(bind: str, workers: int, threads: int) -> None:
    """The web process (gunicorn)."""
    ready()
    os.execvp(  # noqa: S606 - replaces this process
        sys.executable,
        [
            sys.executable, "-m", "gunicorn", "wsgi:application",
            "--bind", bind, "--workers", str(workers), "--threads", str(threads),
            "--worker-class", "gthread", "--timeout", "120", "--graceful-timeout", "20", "--keep-alive", "30",
            "--max-requests", "50000", "--max-requests-jitter", "5000", "--worker-tmp-dir", "/dev/shm",  # noqa: S108
            "--chdir", str(Path(__file__).resolve().parent.parent), "--log-level", "warning",
        ],
    )  # fmt: skip


@main.command()
@click.option("--queue", "queues", multiple=True, help="Queues to serve, in order; all by default.")
@click.option(
    "--max-jobs", default=20000, show_default=True, help="End after so many jobs (a supervisor restarts)."
)
def worker(queues: tuple[str, ...], max_jobs: int) -> None:
    """A worker process."""
    ready()
    _background("workers.main", "work")(queues, max_jobs)


@main.command()
def schedule() -> None:
    """The schedule: what runs when."""
    _background("workers.main", "keep_schedule")(ready())


@main.command()
def relay() -> None:
    """The relay: from the outbox to the queue."""
    _background("workers.main", "keep_relay")(ready())


def _background(module: str, name: str) -> Callable[..., Any]:
    """Workers stand above this package, so they are started by name, never imported."""
    import importlib

    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


@main.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    from redemption.kernel.db import Database
    from redemption.migrate import UnfitDatabase, current, upgrade

    database = Database(ready().database_url)
    try:
        upgrade(database)
    except UnfitDatabase as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"database at revision {current(database)}")
    database.dispose()


@main.command()
def seed() -> None:
    """Fill an empty database with demonstration data."""
    from redemption.seed import fill

    click.echo("filled" if fill(ready()) else "there are data already: nothing was changed")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--json/--text",
    "as_json",
    default=True,
    help="The draft items as JSON, or the plain text spans point into.",
)
def extract(file: Path, as_json: bool) -> None:
    """Draft items of a policy file."""
    from redemption.catalogue.extraction import command

    click.echo(command.run(str(file), as_json))


@main.group()
def calendar() -> None:
    """The workday calendar."""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", default="命令行导入")
@click.option("--confirm", is_flag=True, help="Apply although days differ from what is known.")
def calendar_import(file: Path, reason: str, confirm: bool) -> None:
    """Enter a year's schedule (JSON: year, days[{name, date, isOffDay}])."""
    from redemption.kernel import outbox
    from redemption.kernel.calendar import import_schedule
    from redemption.kernel.uow import unit_of_work

    try:
        data = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{file.name} is not JSON: {error}") from error
    with _opened(ready()) as database, unit_of_work(database) as session:
        preview = import_schedule(session, "system:command", data, reason, confirm=confirm)
        # a schedule may name days of the December before it
        first = f"{preview.year - 1}-12-01"
        outbox.publish(session, "calendar.changed", preview.year, first=first, year=preview.year)
    click.echo(f"{data['year']}: entered, {len(preview.differences)} days changed")


@main.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
def audit_verify() -> None:
    """Recompute every hash, head and anchor; exit status 1 when something does not add up."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from redemption.kernel.audit import verify
    from redemption.kernel.db import Database
    from redemption.kernel.uow import unit_of_work

    settings = ready()
    database = Database(settings.database_url)
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings.audit_key)).public_key()
    with unit_of_work(database) as session:
        result = verify(session, key)
    database.dispose()
    click.echo(f"{result.entries} entries in {result.chains} chains, {result.anchors} anchors")
    for fault in result.faults:
        click.echo(f"FAULT {fault.chain} #{fault.seq}: {fault.what}", err=True)
    sys.exit(1 if result.faults else 0)


@main.group()
def department() -> None:
    """Departments' systems."""


@department.command(
    "simulate",
    # --help too is the simulator's own
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def department_simulate(arguments: tuple[str, ...]) -> None:
    """A full department for tests, with faults by option (see --help of the simulator)."""
    os.execv(sys.executable, [sys.executable, "-m", "redemption.adapters.simulator", *arguments])  # noqa: S606


@main.group()
def registry() -> None:
    """Where enterprises' data are looked up."""


@registry.command(
    "simulate",
    # --help too is the simulator's own
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def registry_simulate(arguments: tuple[str, ...]) -> None:
    """A registry for tests, with delays and errors by option (see --help of the simulator)."""
    module = "redemption.adapters.simulator.registry"
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606


@main.group()
def adapter() -> None:
    """How departments are connected."""


@adapter.command("check")
@click.argument("code")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to a file as well."
)
def adapter_check(code: str, out: Path | None) -> None:
    """Run the contract test against a department's test address; exit status 1 when it does not pass."""
    from redemption.dispatch import commands
    from redemption.kernel.secrets import SecretBox
    from redemption.kernel.storage import open_storage

    settings = ready()
    with _opened(settings) as database:
        report = commands.check(
            database, SecretBox(settings.field_keys), open_storage(settings.storage), code
        )
    text = report.text(code)
    click.echo(text)
    if out is not None:
        out.write_text(text + "\n", "utf-8")
    sys.exit(0 if report.passed else 1)


@adapter.command("key")
@click.argument("code")
@click.option("--scheme", type=click.Choice(["v1", "v1sm3"]), default="v1", show_default=True)
def adapter_key(code: str, scheme: str) -> None:
    """A second signing key for a department; its secret is shown this once."""
    from redemption.dispatch import commands
    from redemption.kernel.secrets import SecretBox

    settings = ready()
    with _opened(settings) as database:
        click.echo(commands.rotate_key(database, SecretBox(settings.field_keys), code, scheme))


@main.group()
def referral() -> None:
    """Referrals on their way to departments."""


@referral.command("redrive")
@click.option("--application", default="", help="Number of one application.")
@click.option("--department", "code", default="", help="Code of a department.")
@click.option("--reason", default="", help="Only those whose last error contains this text.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Only those that were given up on this day or later."
)
@click.option("--all", "everything", is_flag=True, help="Every one that was given up.")
def referral_redrive(application: str, code: str, reason: str, since: Any, everything: bool) -> None:
    """Send what was given up once more."""
    from redemption.dispatch import commands

    with _opened(ready()) as database:
        count = commands.redrive(
            database,
            application=application,
            department=code,
            reason=reason,
            since=since.date() if since else None,
            everything=everything,
        )
    click.echo(f"{count} sent on their way again")


@main.group()
def policy() -> None:
    """Policy documents."""


@policy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--department", "code", required=True, help="Code of the lead department.")
@click.option("--published", type=click.DateTime(["%Y-%m-%d"]), help="The day it was made public.")
@click.option("--source-id", default=None, help="The same id again gives the same policy.")
def policy_import(file: Path, code: str, published: Any, source_id: str | None) -> None:
    """Take a policy file in as a draft with its draft items, for the department to review."""
    from redemption.catalogue import service as catalogue
    from redemption.identity import queries
    from redemption.identity.rules import Actor, Role
    from redemption.kernel.uow import unit_of_work

    with _opened(ready()) as database, unit_of_work(database) as session:
        place = queries.department(session, code)
        actor = Actor(
            0,
            "命令行",
            Role.POLICY_MAKER,
            place.name,
            department_id=place.id,
            jurisdiction_id=place.jurisdiction_id,
            system="command",
        )
        made = catalogue.take_in(
            session,
            actor,
            catalogue.read_file(file.read_bytes(), file.name),
            details={"publication_date": published.date() if published else None},
            source="imported",
            source_id=source_id,
            source_name=file.name,
        )
        count = len(_items(session, made.id))
        click.echo(f"{made.number}: draft with {count} items, see /editor/policies/{made.number}")


def _items(session: Any, policy_id: int) -> list[Any]:
    """The items a policy has now."""
    from redemption.catalogue.queries import items_of_policy

    return list(items_of_policy(session, policy_id))


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[Any]:
    """A database for one command; what a person can mend ends as one sentence, not as a traceback."""
    from redemption.kernel.db import Database
    from redemption.kernel.errors import DomainError
    from redemption.kernel.secrets import SecretUnreadable

    database = Database(settings.database_url)
    try:
        yield database
    except SecretUnreadable as error:
        raise click.ClickException(
            f"{error}：保存的密钥不能用现在的 REDEMPTION_FIELD_KEYS 解开，请恢复原来的设置，或重新生成密钥。"
        ) from error
    except DomainError as error:
        said = "".join(f"\n  {name}: {'；'.join(lines)}" for name, lines in error.fields.items())
        raise click.ClickException(error.message + said) from error
    finally:
        database.dispose()


@main.group()
def user() -> None:
    """Accounts."""


@user.command("create")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", required=True)
@click.option(
    "--place", default="", help="Department code, centre code, USCC, or jurisdiction code of an office."
)
@click.option("--grade", default="member")
@click.password_option()
def user_create(login: str, name: str, role: str, place: str, grade: str, password: str) -> None:
    """Open an account with one post (the first administrator of an installation is made this way)."""
    from redemption.identity.accounts import open_account
    from redemption.kernel.db import Database
    from redemption.kernel.errors import DomainError
    from redemption.kernel.uow import unit_of_work

    database = Database(ready().database_url)
    try:
        with unit_of_work(database) as session:
            open_account(
                session, login=login, name=name, role=role, place=place, grade=grade, password=password
            )
    except DomainError as error:
        raise click.ClickException(error.message) from error
    finally:
        database.dispose()
    click.echo(f"{login}: {role} {place}".rstrip())


if __name__ == "__main__":
    main()
