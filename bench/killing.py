"""Somebody who kills processes at random and starts them again."""

import random
import threading
import time
from collections.abc import Sequence

from bench.ground import Ground


class Chaos(threading.Thread):
    """Kills processes at random (-9) and starts them again, until told to stop.

    Args:
        first: names that are killed once, in this order, before chance decides.
    """

    def __init__(self, made: Ground, *, pause: tuple[float, float], first: Sequence[str] = ()) -> None:
        super().__init__(daemon=True)
        self._made, self._pause, self._first = made, pause, list(first)
        self._enough = threading.Event()
        self.killed: list[str] = []
        self.failed: BaseException | None = None

    def run(self) -> None:
        names = [*self._made.processes, "queue", "database"]
        try:
            while not self._enough.wait(random.uniform(*self._pause)):
                name = self._first.pop(0) if self._first else random.choice(names)
                self._kill(name)
                self.killed.append(name)
        except BaseException as error:
            self.failed = error

    def _kill(self, name: str) -> None:
        if name == "queue":
            self._made.kill_queue()
        elif name == "database":
            self._made.kill_database()
        else:
            self._made.processes[name].kill()
            time.sleep(random.uniform(0, 0.5))
            self._made.processes[name].start()

    def stop(self) -> None:
        """No more kills; what was killed is up again. Whatever was to be killed at least is killed now."""
        self._enough.set()
        self.join(180)
        if self.failed is not None:
            raise self.failed
        for name in self._first:
            self._kill(name)
            self.killed.append(name)
