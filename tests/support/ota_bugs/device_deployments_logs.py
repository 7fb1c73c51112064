"""Bugs in the logs that devices send."""

import re
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import empty
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.reports import Reports


@bug("MEN-DEV-DEP-060")
def logs_have_no_levels() -> None:
    """The level of a message is left out."""

    @answering("getDeploymentLog")
    def read(real: Any, call: Any) -> Any:
        answer = real(call)
        answer.body = re.sub(rb" \w+: ", b" ", answer.body)
        return answer


@bug("MEN-DEV-DEP-060")
def logs_are_one_line() -> None:
    """All messages of a log stand on one line."""

    @answering("getDeploymentLog")
    def read(real: Any, call: Any) -> Any:
        answer = real(call)
        answer.body = answer.body.replace(b"\n", b" ")
        return answer


@bug("MEN-DEV-DEP-061")
def logs_pile_up() -> None:
    """A second log is put behind the first one."""

    @instead_of(Reports, "log")
    def log(real: Any, reports: Reports, device: str, name: str, messages: Any) -> None:
        _, part = reports._part(device, name)
        real(reports, device, name, [*(part.log or ()), *messages])


@bug("MEN-DEV-DEP-062", "MEN-DEV-DEP-063")
def logs_are_not_checked() -> None:
    """Any log is taken, and one that makes no sense is answered 500."""
    without_checks("reportDeploymentLog")


@bug("MEN-DEV-DEP-064", "MEN-DEV-DEP-065")
def logs_of_nothing_are_welcome() -> None:
    """A log that belongs to no update of the device is dropped, and answered 204."""

    @answering("reportDeploymentLog")
    def send(real: Any, call: Any) -> Any:
        try:
            return real(call)
        except NotFound:
            return empty()
