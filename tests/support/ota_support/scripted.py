"""A backend of a few lines for one simulated device: it answers well, or as a test wants it to."""

import io
import json
from collections.abc import Callable
from random import Random
from typing import Any

from otakit.fixtures.artifact_writer import write_artifact
from otakit.fixtures.device import Device, Timing
from otakit.fixtures.device_requests import Request, Response, Wait
from otakit.fixtures.keys import generate_key

LINK = "https://store.example.com/file?signature=abc"
DEPLOYMENT = "d50eda0d-2cea-4de1-8d42-9cd3e7e86701"
LAST_PARTS = {
    "auth_requests": "auth",
    "attributes": "inventory",
    "log": "log",
    "update_control_map": "map",
    "configuration": "configuration",
    "alert": "alert",
}

Answer = Response | Callable[[Request], Response | str] | str
"""What is given in place of the good answer; a text breaks the connection."""


def a_device(number: int = 1, **options: Any) -> Device:
    """Return a device of type rpi with release-1, which polls every 300 seconds."""
    given = {
        "device_type": "rpi",
        "artifact_name": "release-1",
        "timing": Timing(poll=300, inventory=3600, retry=100),
        **options,
    }
    identity = {"mac": f"02:00:00:00:00:{number:02x}"}
    return Device(identity, generate_key("ed25519", seed=number), Random(number), **given)


def an_artifact(name: str = "release-2", **options: Any) -> bytes:
    """Return an artifact for device type rpi."""
    given = {
        "device_types": ["rpi"],
        "payload_type": "app",
        "files": [("a.bin", bytes(1000))],
        **options,
    }
    out = io.BytesIO()
    write_artifact(out, name=name, **given)
    return out.getvalue()


def an_offer(name: str = "release-2", **more: Any) -> dict[str, Any]:
    """Return an offer of that artifact."""
    artifact = {
        "artifact_name": name,
        "device_types_compatible": ["rpi"],
        "source": {"uri": LINK},
    }
    return {"id": DEPLOYMENT, "artifact": artifact, **more}


def kind(request: Request) -> str:
    """Name a request in a word, like `next`, `next-v1`, `next-get`, or `status:success`."""
    path = request.target.partition("?")[0]
    last = path.rpartition("/")[2]
    if last == "status":
        return f"status:{json.loads(request.body)['status']}"
    if last == "next":
        newest = "next" if "/v2/" in path else "next-v1"
        return "next-get" if request.method == "GET" else newest
    return LAST_PARTS.get(last, "download")


class Scripted:
    """The backend, and the time that goes by for one device.

    `answers` has, by kind of request, what is given in place of the good answers, one after
    another; `seen` every request with the second at which it came.
    """

    def __init__(self, device: Device, content: bytes = b"", offer: Any = None) -> None:
        """Offer an update with this content until its end is reported; without one, none."""
        self.device = device
        self.content = content
        self.offer = offer or (an_offer() if content else None)
        self.answers: dict[str, list[Answer]] = {}
        self.seen: list[tuple[float, str, Request]] = []
        self.now = 0.0

    def kinds(self, *, without: tuple[str, ...] = ()) -> list[str]:
        """Return the kinds of all requests so far."""
        return [name for _, name, _ in self.seen if name not in without]

    def times(self, name: str) -> list[float]:
        """Return when requests of a kind came."""
        return [now for now, seen, _ in self.seen if seen == name]

    def body(self, name: str) -> Any:
        """Return the JSON of the newest request of a kind."""
        return json.loads([request for _, seen, request in self.seen if seen == name][-1].body)

    def play(self, until: float) -> None:
        """Let the device live until then."""
        while True:
            action = self.device.next_action(self.now)
            if isinstance(action, Wait):
                assert action.until > self.now
                if action.until > until:
                    self.now = until
                    return
                self.now = action.until
            else:
                self._serve(action)

    def _serve(self, request: Request) -> None:
        name = kind(request)
        self.seen.append((self.now, name, request))
        planned = self.answers.get(name)
        answer = planned.pop(0) if planned else self._good(name, request)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, str):
            self.device.failed(answer, self.now)
        else:
            self.device.receive(answer, self.now)

    def _good(self, name: str, request: Request) -> Response:
        if name == "auth":
            return Response(200, body=b"a.real.token")
        if name == "inventory":
            return Response(200)
        if name.startswith("next"):
            offer, self.offer = self.offer, None
            return answer_json(offer) if offer else Response(204)
        if name == "download":
            return self.served(request)
        return Response(204)

    def served(self, request: Request) -> Response:
        """Serve the content, or the rest of it that is asked for."""
        start = int(dict(request.headers).get("range", "bytes=0-")[6:-1])
        body = self.content[start:]
        headers = {"content-length": str(len(body))}
        if start:
            size = len(self.content)
            headers["content-range"] = f"bytes {start}-{size - 1}/{size}"
        return Response(206 if start else 200, headers, body)


def answer_json(content: Any) -> Response:
    """Return an answer with this JSON."""
    return Response(200, body=json.dumps(content).encode())
