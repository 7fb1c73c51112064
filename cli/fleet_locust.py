"""One run of `otakit fleet --engine locust`: its master, which all is told, or one of its workers.

Locust has changed Python's sockets when this is imported: nothing else may import it.
"""

import json
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from typing import Any

import click
import gevent
from gevent.event import Event
from locust.env import Environment
from locust.exception import RPCError
from locust.runners import LocalRunner, MasterRunner
from locust.stats import PERCENTILES_TO_REPORT, StatsCSV, stats_history
from rich.console import Console

from otakit.cli import fleet_options
from otakit.cli.fleet_run import (
    EXIT_BROKEN,
    EXIT_HELD,
    EXIT_STOPPED,
    EXIT_UNREACHABLE,
    fleet_plan,
)
from otakit.cli.fleet_view import LINE_EVERY, FleetView
from otakit.fixtures.behaviours import assign, behaviour
from otakit.fixtures.fleet.cleaning import Removed, clean_up
from otakit.fixtures.fleet.locust_run import LocustRun
from otakit.fixtures.fleet.locust_users import environment_for, users_of
from otakit.fixtures.fleet.locust_wire import GreenWire, Reach, finished
from otakit.fixtures.fleet.locust_worker import Share
from otakit.fixtures.fleet.locust_workers import WorkerFailed, WorkerGone, Workers
from otakit.fixtures.fleet.operator import Login, Operator, Refused
from otakit.fixtures.fleet.performer import Unreachable
from otakit.fixtures.fleet.plan import FleetPlan
from otakit.fixtures.fleet.summary import HELD, STOPPED, result, summary

_HERE = "127.0.0.1"
_TWICE = 0.5
"""Seconds within which a second signal is the first one's echo, as `timeout` sends it."""


def run_locust(url: str, options: Mapping[str, Any]) -> int:
    """Run a fleet in Locust, or be a worker of one; return the exit code."""
    logging.basicConfig(format="otakit: %(message)s", level=logging.WARNING)
    logging.getLogger("locust").setLevel(logging.CRITICAL)  # what matters of it is said here
    reach = Reach(
        url=url,
        tls=fleet_options.tls(options["tls_ca"], insecure=options["insecure"]),
        timeout=options["timeout"],
        connections=options["connections"],
    )
    part = _Worker if options["locust_mode"] == "worker" else _Master
    try:
        command = part(reach, options)
        return _until_signals(command.run, command.stop)
    except (Unreachable, Refused, WorkerGone) as error:
        click.echo(f"otakit: {error}", err=True)
        return EXIT_UNREACHABLE
    except WorkerFailed as error:
        raise click.ClickException(str(error)) from None


def _until_signals(work: Callable[[], int], stop: Callable[[], bool]) -> int:
    """Do the work; Ctrl-C tells it to stop, and ends it if that says that it has been told."""
    ends: list[int | BaseException] = []

    def go() -> None:
        try:
            ends.append(work())
        except (Exception, SystemExit, gevent.GreenletExit) as error:  # noqa: BLE001 - handed on
            ends.append(error)

    greenlet = gevent.spawn(go)

    first = inf

    def told() -> None:
        nonlocal first
        now = time.monotonic()
        first = min(first, now)
        if not stop() and not 0.0 < now - first < _TWICE:
            greenlet.kill(block=False)

    for number in (signal.SIGINT, signal.SIGTERM):
        gevent.signal_handler(number, told)
    greenlet.join()
    end = ends[0]
    if isinstance(end, gevent.GreenletExit):
        return EXIT_STOPPED
    if isinstance(end, BaseException):
        raise end
    return end


class _Master:
    """The one process of a run that acts as its user and tells what came of it."""

    def __init__(self, reach: Reach, options: Mapping[str, Any]) -> None:
        self._reach = reach
        self._options = options
        self._plan = fleet_plan(options)
        _check_keys(self._plan)
        self._view = _View(Console(stderr=True, highlight=False), self._plan)
        self._run: LocustRun | None = None
        self._removed: Removed | None = None
        self._lingering: Event | None = None

    def run(self) -> int:
        """Run it; return the exit code."""
        options = self._options
        login = Login(
            email=options["email"], password=options["password"], token=options["token"] or ""
        )
        wire, operator = GreenWire(self._reach.session()), Operator(login)
        finished(wire.perform(operator.log_in()))
        environment = environment_for(self._reach)
        runner = self._runner(environment)
        try:
            run = self._prepared(environment, runner, wire, operator)
            with self._page(environment, runner):
                with self._view.live():
                    self._go(run, wire, operator)
                code = self._tell(run)
                self._linger(run, runner)
        except gevent.GreenletExit:
            self._view.say(f"stopped; what is left goes with --clean {self._plan.run}")
            raise
        else:
            return code
        finally:
            runner.quit()

    def stop(self) -> bool:
        """End the run, so that it is cleaned up; False says that it is ending."""
        if self._lingering is not None:
            self._lingering.set()
        elif self._run is None or self._run.stopped:
            return False
        else:
            self._run.stop()
        return True

    def _runner(self, environment: Environment) -> LocalRunner | MasterRunner:
        options = self._options
        if options["locust_mode"] == "local":
            return environment.create_local_runner()
        host, port = options["master_host"], options["master_port"]
        try:
            runner = environment.create_master_runner(host, port)
        except (RPCError, SystemExit):
            message = f"--master-port: {port} of '{host}' cannot be used: is another master there?"
            raise click.ClickException(message) from None
        self._view.say(f"workers are awaited at {host}:{port}")
        return runner

    def _prepared(
        self,
        environment: Environment,
        runner: LocalRunner | MasterRunner,
        wire: GreenWire,
        operator: Operator,
    ) -> LocustRun:
        options, plan = self._options, self._plan
        workers = Workers(runner, plan, options["tenant_token"])
        if isinstance(runner, LocalRunner):
            share = Share(runner, options["connections"])
            users_of(environment, share)
            share.hello()
        names = assign(plan.behaviours, plan.devices, plan.seed)
        kinds = {name: behaviour(name) for name in set(names)}
        run = LocustRun(
            plan,
            [(name, kinds[name]) for name in names],
            wire=wire,
            operator=operator,
            workers=workers,
            stats=environment.stats,
        )
        self._run = self._view.run = run
        self._workers = workers
        return run

    def _go(self, run: LocustRun, wire: GreenWire, operator: Operator) -> None:
        """Go through the run, cleaning up included."""
        options = self._options
        try:
            run.run(options["expect_workers"])
        finally:
            if not options["keep"]:
                run.stage = "cleaning up"
                self._removed = finished(
                    clean_up(wire, operator, self._plan.run, self._view.cleaned)
                )

    @contextmanager
    def _page(self, environment: Environment, runner: LocalRunner | MasterRunner) -> Iterator[None]:
        """Serve Locust's page where it is asked for; it stays until Ctrl-C."""
        port = self._options["web_port"]
        if port is None:
            yield
            return
        sys.argv[1:] = []  # else the page would read them, as Locust's own options
        statistics = StatsCSV(environment, PERCENTILES_TO_REPORT)
        page: Any = environment.create_web_ui(_HERE, port, stats_csv_writer=statistics)
        stopping: Any = environment.events.test_stopping
        stopping.add_listener(self._stopped_on_page)
        history = gevent.spawn(stats_history, runner)
        self._view.say(f"Locust's page is at http://{_HERE}:{port}")
        try:
            yield
        finally:
            history.kill()
            page.stop()

    def _stopped_on_page(self, **_: Any) -> None:
        if self._run is not None and self._lingering is None:
            self._run.stop()

    def _linger(self, run: LocustRun, runner: LocalRunner | MasterRunner) -> None:
        """Leave the page, where there is one, to be looked at."""
        if self._options["web_port"] is not None and not run.stopped:
            self._lingering = Event()
            runner.stop()
            self._view.say("the run is over; the page stays until Ctrl-C")
            self._lingering.wait()

    def _tell(self, run: LocustRun) -> int:
        """Say what came of it; return the exit code."""
        if self._options["as_json"]:
            told = {**summary(run), "workers": dict(self._workers.shares())}
            click.echo(json.dumps(told, indent=2))
        else:
            self._view.tell(run, self._removed)
            self._view.tell_workers(self._workers)
        return {HELD: EXIT_HELD, STOPPED: EXIT_STOPPED}.get(result(run), EXIT_BROKEN)


class _Worker:
    """A process that moves a share of the devices."""

    def __init__(self, reach: Reach, options: Mapping[str, Any]) -> None:
        self._reach = reach
        self._options = options
        self._environment = environment_for(reach)

    def run(self) -> int:
        """Move devices until the master says that it is over; return the exit code."""
        host, port = self._options["master_host"], self._options["master_port"]
        click.echo(f"otakit: looking for the master at {host}:{port}", err=True)
        try:
            runner = self._environment.create_worker_runner(host, port)
        except (ConnectionError, RPCError):
            message = f"{host}:{port} cannot be reached: no master answers"
            raise WorkerGone(message) from None
        click.echo("otakit: the master has been found", err=True)
        share = Share(runner, self._options["connections"])
        users_of(self._environment, share)
        share.hello()
        runner.greenlet.join()
        if share.problem:
            raise WorkerGone(share.problem)
        return EXIT_HELD

    def stop(self) -> bool:
        """Tell the master that this one goes; and go."""
        if self._environment.runner is not None:
            quitting: Any = self._environment.events.quitting
            quitting.fire(environment=self._environment)
        return False


class _View(FleetView):
    """What is shown of a run whose time passes in greenlets."""

    @contextmanager
    def lines(self) -> Iterator[None]:
        """Say from time to time how far it is, while the block runs."""

        def say() -> None:
            while True:
                gevent.sleep(LINE_EVERY)
                self.say_line()

        lines = gevent.spawn(say)
        try:
            yield
        finally:
            lines.kill()

    def tell_workers(self, workers: Workers) -> None:
        """Say how many devices each worker has had."""
        shares = workers.shares()
        if set(shares) != {"local"}:
            self.say(", ".join(f"{n} devices on {name}" for name, n in shares.items()))


def _check_keys(plan: FleetPlan) -> None:
    """Refuse what would need keys that only the workers have; raises ClickException."""
    shared = any(behaviour(name).shares_identity for name in plan.behaviours)
    if plan.algorithm == "rsa" and (plan.preauthorise or shared):
        what = "--preauthorise" if plan.preauthorise else "a behaviour that shares identities"
        message = f"--key rsa with {what}: the master of Locust cannot know its workers' RSA keys"
        raise click.ClickException(message)
