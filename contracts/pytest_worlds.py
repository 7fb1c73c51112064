"""The plugin's servers and universes, and what a test's marker wishes of them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn, Self

import pytest

from otakit.mockserver.client import ControlError, Unreachable
from otakit.mockserver.testing import (
    BrokenPromise,
    FleetOutcome,
    Mender,
    RunningServer,
    Servers,
    StartFailed,
)
from otakit.mockserver.testing.fleet import Span, run_fleet
from otakit.mockserver.testing.servers import speed_of
from otakit.specs.catalogue import DEFAULT_EDITION, DOCUMENTED, served

_PLANS = ("os", "professional", "enterprise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a test wants, as `@pytest.mark.otakit(…)` says it."""

    scenario: str | Path | None = None
    clock: str | float | None = None
    dialect: str = DOCUMENTED
    edition: str = DEFAULT_EDITION
    plan: str | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what there is not."""
        served(self.edition, self.dialect)
        speed_of(self.clock)
        if self.plan is not None and self.plan not in _PLANS:
            message = f"plan: {self.plan!r} is none of {', '.join(_PLANS)}"
            raise ValueError(message)
        if type(self.seed) not in {int, type(None)}:
            message = f"seed: {self.seed!r} is no whole number"
            raise ValueError(message)


KEYS = tuple(field.name for field in fields(Wish))


def wish_of(item: pytest.Item) -> Wish:
    """Return what a test wishes: of its markers, the nearest counts for each key.

    Raises UsageError for one that says something else than it can.
    """
    said: dict[str, Any] = {}
    for marker in item.iter_markers("otakit"):
        if marker.args:
            _refuse(item, f"{marker.args[0]!r} has no name: write scenario={marker.args[0]!r}")
        for key, value in marker.kwargs.items():
            if key not in KEYS:
                _refuse(item, f"there is no {key!r}; there are {', '.join(KEYS)}")
            said.setdefault(key, value)
    if "scenario" in said:
        said["scenario"] = _scenario(item, said["scenario"])
    try:
        return Wish(**said)
    except ValueError as error:
        _refuse(item, str(error))


def _scenario(item: pytest.Item, said: object) -> str | Path | None:
    """Return a scenario's name, or its file, which is named from the test's folder on."""
    if isinstance(said, str) and ("/" in said or "." in said):
        said = Path(said)
    if isinstance(said, Path):
        said = item.path.parent / said
        if not said.is_file():
            _refuse(item, f"scenario: there is no file '{said}'")
    elif not isinstance(said, str | None):
        _refuse(item, f"scenario: {said!r} is no name and no file")
    return said


def _refuse(item: pytest.Item, reason: str) -> NoReturn:
    message = f"{item.nodeid}: @pytest.mark.otakit: {reason}"
    raise pytest.UsageError(message)


def _failed(message: str) -> BaseException:
    """Return what ends a test with a message and no traceback: this is not about its code."""
    return pytest.fail.Exception(message, pytrace=False)


class Worlds:
    """All servers of one test process: those that it starts, or the one it was given."""

    def __init__(self, *, url: str, control_token: str, authority: str, folder: str) -> None:
        """Begin; nothing is started or asked. In `folder` are servers that workers share."""
        self._servers = Servers(Path(folder) if folder else None)
        self._stack = ExitStack()
        self._control_token = control_token
        self._verify: str | bool = authority or True
        self._given_url = url
        self._given: RunningServer | None = None

    def __enter__(self) -> Self:
        """Use them until the block is left."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop those that were started."""
        self._stack.close()
        self._servers.close()

    @property
    def control_token(self) -> str:
        """What the control API of a given server asks for."""
        return self._control_token

    def live(self) -> list[Mender]:
        """List the universes that there are now."""
        servers = [*self._servers, *([self._given] if self._given else [])]
        return [mender for server in servers for mender in server.live]

    def server(self, wish: Wish = Wish()) -> RunningServer:
        """Return the server for a wish; it is started when it is first asked for."""
        if self._given_url:
            return self._fitting(self._the_given(), wish)
        options: dict[str, str | int] = {"edition": wish.edition, "dialect": wish.dialect}
        if wish.seed is not None:
            options["seed"] = wish.seed
        try:
            return self._servers.get(**options)
        except StartFailed as error:
            raise _failed(str(error)) from None

    @contextmanager
    def universe(self, name: str, wish: Wish) -> Iterator[Mender]:
        """Make a universe that is as a test wishes, for the block."""
        server = self.server(wish)
        more: dict[str, Any] = {"scenario": wish.scenario, "clock": wish.clock, "plan": wish.plan}
        making = (
            server.universe(name, **more) if wish.seed is None else server.default_universe(**more)
        )
        with ExitStack() as stack:
            try:
                mender = stack.enter_context(making)
            except (ControlError, Unreachable) as error:
                message = f"the test's universe cannot be made: {error}"
                raise _failed(message) from None
            yield mender

    def _the_given(self) -> RunningServer:
        if self._given is None:
            server = RunningServer(
                self._given_url, control_token=self._control_token or None, verify=self._verify
            )
            self._given = self._stack.enter_context(server)
        return self._given

    def _fitting(self, server: RunningServer, wish: Wish) -> RunningServer:
        """Return a given server; fail where it is not what a test wishes."""
        try:
            shown = server.client.apis()
        except (ControlError, Unreachable) as error:
            message = f"--otakit-url: {error}"
            raise _failed(message) from None
        for key in ("edition", "dialect"):
            if shown[key] != getattr(wish, key):
                message = (
                    f"--otakit-url: the server has the {key} '{shown[key]}', and the test wishes"
                    f" '{getattr(wish, key)}'"
                )
                raise _failed(message)
        if wish.seed is not None:
            message = "--otakit-url: a test with a seed needs a server that is started for it"
            raise _failed(message)
        return server


class RunFleet:
    """Runs fleets in a test's universe."""

    def __init__(self, mender: Mender, option_of: Worlds) -> None:
        """Run them there."""
        self._mender = mender
        self._worlds = option_of

    def __call__(  # noqa: PLR0913 - what a fleet is
        self,
        *,
        devices: int = 20,
        behaviour: str | Mapping[str, float] = "healthy",
        phases: int = 1,
        phase_interval: Span = timedelta(days=1),
        retries: int = 0,
        abort_at: float | None = None,
        poll: Span | None = None,
        duration: Span | None = None,
        seed: int = 0,
    ) -> FleetOutcome:
        """Run one to its end; see `otakit.mockserver.testing.fleet.run_fleet`."""
        try:
            return run_fleet(
                self._mender,
                devices=devices,
                behaviour=behaviour,
                phases=phases,
                phase_interval=phase_interval,
                retries=retries,
                abort_at=abort_at,
                poll=poll,
                duration=duration,
                seed=seed,
                control_token=self._worlds.control_token,
            )
        except BrokenPromise as error:
            raise _failed(str(error)) from None
        except ModuleNotFoundError as error:
            message = f"'{error.name}' is missing: ota_fleet needs pip install 'otakit[fleet]'"
            raise _failed(message) from None
