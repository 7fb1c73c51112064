"""A client that also meets what only faults bring about: 429 and 500, once for each operation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from ota_stories.recorder import Place, Recorder
from ota_support.server import NO_TLS

STATUSES = (429, 500)


class StruckClient(httpx.Client):
    """Makes each request that a fault may strike once more for each fault: struck, nothing happens.

    A request that is refused, as its story wants, meets no fault: then a later one has to.
    """

    def __init__(self, url: str, recorder: Recorder, **options: Any) -> None:
        """Talk to a server; the recorder knows its documents, and what was reached."""
        super().__init__(base_url=url, verify=NO_TLS, **options)
        self._recorder = recorder
        self._faults = f"{url}/otakit/v1/universes/default/faults"

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request; the answer is the first that no fault has made."""
        place = self._recorder.place(request)
        if place is not None:
            for status in self._owed(place):
                with self._fault(place, status):
                    answer = super().send(request, **options)
                if answer.status_code != status:
                    return answer
        return super().send(request, **options)

    def _owed(self, place: Place) -> list[int]:
        documented = self._recorder.documented(place)
        reached = self._recorder.reached.get(place, set())
        return [s for s in STATUSES if str(s) in documented["responses"] and s not in reached]

    @contextmanager
    def _fault(self, place: Place, status: int) -> Iterator[None]:
        """Let the next request to an operation fail."""
        fault = {
            "on": {"operations": [self._recorder.documented(place)["operationId"]]},
            "do": {"action": "status", "status": status},
        }
        made = httpx.post(self._faults, json=fault, verify=NO_TLS)
        assert made.status_code == 201, made.text
        try:
            yield
        finally:
            httpx.delete(f"{self._faults}/{made.json()['id']}", verify=NO_TLS).raise_for_status()
