"""Calls back, signed, until the other side has it: an answer of 2xx or 409 ends it, everything else is tried again."""

import datetime as dt
import json
import random
import threading
import time

import httpx

from redemption.adapters.simulator.faults import Faults
from redemption.adapters.simulator.store import Store
from redemption.dispatch.port.signing import SigningKey, signed_headers

FINAL = {409, 422}


class Sender(threading.Thread):
    """One thread that sends what `Store.unsent` brings."""

    def __init__(self, store: Store, keys: tuple[SigningKey, ...], callback: str, faults: Faults) -> None:
        super().__init__(name="simulator-sender", daemon=True)
        self._store, self._keys, self._callback, self._faults = store, keys, callback, faults
        self._stop_asked = threading.Event()
        self._client = httpx.Client(timeout=10, trust_env=False)

    def run(self) -> None:
        while not self._stop_asked.is_set():
            events = self._store.unsent()
            if self._faults.disorder:
                random.shuffle(events)
            for event in events:
                self._send(event["id"], event["body"], event["callback"] or self._callback, event["tries"])
            self._stop_asked.wait(0.05 if events else 0.2)
        self._client.close()

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(timeout=15)

    def _send(self, event_id: str, body: str, address: str, tries: int) -> None:
        raw = json.dumps(json.loads(body), ensure_ascii=False).encode()
        times = 2 if self._faults.happens(self._faults.duplicates) else 1
        for _ in range(times):
            at = dt.datetime.fromtimestamp(time.time() + self._faults.skew, dt.UTC)
            headers = {"content-type": "application/json", **signed_headers(self._keys, event_id, at, raw)}
            try:
                answer = self._client.post(address, content=raw, headers=headers)
            except httpx.HTTPError as error:
                self._store.sent(event_id, f"{type(error).__name__}", final=False, wait=self._wait(tries))
                return
            done = answer.is_success or answer.status_code in FINAL
            self._store.sent(
                event_id, f"{answer.status_code} {answer.text}", final=done, wait=self._wait(tries)
            )

    @staticmethod
    def _wait(tries: int) -> float:
        return min(0.5 * 2.0 ** min(tries, 6), 30.0)
