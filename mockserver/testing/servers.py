"""Servers for tests: started when they are first wanted, and shared by all that want the same."""

import atexit
import os
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from otakit.mockserver.client import ControlClient, Universe
from otakit.mockserver.client.wire import Verify
from otakit.mockserver.testing.mender import Access, Mender
from otakit.mockserver.testing.process import Option, ServerProcess
from otakit.mockserver.testing.shared import shared_url

__all__ = ["RunningServer", "Servers", "running_server", "speed_of", "universe"]

_DEFAULT_PASSWORD = "otakit-password"  # noqa: S105 - documented

Clock = str | float


class RunningServer:
    """A server that answers at `url`, and its control API in `client`.

    `process` is None for one that somebody else has started. `live` are the universes that were
    made here and are still there.
    """

    def __init__(
        self,
        url: str,
        *,
        control_token: str | None = None,
        verify: Verify = True,
        process: ServerProcess | None = None,
    ) -> None:
        """Talk to a server; nothing is asked yet."""
        self.url = url.rstrip("/")
        self.process = process
        self.control_token = control_token or ""
        self.client = ControlClient(self.url, control_token, verify=verify)
        self.live: list[Mender] = []
        self._verify = verify

    def __repr__(self) -> str:
        """Name it."""
        return f"<{type(self).__name__} at {self.url}>"

    def __enter__(self) -> Self:
        """Use it until the block is left."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def stop(self) -> None:
        """Stop the process, if it was started here."""
        self.client.close()
        if self.process is not None:
            self.process.stop()

    @contextmanager
    def universe(
        self,
        name: str = "",
        *,
        scenario: str | Path | None = None,
        clock: Clock | None = None,
        plan: str | None = None,
    ) -> Iterator[Mender]:
        """Make a universe, and delete it when the block is left.

        `scenario` is loaded into it: one of otakit's by name, or a file. `clock` is `"frozen"`,
        `"x60"` for a minute a second, or such a number. `plan` is what its tenant has booked.
        """
        speed = speed_of(clock)
        with self.client.new_universe(name, plan=plan) as made:
            access = (made.password, made.token)
            with self._lived_in(made, access, scenario, speed) as mender:
                yield mender

    @contextmanager
    def default_universe(
        self,
        *,
        scenario: str | Path | None = None,
        clock: Clock | None = None,
        plan: str | None = None,
    ) -> Iterator[Mender]:
        """Reset the unnamed universe and use it: its ids depend on the server's seed alone.

        Its login has to be the one that `otakit serve` has by itself.
        """
        speed = speed_of(clock)
        found = self.client.universe()
        found.reset()
        if plan is not None:
            found.plan = plan
        with self._lived_in(found, (_DEFAULT_PASSWORD, ""), scenario, speed) as mender:
            mender.log_in()
            yield mender

    @contextmanager
    def _lived_in(
        self, found: Universe, access: Access, scenario: str | Path | None, speed: float | None
    ) -> Iterator[Mender]:
        mender = Mender(found, access, self._trust())
        self.live.append(mender)
        try:
            if scenario is not None:
                mender.load_scenario(scenario)
            if speed is not None:
                mender.clock.speed = speed
            yield mender
        finally:
            self.live.remove(mender)
            mender.close()

    def _trust(self) -> ssl.SSLContext:
        if not self.url.startswith("https:"):
            return _NO_TLS
        if isinstance(self._verify, ssl.SSLContext):
            return self._verify
        authority = None if isinstance(self._verify, bool) else str(self._verify)
        return ssl.create_default_context(cafile=authority)


_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def speed_of(clock: Clock | None) -> float | None:
    """Return the speed of a clock as users name it; raises ValueError for what is none."""
    if clock is None:
        return None
    named = {"real": 1.0, "frozen": 0.0}
    try:
        speed = named.get(clock) if isinstance(clock, str) else float(clock)
        speed = float(str(clock).removeprefix("x")) if speed is None else speed
    except ValueError:
        speed = -1.0
    if not 0.0 <= speed <= 1e6:  # noqa: PLR2004 - nobody needs a year in half a minute
        message = f"clock: {clock!r} is not 'real', 'frozen', 'x60' or a number such as 60"
        raise ValueError(message)
    return speed


@contextmanager
def running_server(*, patience: float = 60.0, **options: Option) -> Iterator[RunningServer]:
    """Run `otakit serve` for the block, on a free port unless one is given.

    `options` are those of the command: `edition="mender-1"`, `scenario="demo"`, `seed=7`,
    `tls_self_signed=path`. Raises StartFailed where it does not start, or not within `patience`
    seconds.
    """
    with _started(options, patience) as server:
        yield server


def _started(options: dict[str, Option], patience: float = 60.0) -> RunningServer:
    process = ServerProcess(options, patience=patience)
    token = options.get("control_token")
    authority = options.get("tls_self_signed")
    return RunningServer(
        process.url,
        control_token=str(token) if token else None,
        verify=str(authority) if authority else True,
        process=process,
    )


class Servers:
    """Servers by what they are started with: each is started when it is first asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        """Begin with none; those of a `folder` are shared with other processes (`shared`)."""
        self._folder = folder if folder is not None and folder.is_dir() else None
        self._running: dict[tuple[object, ...], RunningServer] = {}
        self._stack = ExitStack()

    def __iter__(self) -> Iterator[RunningServer]:
        """Go through those that run."""
        return iter(self._running.values())

    def get(self, **options: Option) -> RunningServer:
        """Return the one with these options of `otakit serve`; raises StartFailed."""
        # A forked process must not share its parent's connections, so the server neither.
        key = (os.getpid(), *sorted(options.items()))
        if key not in self._running:
            # Whoever names a seed uses the unnamed universe, of which a server has one.
            if self._folder is None or "seed" in options:
                server = _started(options)
            else:
                server = RunningServer(shared_url(self._folder, options))
            self._running[key] = self._stack.enter_context(server)
        return self._running[key]

    def close(self) -> None:
        """Stop all of them."""
        self._running.clear()
        self._stack.close()


_SHARED = Servers()
"""Those of this process; they end with it."""


@contextmanager
def universe(
    name: str = "",
    *,
    server: RunningServer | None = None,
    scenario: str | Path | None = None,
    clock: Clock | None = None,
    plan: str | None = None,
    **options: Option,
) -> Iterator[Mender]:
    """Make a universe for the block: on a server of yours, or one that is shared by the process.

    `options` are those of `otakit serve` for the shared one, such as `dialect="as-built"`. What an
    exception finds in the universe when it leaves the block, clock, faults and journal, is added to
    it as a note.
    """
    home = server if server is not None else shared_server(**options)
    with home.universe(name, scenario=scenario, clock=clock, plan=plan) as mender:
        try:
            yield mender
        except Exception as error:
            note(error, mender)
            raise


def note(error: BaseException, mender: Mender) -> None:
    """Add to an exception what there is to see in a universe."""
    from otakit.mockserver.testing.report import report_of  # noqa: PLC0415 - for failures only

    error.add_note(report_of(mender.universe))


def shared_server(**options: Any) -> RunningServer:
    """Return this process's server with these options; it is started at the first call."""
    if not list(_SHARED):
        atexit.register(_SHARED.close)
    return _SHARED.get(**options)
