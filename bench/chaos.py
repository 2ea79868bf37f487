"""Chaos: everything is killed at random while applications are handed in, corrected and withdrawn over HTTP.

Applications count as accepted when the web process said 200. In the end each of them is one case at its department,
with everything that followed once and in order (no call ever came before its forerunner), ended in one truth on both
sides, nothing is stuck, and the audit log verifies.
Departments are simulated processes with faults of every kind: delays, 500s, lost answers, late answers, events
doubled, out of order, and clocks that are wrong.
"""

import dataclasses
import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bench.ground import Ground, ground
from bench.killing import Chaos
from redemption.applications.models import Application, ApplicationEvent, Correction, Submission
from redemption.dispatch.models import Parcel
from redemption.dispatch.rules import HELD
from redemption.identity.models import Post
from redemption.identity.rules import Actor, Grade, Role
from redemption.identity.service import issue_token
from redemption.kernel import clock
from redemption.kernel.audit import verify
from redemption.kernel.uow import unit_of_work

FAULTS = (
    "--lost", "0.1", "--later", "0.1", "--duplicates", "0.1", "--disorder", "0.1",
    "--slow", "0.1", "--skew", "20", "--auto",
)  # fmt: skip
CLIENTS = 6
OVER = {"approved", "withdrawn"}


@dataclasses.dataclass
class Wrong:
    """What must be nothing in the end, and how much was done to make it something."""

    missing: int = 0
    doubled: int = 0
    disordered: int = 0
    untrue: int = 0
    stuck: int = 0
    audit: int = 0
    accepted: int = 0
    corrected: int = 0
    withdrawn: int = 0
    seconds: float = 0.0
    killed: Counter[str] = dataclasses.field(default_factory=Counter)
    examples: dict[str, list[str]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    """What is wrong in words, with numbers of applications to look at."""

    def count(self, kind: str, what: str, number: str, times: int = 1) -> None:
        """So many wrongs of a kind, for one reason, at one application."""
        if times:
            setattr(self, kind, getattr(self, kind) + times)
            self.examples[f"{kind}: {what}"].append(number)

    @property
    def total(self) -> int:
        return self.missing + self.doubled + self.disordered + self.untrue + self.stuck + self.audit


def run_long() -> dict[str, dict[str, Any]]:
    """20,000 applications to 10 departments in 10 minutes and more."""
    found = chaos(applications=20_000, departments=10, pause=(3.0, 15.0), seconds=600, patience=2400)
    print(found, flush=True)
    return {
        "chaos_wrong": {"value": found.total, "unit": "cases", "bar": 0, "better": "lower"},
        "chaos_accepted": {"value": found.accepted, "unit": "cases", "bar": None, "better": "higher"},
        "chaos_kills": {
            "value": sum(found.killed.values()),
            "unit": "kills",
            "bar": None,
            "better": "higher",
        },
        "chaos_seconds": {"value": found.seconds, "unit": "s", "bar": None, "better": "lower"},
    }


def chaos(
    *,
    applications: int,
    departments: int,
    pause: tuple[float, float],
    seconds: float,
    patience: float,
    errors: float = 0.1,
    corrections: float = 0.1,
    withdrawals: float = 0.05,
    at_least: Sequence[str] = ("database", "queue", "web", "worker"),
) -> Wrong:
    """Hand in, kill, wait, look.

    Args:
        seconds: over how long the applications are handed in, at least; pause: between two kills, at random.
        patience: seconds for what is left when the killing has stopped.
        errors: share of the calls that departments answer with 500.
        corrections: share of the cases that departments ask to be corrected; withdrawals: that are withdrawn at once.
        at_least: what must have been killed once, whatever chance says.
    """
    faults = (*FAULTS, "--errors", str(errors), "--corrections", str(corrections))
    with ground(departments, faults=faults, durable=True) as made:
        drafts = made.drafts(-(-applications // departments))[:applications]
        print(f"chaos: {len(drafts)} drafts are ready", flush=True)
        clients = Clients(made, drafts, withdrawals)
        made.start(delivery=2)
        begun = time.monotonic()
        killer = Chaos(made, pause=pause, first=at_least)
        killer.start()
        try:
            clients.hand_in(seconds)
        finally:
            killer.stop()
        print(f"chaos: {len(clients.accepted)} accepted, killed {Counter(killer.killed)}", flush=True)
        found = Wrong(accepted=len(clients.accepted), withdrawn=len(clients.withdrawn))
        try:
            _until_quiet(made, patience)
            found.corrected = clients.corrected
            _look(made, clients, found)
        finally:
            clients.stop()
        found.killed = Counter(killer.killed)
        found.seconds = time.monotonic() - begun
        return found


class Clients:
    """Programs of enterprises: they hand in, answer corrections, withdraw; a call that fails is made again."""

    def __init__(self, made: Ground, drafts: list[tuple[Actor, str]], withdrawals: float) -> None:
        self._made, self._drafts, self._withdrawals = made, drafts, withdrawals
        self._tokens = _tokens(made, {filer.enterprise_id or 0 for filer, _ in drafts})
        self._http = httpx.Client(
            base_url=f"{made.settings.base_url}/api/v1",
            timeout=10,
            trust_env=False,
            limits=httpx.Limits(max_connections=CLIENTS * 2, max_keepalive_connections=0),
        )
        self._enough = threading.Event()
        self._answering = threading.Thread(target=self._answer, daemon=True)
        self._guard = threading.Lock()
        self.accepted: set[str] = set()
        self.withdrawn: set[str] = set()
        self.corrected = 0

    def hand_in(self, seconds: float) -> None:
        """Every draft, spread over the time; returns when all of them were accepted."""
        self._answering.start()
        begun, count = time.monotonic(), len(self._drafts)

        def one(job: tuple[int, tuple[Actor, str]]) -> None:
            at, (filer, number) = job
            time.sleep(max(0.0, begun + at * seconds / count - time.monotonic()))
            self._hand_in(filer, number)

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(one, enumerate(self._drafts)))

    def stop(self) -> None:
        self._enough.set()
        self._answering.join(30)
        self._http.close()

    def _hand_in(self, filer: Actor, number: str) -> None:
        body = {"declarations": ["truth", "consent"]}
        answer = self._stubbornly(filer, f"/submissions/{number}/submit", body)
        if answer.status_code != 200:
            raise RuntimeError(f"{number}: {answer.status_code} {answer.text[:300]}")
        with self._guard:
            self.accepted.add(number)
        if random.random() < self._withdrawals:
            time.sleep(random.random())
            gone = self._stubbornly(filer, f"/applications/{number}-01/withdrawal", {"reason": "演练"})
            # 409: it was decided a moment ago, or an earlier call went through without its answer
            if gone.status_code == 200:
                with self._guard:
                    self.withdrawn.add(number)

    def _stubbornly(self, filer: Actor, path: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._tokens[filer.enterprise_id or 0]}"}
        end = time.monotonic() + 180
        while True:
            try:
                answer = self._http.post(path, json=body, headers=headers)
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
            except httpx.HTTPError:
                pass
            if time.monotonic() > end:
                raise TimeoutError(path)
            time.sleep(0.3)

    def _answer(self) -> None:
        """Answer what departments ask for, until told to stop."""
        while not self._enough.wait(0.5):
            try:
                rows = self._asked()
            except SQLAlchemyError:
                continue
            for number, enterprise_id, correction_id, entries in rows:
                filer = dataclasses.replace(self._made.stage.filer, enterprise_id=enterprise_id)
                values = {f"note.{entry['key']}": "已补充说明。" for entry in entries}
                body = {"correction": correction_id, "values": values}
                answer = self._stubbornly(filer, f"/applications/{number}/correction", body)
                self.corrected += answer.status_code == 200

    def _asked(self) -> list[Any]:
        with unit_of_work(self._made.database) as session:
            return list(
                session.execute(
                    select(Application.number, Application.enterprise_id, Correction.id, Correction.entries)
                    .join(Application, Application.id == Correction.application_id)
                    .where(
                        Correction.answered_at.is_(None),
                        Correction.closed_at.is_(None),
                        Application.status == "correction_requested",
                    )
                    .limit(50)
                )
            )


def _tokens(made: Ground, enterprises: set[int]) -> dict[int, str]:
    """A program of each enterprise, with a token of its own."""
    tokens: dict[int, str] = {}
    with unit_of_work(made.database) as session:
        for enterprise_id in sorted(enterprises):
            post = Post(
                person_id=made.stage.filer.person_id,
                role=Role.ENTERPRISE,
                grade=Grade.OWNER,
                enterprise_id=enterprise_id,
                began_at=clock.now(),
            )
            session.add(post)
            session.flush()
            tokens[enterprise_id] = issue_token(session, post)[0]
    return tokens


def _until_quiet(made: Ground, patience: float) -> None:
    """Until everything has arrived and is decided; the pauses that real outages need are cut short."""
    end = time.monotonic() + patience
    left: dict[str, int] = {}
    while time.monotonic() < end:
        try:
            left = _left(made)
        except SQLAlchemyError:
            left = {"database": 1}
        if not any(left.values()):
            return
        time.sleep(1)
    raise TimeoutError(f"left over: {left}")


def _left(made: Ground) -> dict[str, int]:
    with unit_of_work(made.database) as session:
        for statement in (
            "UPDATE connection SET open_until = NULL WHERE open_until > now() + interval '5 s'",
            "UPDATE parcel SET next_at = now() WHERE state = 'waiting' AND next_at > now() + interval '5 s'",
        ):
            session.execute(text(statement))
        running = select(func.count()).where(Application.status.is_not(None), Application.status.not_in(OVER))
        waiting = select(func.count()).where(Parcel.state == "waiting")
        return {
            "undecided": session.scalar(running) or 0,
            "undelivered": session.scalar(waiting) or 0,
        }


def _look(made: Ground, clients: Clients, found: Wrong) -> None:
    with unit_of_work(made.database) as session:
        rows = session.execute(
            select(Submission.number, Application.number, Application.id, Application.status)
            .join(Application, Application.submission_id == Submission.id)
            .where(Submission.received_at.is_not(None))
        ).all()
        acts = {
            (row[0], row[1]): row[2]
            for row in session.execute(
                select(ApplicationEvent.application_id, ApplicationEvent.action, func.count()).group_by(
                    ApplicationEvent.application_id, ApplicationEvent.action
                )
            )
        }
        answered: dict[int, list[int]] = defaultdict(list)
        for application_id, round_ in session.execute(
            select(Correction.application_id, Correction.round).where(Correction.answered_at.is_not(None))
        ):
            answered[application_id].append(round_)
        found.stuck = session.scalar(select(func.count()).where(Parcel.state.in_(HELD))) or 0
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(made.settings.audit_key)).public_key()
        log = verify(session, key)
        for fault in log.faults:
            found.count("audit", fault.what, f"{fault.chain}#{fault.seq}")
        found.count("audit", "fewer entries than applications", "", log.entries < len(clients.accepted))
    # by the number of the application: two referrals of one would be two cases there
    cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for office in made.offices:
        found.disordered += office.read("counts.json")["early"]
        for case in office.read("cases.json"):
            cases[case["payload"]["application"]["number"]].append(case)
    for number in clients.accepted - {row[0] for row in rows}:
        found.count("missing", "accepted, but not in the database", number)
    for submission, number, application_id, status in rows:
        untrue = _untrue(acts, application_id, status, submission in clients.withdrawn)
        found.count("untrue", "ends otherwise than its history says", number, untrue)
        here = cases[number]
        found.count("doubled", "several cases at the department", number, max(0, len(here) - 1))
        # what was withdrawn before it left is rightly nowhere
        found.count("missing", "no case at the department", number, status == "approved" and not here)
        for case in here:
            _look_at_case(case, number, status, sorted(answered[application_id]), found)


def _untrue(acts: dict[tuple[int, str], int], application_id: int, status: str, withdrew: bool) -> bool:
    """Whether a case does not end as what happened to it says, or something happened to it twice."""
    approved = acts.get((application_id, "approve"), 0)
    withdrawn = acts.get((application_id, "withdraw"), 0)
    return (
        (approved, withdrawn) not in {(1, 0), (0, 1)}
        or status != ("approved" if approved else "withdrawn")
        or (withdrew and status != "withdrawn")
        or acts.get((application_id, "accept"), 0) > 1
    )


def _look_at_case(case: dict[str, Any], number: str, status: str, answered: list[int], found: Wrong) -> None:
    """What came in at the department: the case, each answer to a correction once, a withdrawal last."""
    parcels = case["parcels"]
    kinds = [parcel["kind"] for parcel in parcels]
    rounds = [
        json.loads(parcel["payload"])["correction"]["round"]
        for parcel in parcels
        if parcel["kind"] == "correction"
    ]
    sequences = [parcel["sequence"] for parcel in parcels]
    found.count("disordered", "sequences", number, sequences != list(range(1, len(parcels) + 1)))
    found.count("disordered", "kinds", number, kinds[:1] != ["submission"] or "withdrawal" in kinds[:-1])
    found.count("doubled", "answers", number, len(rounds) - len(set(rounds)))
    found.count("doubled", "submissions", number, max(0, kinds.count("submission") - 1))
    if status == "withdrawn":
        found.count("missing", "the withdrawal of a case", number, "withdrawal" not in kinds)
        found.count("missing", "answers of a withdrawn case", number, not set(rounds) <= set(answered))
    else:
        found.count("missing", "answers to corrections", number, rounds != answered)
        found.count("untrue", "withdrawn there only", number, "withdrawal" in kinds)
