"""What a rule works with: the target's public API, and things of its own to try it on."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from otakit.contracts.caller import Caller, in_path
from otakit.contracts.documents import Documents
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_header, expect_status
from otakit.contracts.failures import Failure
from otakit.contracts.ledger import ARTIFACT, DEPLOYMENT, Ledger
from otakit.contracts.operation import Operation
from otakit.contracts.outcomes import NotReached
from otakit.contracts.session import Session
from otakit.contracts.signing_device import SigningDevice
from otakit.fixtures.artifact_writer import write_artifact
from otakit.fixtures.keys import Algorithm

T = TypeVar("T")

DEVICE_TYPE = "otakit-board"
"""The type of all devices and artifacts of the suite, unless a rule chooses another."""

ARTIFACTS = "v1/deployments/artifacts"
DEPLOYMENTS = "v1/deployments/deployments"

_CREATED = 201
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """An artifact of the suite's own at the target, and its file as it was uploaded."""

    id: str
    name: str
    device_types: tuple[str, ...]
    content: bytes

    @property
    def path(self) -> str:
        """Where it is read, below /api/management/."""
        return f"{ARTIFACTS}/{in_path(self.id)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment of the suite's own."""

    id: str
    name: str

    @property
    def path(self) -> str:
        """Where it is read, below /api/management/."""
        return f"{DEPLOYMENTS}/{in_path(self.id)}"


class Backend:
    """The target as one rule sees it.

    `management` sends requests below /api/management/ as the user, `devices` below /api/devices/
    without a token, `anonymous` to any path without one: `exchanges` has them all. What the methods
    below make is removed when the rule is over. What a rule makes by itself has to be called by a
    `name` and told to the `ledger`.
    """

    def __init__(self, session: Session, common: "Backend | None" = None) -> None:
        """Work at a session's target; what is lent comes from `common`, which outlives the rule."""
        self.exchanges: list[Exchange] = []
        self.ledger = Ledger(session.run)
        self.profile = session.profile
        self.target = session.target
        self.tenant_token = session.target.tenant_token
        self.anonymous = self._caller(session, "/", "")
        self.devices = self._caller(session, "/api/devices/", "")
        self.management = self._caller(session, "/api/management/", session.token)
        self._session = session
        self._common = common
        self._lent: dict[str, Any] = {}

    def _caller(self, session: Session, base: str, token: str) -> Caller:
        return Caller(session.connection, session.documents, self.heard, base, token)

    def heard(self, exchange: Exchange) -> None:
        """Take down a request that was sent without a caller: a websocket's handshake."""
        self.exchanges.append(exchange)
        self._session.exchanges.append(exchange)

    @property
    def documents(self) -> Documents:
        """The documents that the target is held to."""
        return self._session.documents

    @property
    def all_exchanges(self) -> list[Exchange]:
        """All that was sent in the whole run so far, by whichever rule."""
        return self._session.exchanges

    def has_thinned_out(self, operation_id: str) -> bool:
        """Say whether there were more exchanges of an operation, of a documented form."""
        return any(name == operation_id for name, _ in self._session.thinned)

    @property
    def login(self) -> tuple[str, str] | None:
        """The user's e-mail address and password; None where the suite was given a token."""
        target = self._session.target
        return None if target.token else (target.email, target.password)

    @property
    def origin(self) -> str:
        """The target's scheme, host and port, as a browser names the origin of its pages."""
        url = httpx.URL(self._session.target.base)
        return f"{url.scheme}://{url.netloc.decode()}"

    @property
    def operations(self) -> dict[str, Operation]:
        """All operations of the documents that the target is held against, by id."""
        return self._session.documents.operations

    # Things to try it on

    def name(self, what: str) -> str:
        """Return a new name with the run's in it, for something that is going to be made."""
        return self._session.name(what)

    def new_device(self, algorithm: Algorithm = "ed25519") -> SigningDevice:
        """Return a device that the target has not heard of yet."""
        return SigningDevice(self, self.name("device"), algorithm)

    def accepted_device(self) -> SigningDevice:
        """Return a new device that is let in and has a token; raises NotReached."""
        return self.new_device().accept()

    def pending_device(self) -> SigningDevice:
        """Return a new device that has asked and waits; raises NotReached."""
        return self.new_device().pend()

    def artifact_file(
        self,
        name: str,
        *,
        device_types: Sequence[str] = (DEVICE_TYPE,),
        content: bytes = b"otakit",
        **more: Any,
    ) -> bytes:
        """Return a real artifact with one file; `more` is `write_artifact`'s, such as `depends`."""
        out = io.BytesIO()
        files = [("content", content)]
        write_artifact(
            out,
            name=name,
            device_types=device_types,
            payload_type="otakit-check",
            files=files,
            **more,
        )
        return out.getvalue()

    def upload(self, content: bytes, description: str = "") -> Exchange:
        """Upload an artifact's file, whatever is in it; what comes of it is removed later."""
        data = {"size": str(len(content)), "description": description}
        files = {"artifact": ("otakit.mender", content, "application/octet-stream")}
        answer = self.management.post(ARTIFACTS, data=data, files=files)
        if answer.status == _CREATED:
            self.ledger.made(ARTIFACT, id_in(answer))
        return answer

    def artifact(self, name: str = "", **more: Any) -> Artifact:
        """Return a new artifact at the target; `more` is `artifact_file`'s. Raises NotReached."""
        name = name or self.name("release")
        types = tuple(more.get("device_types", (DEVICE_TYPE,)))
        content = self.artifact_file(name, **more)
        with self.building("an artifact"):
            answer = expect_status(self.upload(content), _CREATED)
            expect_header(answer, "Location")
        return Artifact(id=id_in(answer), name=name, device_types=types, content=content)

    def deployment_request(
        self, artifact_name: str, devices: Sequence[SigningDevice], **more: Any
    ) -> Exchange:
        """Ask for a deployment to devices; what comes of it is ended later.

        Fields of `more` stand in the body as they are; one that is None is left out.
        """
        body = {
            "name": self.name("deployment"),
            "artifact_name": artifact_name,
            "devices": [device.id for device in devices],
            **more,
        }
        body = {field: value for field, value in body.items() if value is not None}
        answer = self.management.post(DEPLOYMENTS, json=body)
        if answer.status == _CREATED:
            self.ledger.made(DEPLOYMENT, id_in(answer))
        return answer

    def deploy(
        self, artifact: Artifact, devices: Sequence[SigningDevice], **more: Any
    ) -> Deployment:
        """Return a new deployment to devices; raises NotReached. `more` is as above."""
        name = str(more.pop("name", self.name("deployment")))
        with self.building("a deployment"):
            answer = self.deployment_request(artifact.name, devices, name=name, **more)
            expect_header(expect_status(answer, _CREATED), "Location")
        return Deployment(id=id_in(answer), name=name)

    # What is lent, for rules that only read: making it anew for each would take too long

    def lent_device(self) -> SigningDevice:
        """Return an accepted device for reading: it must not be changed. Raises NotReached."""
        return self._borrow("device", lambda owner: owner.accepted_device())

    def lent_artifact(self) -> Artifact:
        """Return an artifact for reading: it must not be changed. Raises NotReached."""
        return self._borrow("artifact", lambda owner: owner.artifact())

    def _borrow(self, what: str, make: Callable[["Backend"], T]) -> T:
        if self._common is not None:
            return self._common._borrow(what, make)  # noqa: SLF001 - its own kind
        if what not in self._lent:
            self._lent[what] = make(self)
        lent: T = self._lent[what]
        return lent

    # On the way

    @contextmanager
    def building(self, what: str) -> Iterator[None]:
        """Turn a failure into NotReached: this is not what the rule is about."""
        try:
            yield
        except Failure as failure:
            message = f"it needs {what}, but {failure}"
            raise NotReached(message) from failure

    def now(self) -> float:
        """Return the seconds of a clock that goes steadily."""
        return self._session.connection.now()

    def eventually(self, look: Callable[[], T], patience: float | None = None) -> T:
        """Return what `look` returns once it raises no Failure; else raise its last one.

        For what the documents do not promise for the very next request. Waits for as long as the
        target's `patience`, unless another one is given.
        """
        connection = self._session.connection
        patience = self._session.target.patience if patience is None else patience
        deadline = connection.now() + patience
        pause = _FIRST_PAUSE
        while True:
            try:
                return look()
            except Failure:
                if connection.now() + pause > deadline:
                    raise
            connection.pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def id_in(answer: Exchange) -> str:
    """Return the id at the end of an answer's Location; empty if there is none."""
    return str(answer.headers.get("Location", "")).rstrip("/").rpartition("/")[2]
