"""Hands: the target's side of a sequence, where things are reached by the public API."""

import json
from base64 import urlsafe_b64decode
from typing import Any

from otakit.contracts.backend import Backend
from otakit.contracts.caller import Caller
from otakit.contracts.exchange import Exchange
from otakit.contracts.ground import Ground
from otakit.contracts.labels import Labels
from otakit.contracts.signing_device import SigningDevice
from otakit.fixtures.keys import KeyPair, generate_key


class Hands:
    """Users and devices at one target, and the labels of what they have made there."""

    def __init__(self, backend: Backend, ground: Ground) -> None:
        """Begin with nothing made."""
        self.backend = backend
        self.ground = ground
        self.labels = Labels()
        self._devices: dict[int, SigningDevice] = {}
        self._keys: dict[tuple[int, int], KeyPair] = {}

    @property
    def management(self) -> Caller:
        """Send requests as the user."""
        return self.backend.management

    def id(self, kind: str, number: object) -> str:
        """Return the target's id of a thing."""
        return self.labels.id(kind, number)

    def device(self, number: int) -> SigningDevice:
        """Return a device of this sequence; it may be unknown to the target."""
        if number not in self._devices:
            device = SigningDevice(self.backend, self.ground.serial(number), "ed25519")
            device.identity = self.ground.identity(number)
            self._devices[number] = device
            self._keys[number, 0] = device.key
            self.labels.put("key", f"{number}.0", device.key.public_pem.strip())
        return self._devices[number]

    def key(self, device: int, number: int) -> KeyPair:
        """Return one of a device's keys."""
        self.device(device)
        if (device, number) not in self._keys:
            key = self._keys[device, number] = generate_key("ed25519")
            self.labels.put("key", f"{device}.{number}", key.public_pem.strip())
        return self._keys[device, number]

    def learn_auth_sets(self, number: int, shown: dict[str, Any]) -> None:
        """Take down the ids of a device's authentication sets from how it is shown."""
        for auth_set in shown.get("auth_sets") or ():
            key = str(self.labels.labelled(str(auth_set.get("pubkey", "")).strip()))
            if key.startswith(f"key {number}."):
                name = key.removeprefix("key ")
                self.labels.put("authentication set", name, str(auth_set.get("id", "")))

    def token_id(self, number: int) -> str:
        """Return the id of a device's token, which is in its claims."""
        part = self.device(number).token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return str(claims.get("jti", ""))

    def find(self, number: int) -> None:
        """Learn the id of a device that has asked; raises NotReached."""
        device = self.device(number)
        device.find()
        self.labels.put("device", number, device.id)

    def ask(self, number: int, key: int) -> Exchange:
        """Let a device ask to be let in with one of its keys."""
        device, pair = self.device(number), self.key(number, key)
        return device.authenticate(device.auth_request(pubkey=pair.public_pem), key=pair)

    def is_called(self, number: int, name: str) -> None:
        """Take down the id of a device."""
        device = self.device(number)
        device.id = name
        self.backend.ledger.known(device.serial, name)
        self.labels.put("device", number, name)

    def forget(self, number: int) -> None:
        """Let a device that was removed be a new one when it asks again; its token it keeps."""
        device = self.device(number)
        token = device.token
        device.forget()
        device.token = token
