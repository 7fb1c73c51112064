"""Bugs in how a deployment's devices are counted."""

import json
from typing import Any

from ota_bugs.catalogue import answering, bug, instead_of, without_checks
from otakit.mockserver.answers import json_answer
from otakit.mockserver.domain.errors import NotFound
from otakit.mockserver.domain.progress import ALREADY_INSTALLED, NOARTIFACT, PAUSED, Statistics


def _counting(change: Any) -> None:
    """Let the counts be changed before they are shown."""

    @instead_of(Statistics, "counts")
    def counts(real: Any, statistics: Statistics) -> Any:
        shown = real(statistics)
        change(shown)
        return shown


def _fold(shown: dict[str, int], into: str, *names: str) -> None:
    """Count devices of some statuses among those of another."""
    for name in names:
        shown[into] += shown[name]
        shown[name] = 0


@bug("MEN-MGT-DEP-060", "MEN-MGT-DEP-067")
def pending_devices_are_not_counted() -> None:
    """Only devices that have begun are counted."""
    _counting(lambda shown: shown.update(pending=0))


@bug("MEN-MGT-DEP-060", "MEN-MGT-DEP-067")
def pending_is_off_by_one() -> None:
    """One device too many is counted as pending."""
    _counting(lambda shown: shown.update(pending=shown["pending"] + 1))


@bug("MEN-MGT-DEP-061", "MEN-MGT-DEP-062", "MEN-MGT-DEP-063", "MEN-MGT-DEP-067")
def former_statuses_keep_counting() -> None:
    """A device that moves on counts for its former status, too."""

    @instead_of(Statistics, "move")
    def move(real: Any, statistics: Statistics, before: str, after: str) -> None:
        real(statistics, before, after)
        statistics._counts[before] += 1


@bug("MEN-MGT-DEP-061")
def rebooting_counts_as_installing() -> None:
    """Devices that reboot are counted among those that install."""
    _counting(lambda shown: _fold(shown, "installing", "rebooting"))


@bug("MEN-MGT-DEP-062")
def pauses_count_as_pending() -> None:
    """Devices that pause are counted among those that have not begun."""
    _counting(lambda shown: _fold(shown, "pending", *PAUSED))


@bug("MEN-MGT-DEP-063")
def ends_are_mixed_up() -> None:
    """Devices that have failed are counted among those that have succeeded."""
    _counting(lambda shown: _fold(shown, "success", "failure"))


@bug("MEN-MGT-DEP-064", "MEN-MGT-DEP-065")
def unaffected_devices_count_as_success() -> None:
    """Devices that had nothing to do are counted among those that have succeeded."""
    _counting(lambda shown: _fold(shown, "success", NOARTIFACT, ALREADY_INSTALLED))


@bug("MEN-MGT-DEP-066")
def aborted_devices_count_as_failures() -> None:
    """Devices that were aborted are counted among those that have failed."""
    _counting(lambda shown: _fold(shown, "failure", "aborted"))


@bug("MEN-MGT-DEP-068", "MEN-MGT-DEP-071")
def statistics_of_nothing_are_empty() -> None:
    """Statistics of a deployment that there is not are answered with nothing in them."""
    for name in ("getDeploymentStatistics", "listDeploymentStatistics"):

        @answering(name)
        def read(real: Any, call: Any) -> Any:
            try:
                return real(call)
            except NotFound:
                return json_answer([])


@bug("MEN-MGT-DEP-070")
def listed_statistics_are_the_first_ones() -> None:
    """All deployments of a list have the statistics of the first one."""

    @answering("listDeploymentStatistics")
    def read(real: Any, call: Any) -> Any:
        shown = json.loads(real(call).body)
        return json_answer([{**entry, "stats": shown[0]["stats"]} for entry in shown])


@bug("MEN-MGT-DEP-070")
def one_deployment_is_counted() -> None:
    """A list of statistics ends after the first deployment."""

    @answering("listDeploymentStatistics")
    def read(real: Any, call: Any) -> Any:
        return json_answer(json.loads(real(call).body)[:1])


@bug("MEN-MGT-DEP-072")
def lists_of_ids_are_not_checked() -> None:
    """A list of statistics of something that is no list is answered 500."""
    without_checks("listDeploymentStatistics")
