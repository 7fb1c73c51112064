"""Bodies drawn at random, bound to things of the run's own."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from otakit.contracts.ledger import SERIAL
from otakit.contracts.operation import Operation
from otakit.contracts.schema_bounds import NAMING
from otakit.contracts.schema_things import Things
from otakit.fixtures.keys import generate_key

_USUALLY = 0.7
_LONG = 60
_ARGUMENTS = json.dumps({"filename": "motd", "dest_dir": "/etc"})
_FILES = ("artifact", "file")
_LISTS = {
    "addDevicesToGroup": "device",
    "removeDevicesFromGroup": "device",
}
"""Operations whose body is a list, and of what."""

Adapter = Callable[[Any], Any]


class Bodies:
    """Puts names, ids, keys and files of the run's own into bodies.

    What is of the wrong type stays wrong: it names nothing. `key` is that of all devices here.
    """

    def __init__(self, things: Things, chance: Random) -> None:
        """Speak of these things."""
        self._things = things
        self._chance = chance
        self.key = generate_key("ed25519")
        self._texts: dict[str, Adapter] = {
            "artifact_name": self._release,
            "filter_id": lambda _: self._filter(),
            "group": lambda text: self._things.choose("group", "", text),
            "id_data": lambda _: json.dumps({SERIAL: self._serial()}),
            "pubkey": lambda text: self._usually(self.key.public_pem, text),
            "tenant_token": lambda text: self._usually(self._tenant_token(), text),
            "args": lambda text: self._usually(_ARGUMENTS, text),
        }
        self._lists = {
            "devices": "device",
            "device_ids": "device",
            "deployment_ids": "deployment",
        }

    def bound(self, body: Any, operation: Operation) -> Any:
        """Return a body that speaks of nothing of others."""
        if isinstance(body, list) and operation.id in _LISTS:
            return self._chosen(_LISTS[operation.id], body, operation)
        if not isinstance(body, dict):
            return body
        bound = {key: self._value(key, value, operation) for key, value in body.items()}
        bound.pop("all_devices", None)
        if "phases" in bound and self._chance.random() < _USUALLY:
            del bound["phases"]  # drawn ones hardly ever add up to a whole
        if bound.get("tenant_token") == "":
            del bound["tenant_token"]
        return self._with_file_last(bound, operation)

    def _value(self, key: str, value: Any, operation: Operation) -> Any:
        if key == "name" and isinstance(value, str) and value and operation.id in NAMING:
            return f"{self._things.backend.name('schema')}-{value[:_LONG]}"
        if key == "identity_data" and isinstance(value, dict):
            return {**value, SERIAL: self._serial()}
        if key in self._texts and isinstance(value, str):
            return self._texts[key](value)
        if key in self._lists and isinstance(value, list):
            return self._chosen(self._lists[key], value, operation)
        return value

    def _chosen(self, kind: str, values: list[Any], operation: Operation) -> list[Any]:
        return [
            self._things.choose(kind, operation.id, value) if isinstance(value, str) else value
            for value in values
        ]

    def _usually(self, own: str, drawn: str) -> str:
        return own if self._chance.random() < _USUALLY else drawn

    def _release(self, text: str) -> str:
        return self._usually(self._things.release_name(), self._things.nobody(text))

    def _filter(self) -> str:
        return self._usually(self._things.deployable_filter(), self._things.nobody())

    def _serial(self) -> str:
        serial = self._things.serial()
        self._things.backend.ledger.asked(serial)
        return serial

    def _tenant_token(self) -> str:
        return self._things.backend.tenant_token

    def _with_file_last(self, form: dict[str, Any], operation: Operation) -> dict[str, Any]:
        """Send a form's file as its last part, which no schema can ask for."""
        for name in _FILES:
            if name in form and operation.id in {"uploadArtifact", "generateArtifact"}:
                content = form.pop(name)
                if name == "artifact" and self._chance.random() < _USUALLY:
                    backend = self._things.backend
                    content = backend.artifact_file(backend.name("release"))
                    form["size"] = len(content)
                form[name] = content
        return form
