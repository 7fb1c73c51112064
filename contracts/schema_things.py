"""Things of the run's own that drawn requests are about, and what nothing can be called."""

import re
from collections.abc import Callable, Mapping
from random import Random

from otakit.contracts.backend import Backend, id_in
from otakit.contracts.caller import in_path
from otakit.contracts.connect_project import Project
from otakit.contracts.exchange import Exchange
from otakit.contracts.expectations import expect_status
from otakit.contracts.failures import Failure
from otakit.contracts.json_web_token import claims_in
from otakit.contracts.ledger import ACCESS_TOKEN, ARTIFACT, DEPLOYMENT, DEVICE, FILTER, Kind
from otakit.contracts.outcomes import NotApplicable, NotReached
from otakit.contracts.rollout import UNKNOWN
from otakit.contracts.schema_bounds import ENDING, KEEPING
from otakit.contracts.signing_device import SigningDevice

_MOST_MADE = 40
"""How many things of a kind are made again, when those that there were are gone."""

_SERIALS = 4
"""How many devices ask to be let in, besides those that are made here."""

_ODD = re.compile(r"[^\w\- @+äß,()]")
"""What is not taken over into a name that nothing has: a server might read a path out of it."""

_LONG = 40

Maker = Callable[[], str]


class Things:
    """What there is of the run's own, by kind; made when it is asked for first.

    `keeper` is the device that the phase speaks for on the devices' side: nothing is asked that
    would end it.
    """

    def __init__(self, backend: Backend, chance: Random) -> None:
        """Begin with nothing."""
        self.backend = backend
        self.run = backend.ledger.run
        self._chance = chance
        self._keeper: SigningDevice | None = None
        self._spare: dict[str, SigningDevice] = {}
        self._own: dict[str, dict[str, None]] = {}
        self._made: dict[str, int] = {}
        self._serials: list[str] = []
        self._sets: dict[str, str] = {}
        self._makers: dict[str, Maker] = {
            "device": self._device,
            "device with a key": self._device,
            "authentication set": self._authentication_set,
            "device token": self._device_token,
            "artifact": self._artifact,
            "release": self._release,
            "deployment": self._deployment,
            "group": self._group,
            "filter": self._filter,
            "access token": self._access_token,
            "deployment of JFrog Connect": self._connect_deployment,
        }

    # Whose it is

    def is_own(self, value: str) -> bool:
        """Say whether an id or name is the run's own, or nobody's."""
        if value == UNKNOWN or value.startswith(f"{self.run}-"):
            return True
        return any(value in known for known in self._own.values())

    def learn(self, kind: str, value: str) -> None:
        """Take down that something is the run's own."""
        if value:
            self._own.setdefault(kind, {})[value] = None

    def forget(self, value: str) -> None:
        """Take down that something is gone: it is not chosen any more, though still nobody's."""
        for known in self._own.values():
            known.pop(value, None)
        self._spare.pop(value, None)
        self.learn("gone", value)

    # What is chosen

    def choose(self, kind: str, operation: str, odd: str = "") -> str:
        """Return an id or name of a kind: mostly the run's own, else one that nothing has.

        `odd` is a text to make such a one of.
        """
        if kind == "project":
            return self.backend.target.project_key
        if operation in KEEPING:
            return self._existing(kind, operation) or self.keeper.id
        if self._chance.random() < 0.7 and (own := self._existing(kind, operation)):  # noqa: PLR2004
            return own
        return self.nobody(odd)

    def nobody(self, odd: str = "") -> str:
        """Return an id that nothing has."""
        cleaned = _ODD.sub("", odd)[:_LONG].strip()
        return f"{self.run}-{cleaned}" if cleaned and self._chance.random() < 0.5 else UNKNOWN  # noqa: PLR2004

    def auth_set_of(self, device: str) -> str:
        """Return the authentication set of one of the run's devices; empty if it is none."""
        return self._sets.get(device, "")

    def deployable_filter(self) -> str:
        """Return a saved filter that no device of others matches."""
        known = self._own.setdefault("deployable filter", {})
        if not known:
            self._make("filter")
        return next(iter(known), UNKNOWN)

    def release_name(self) -> str:
        """Return the name of an artifact of the run's own."""
        return self._existing("release", "") or self.backend.name("release")

    def serial(self) -> str:
        """Return what a device is called that asks to be let in; there are few of them."""
        if len(self._serials) < _SERIALS:
            self._serials.append(self.backend.name("device"))
        return self._chance.choice(self._serials)

    @property
    def keeper(self) -> SigningDevice:
        """The device whose token is used; raises NotReached."""
        if self._keeper is None:
            self._keeper = self.backend.accepted_device()
            self._remember(self._keeper)
        return self._keeper

    def _existing(self, kind: str, operation: str) -> str:
        own = [v for v in self._own.get(kind, ()) if not self._is_spared(v, operation)]
        if not own:
            own = [made] if (made := self._make(kind)) else []
        return self._chance.choice(own) if own else ""

    def _is_spared(self, value: str, operation: str) -> bool:
        if operation not in ENDING or self._keeper is None:
            return False
        keeper = self._keeper
        return value in {keeper.id, self._sets.get(keeper.id), token_id(keeper.token)}

    # What is made

    def _make(self, kind: str) -> str:
        maker = self._makers.get(kind)
        made = self._made[kind] = self._made.get(kind, 0) + 1
        if maker is None or made > _MOST_MADE:
            return ""
        try:
            name = maker()
        except (NotReached, NotApplicable, Failure):
            self._made[kind] = _MOST_MADE  # the target will not have it: rules tell why
            return ""
        self.learn(kind, name)
        return name

    def _remember(self, device: SigningDevice) -> None:
        self._sets[device.id] = device.auth_set_id
        self.learn("device", device.id)
        self.learn("device with a key", device.id)
        self.learn("authentication set", device.auth_set_id)

    def _device(self) -> str:
        device = self.backend.accepted_device()
        self._remember(device)
        self._spare[device.id] = device
        self.backend.management.put(
            f"v1/inventory/devices/{in_path(device.id)}/tags",
            json=[{"name": "otakit_lot", "value": self.run}],
        )
        return device.id

    def _authentication_set(self) -> str:
        return self._sets[self._device()]

    def _device_token(self) -> str:
        return token_id(self._spare[self._device()].token)

    def _artifact(self) -> str:
        artifact = self.backend.artifact()
        self.learn("release", artifact.name)
        return artifact.id

    def _release(self) -> str:
        artifact = self.backend.artifact()
        self.learn("artifact", artifact.id)
        return artifact.name

    def _deployment(self) -> str:
        artifact = self.backend.artifact()
        self.learn("release", artifact.name)
        made = self.backend.deploy(artifact, [self.keeper]).id
        self.keeper.poll()  # so that it can report, on the first of them at least
        return made

    def _group(self) -> str:
        name = self.backend.name("group")
        path = f"v1/inventory/devices/{in_path(self.keeper.id)}/group"
        self.backend.eventually(
            lambda: expect_status(self.backend.management.put(path, json={"group": name}), 204)
        )
        return name

    def _filter(self) -> str:
        # Its devices are the run's own: of other filters nobody knows.
        term = {
            "scope": "tags",
            "attribute": "otakit_lot",
            "type": "$eq",
            "value": self.run,
        }
        body = {"name": self.backend.name("filter"), "terms": [term]}
        answer = expect_status(self.backend.management.post("v2/inventory/filters", json=body), 201)
        self.backend.ledger.made(FILTER, id_in(answer))
        self.learn("deployable filter", id_in(answer))
        return id_in(answer)

    def _access_token(self) -> str:
        body = {"name": self.backend.name("token")}
        answer = self.backend.management.post("v1/useradm/settings/tokens", json=body)
        name = token_id(expect_status(answer, 200).text)
        self.backend.ledger.made(ACCESS_TOKEN, name)
        return name

    def _connect_deployment(self) -> str:
        project = Project(self.backend)
        self.learn("device of JFrog Connect", project.offline_device)
        return project.deployed()

    # What requests have done

    def heard(self, answer: Exchange, path: Mapping[str, str]) -> None:
        """Take down what a request has made, or what is gone after it.

        `path` has the variable parts of its path by what they stand for.
        """
        operation = answer.operation_id
        if not answer.response.is_success:
            return
        if operation in _MAKING:
            kind, word = _MAKING[operation]
            self._is_made(kind, word, id_in(answer))
        elif operation in _REMOVING:
            gone, word = _REMOVING[operation]
            if gone is not None:
                self.backend.ledger.gone(gone, path.get(word, ""))
            self.forget(path.get(word, ""))
        elif operation == "createAccessToken":
            self._is_made(ACCESS_TOKEN, "access token", token_id(answer.text))
        elif operation == "deployDeviceConfiguration":
            self._is_made(DEPLOYMENT, "deployment", _deployment_in(answer))

    def is_refused(self) -> None:
        """Take down that the keeper is let in no more: the next one is another device."""
        self._keeper = None

    def _is_made(self, kind: Kind, word: str, name: str) -> None:
        if name:
            self.backend.ledger.made(kind, name)
            self.learn(word, name)


_MAKING = {
    "createDeployment": (DEPLOYMENT, "deployment"),
    "createGroupDeployment": (DEPLOYMENT, "deployment"),
    "createDynamicDeployment": (DEPLOYMENT, "deployment"),
    "uploadArtifact": (ARTIFACT, "artifact"),
    "generateArtifact": (ARTIFACT, "artifact"),
    "createFilter": (FILTER, "filter"),
    "preauthorizeDevice": (DEVICE, "device"),
}
"""What an operation makes, in the ledger's words and in ours."""

_REMOVING: dict[str, tuple[Kind | None, str]] = {
    "decommissionDevice": (DEVICE, "device"),
    "deleteAuthSet": (None, "authentication set"),
    "revokeToken": (None, "device token"),
    "deleteArtifact": (ARTIFACT, "artifact"),
    "deleteFilter": (FILTER, "filter"),
    "deleteAccessToken": (ACCESS_TOKEN, "access token"),
}
"""What an operation removes."""


def token_id(token: str) -> str:
    """Return the id of a token, which is in its claims; empty where there is none."""
    return str(claims_in(token).get("jti", ""))


def _deployment_in(answer: Exchange) -> str:
    try:
        return str(answer.json()["deployment_id"])
    except (LookupError, TypeError, ValueError):
        return ""
