"""Bugs in the lists of a deployment's devices, and in their logs."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of
from otakit.mockserver.answers import Answer, json_answer
from otakit.mockserver.api import deployment_devices
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.reports import Reports


def _listing(change: Any) -> None:
    """Let both lists of devices be answered with a change."""
    for name in ("listDeploymentDevices", "listAllDeploymentDevices"):

        @answering(name)
        def read(real: Any, call: Any) -> Any:
            answer = real(call)
            answer.body = json_answer(change(json.loads(answer.body))).body
            return answer


@bug("MEN-MGT-DEP-080")
def devices_that_have_not_begun_are_not_listed() -> None:
    """Only devices that have reported something are listed."""
    _listing(lambda shown: [entry for entry in shown if entry["status"] != "pending"])


@bug("MEN-MGT-DEP-081", "MEN-MGT-DEP-082")
def filter_of_devices_is_ignored() -> None:
    """A list of devices has those of all statuses, whatever is asked for."""

    @answering("listDeploymentDevices")
    def read(real: Any, call: Any) -> Any:
        call.params.pop("status", None)
        return real(call)


@bug("MEN-MGT-DEP-082")
def pause_finds_nothing() -> None:
    """The filter 'pause' is taken for a status, which no device has."""
    vars(deployment_devices)["GROUPS"] = {}


@bug("MEN-MGT-DEP-083")
def pages_of_devices_begin_one_early() -> None:
    """The last device of a page is the first of the next one."""

    @instead_of(deployment_devices, "page_of")
    def page_of(real: Any, call: Any) -> Any:
        page = real(call)

        class Early(type(page)):  # type: ignore[misc]  # only known when it runs
            __slots__ = ()
            start = property(lambda page: (page.number - 1) * (page.size - 1))
            stop = property(lambda page: page.start + page.size)

        return Early(page.number, page.size)


@bug("MEN-MGT-DEP-083")
def size_of_device_pages_is_ignored() -> None:
    """A list of devices has all of them on its first page."""

    @answering("listDeploymentDevices")
    def read(real: Any, call: Any) -> Any:
        call.params["per_page"] = 500
        return real(call)


@bug("MEN-MGT-DEP-084", "MEN-MGT-DEP-089", "MEN-MGT-DEP-091")
def lists_of_nothing_are_empty() -> None:
    """A deployment that there is not has an empty list of devices."""
    for name in ("listDeploymentDevices", "listAllDeploymentDevices", "listDeploymentDeviceIds"):

        @answering(name)
        def read(real: Any, call: Any) -> Any:
            try:
                return real(call)
            except NotFound:
                return json_answer([])


@bug("MEN-MGT-DEP-085")
def ends_of_devices_are_not_told() -> None:
    """When a device was done is left out."""
    _listing(lambda shown: [{**entry, "finished": None} for entry in shown])


@bug("MEN-MGT-DEP-085")
def all_devices_have_an_end() -> None:
    """A device that is not done has a time of its end."""
    _listing(lambda shown: [{**entry, "finished": entry["created"]} for entry in shown])


@bug("MEN-MGT-DEP-086")
def types_of_devices_are_not_told() -> None:
    """The type of a device is left out."""
    _listing(lambda shown: [{n: v for n, v in e.items() if n != "device_type"} for e in shown])


@bug("MEN-MGT-DEP-087")
def logs_are_never_available() -> None:
    """A device that has sent its log is shown without."""
    _listing(lambda shown: [{**entry, "log": False} for entry in shown])


@bug("MEN-MGT-DEP-088")
def deprecated_list_ends_early() -> None:
    """The deprecated list has one device."""

    @answering("listAllDeploymentDevices")
    def read(real: Any, call: Any) -> Any:
        return json_answer(json.loads(real(call).body)[:1])


@bug("MEN-MGT-DEP-090")
def ids_are_those_of_one_device() -> None:
    """The list of device ids has the first one again and again."""

    @answering("listDeploymentDeviceIds")
    def read(real: Any, call: Any) -> Any:
        ids = json.loads(real(call).body)
        return json_answer([ids[0] for _ in ids])


@bug("MEN-MGT-DEP-092")
def logs_are_json() -> None:
    """A log is answered as JSON."""

    @answering("getDeploymentLog")
    def read(real: Any, call: Any) -> Answer:
        return json_answer(real(call).body.decode())


@bug("MEN-MGT-DEP-094", "MEN-DEV-DEP-060")
def logs_are_empty() -> None:
    """A log is answered without what was sent."""

    @answering("getDeploymentLog")
    def read(real: Any, call: Any) -> Any:
        answer = real(call)
        answer.body = b""
        return answer


@bug("MEN-MGT-DEP-093", "MEN-MGT-DEP-094")
def missing_logs_are_empty() -> None:
    """A log that was not sent is answered as an empty one."""

    @answering("getDeploymentLog")
    def read(real: Any, call: Any) -> Any:
        try:
            return real(call)
        except NotFound:
            return Answer(200, b"", b"text/plain")


@bug("MEN-MGT-DEP-094")
def devices_have_one_log() -> None:
    """A device's log is the one it sent last, for whichever deployment."""
    sent: dict[str, Any] = {}

    @instead_of(Reports, "log")
    def log(real: Any, reports: Reports, device_id: str, name: str, messages: Any) -> None:
        real(reports, device_id, name, messages)
        sent[device_id] = messages

    @instead_of(Reports, "read_log")
    def read_log(real: Any, reports: Reports, name: str, device_id: str) -> Any:
        return sent.get(device_id) or real(reports, name, device_id)
