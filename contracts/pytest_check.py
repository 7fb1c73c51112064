"""Rules as tests: what `pytest --otakit-check URL` collects, and how it tries them.

    options → Check → RuleItem for each rule → verdict → pytest's outcome (`pytest_rules`)

A worker of pytest-xdist logs in once, and removes what it has made when it ends. Forms are about
the answers to all rules, whoever has tried them; so with workers they are judged in the process
that leads them (`pytest_forms`).
"""

import secrets
from collections.abc import Generator
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from otakit.contracts.documents import Documents
from otakit.contracts.errors import BadRequestOfUser
from otakit.contracts.exchange import Exchange
from otakit.contracts.forms import is_form
from otakit.contracts.plugin import option
from otakit.contracts.profiles import DEFAULT_PROFILE, PROFILES
from otakit.contracts.pytest_forms import Forms
from otakit.contracts.pytest_rules import NotShown, RuleCollector, RuleItem, declare_markers, told
from otakit.contracts.rule import Rule
from otakit.contracts.rules import load
from otakit.contracts.runner import Run
from otakit.contracts.selection import chosen
from otakit.contracts.session import Session
from otakit.contracts.target import Target
from otakit.contracts.verdicts import Result
from otakit.contracts.waivers.waiver import Waiver, read_waivers
from otakit.mockserver.domain.clock import Clock

ROOT = "otakit"
"""What the ids of the tests begin with: `otakit::MEN-DEV-AUT-001`."""

_CHOSEN = "otakit_rules"
"""The option that takes rules named as arguments to the workers."""


class Check:
    """The rules for one server, and what was found so far."""

    def __init__(self, config: pytest.Config) -> None:
        """Read the options; raises BadRequestOfUser."""
        self._config = config
        profile = option(config, "profile") or DEFAULT_PROFILE
        if profile not in PROFILES:
            raise BadRequestOfUser(_unknown("--otakit-profile", profile, [*PROFILES]))
        self.profile = PROFILES[profile]
        self.documents = Documents(self.profile.edition)
        self.target = _target(config, profile)
        self.rules = chosen(load(), self.profile, self.documents, ids=_named(config))
        self.waivers = self._waivers()
        self.forms = Forms(self.waivers)
        self.left: list[str] = []
        self.worker = hasattr(config, "workerinput")
        self._running: Run | None = None
        declare_markers(config, self.documents)

    def _waivers(self) -> dict[str, Waiver]:
        source = option(self._config, "waivers")
        if not source:
            return {}
        from otakit.contracts.choice import Choice  # noqa: PLC0415 - it brings all of Hypothesis

        today = datetime.fromtimestamp(Clock().now(), UTC).date()
        return read_waivers(source, Choice(self.profile, self.documents, load()).names, today)

    @cached_property
    def _session(self) -> Session:
        run = f"otakit-{secrets.token_hex(4)}"
        return Session(self.target, self.profile, self.documents, run)

    def tried(self, rule: Rule) -> tuple[Result, list[Exchange]]:
        """Try a rule; return what came of it, and all that was asked. Raises TargetUnreachable."""
        if self._running is None:
            self._running = Run(self._session, (), waivers=self.waivers, effort="default")
        before = len(self._session.exchanges)
        result = self._running.tried(rule)
        return result, self._session.exchanges[before:]

    # What pytest asks

    def pytest_report_header(self) -> str:
        """Say what is checked."""
        return f"otakit: {self.target.base} is held to the documents as {self.profile.name}"

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Add the rules to what the session has."""
        report = yield
        if isinstance(collector, pytest.Session) and report.result is not None:
            rules = RuleCollector.from_parent(collector, name=ROOT, nodeid=ROOT, check=self)
            report.result = [*report.result, rules]
        return report

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        """Put forms last, in whatever order others have put the tests."""
        yield
        items.sort(key=lambda item: isinstance(item, RuleItem) and is_form(item.rule))

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Leave forms to the process that leads the workers."""
        return True if self.worker and isinstance(item, RuleItem) and is_form(item.rule) else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note what was asked, for the forms; show it where a rule is broken."""
        report = yield
        if isinstance(item, RuleItem) and call.when == "call":
            result = item.result
            if result is not None and result.broken:
                report.sections.append(("otakit requests", told(item.exchanges)))
            if call.excinfo is not None and isinstance(call.excinfo.value, NotShown):
                report.otakit_not_shown = True  # type: ignore[attr-defined]  # ours, and travels
            report.otakit_heard = Forms.noted(item.exchanges)  # type: ignore[attr-defined]  # as well
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Call a rule that was not reached an error: whether it holds is not known."""
        if report.failed and getattr(report, "otakit_not_shown", False):
            return "error", "E", "NOT REACHED"
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hear what a worker has asked."""
        self.forms.hear(getattr(report, "otakit_heard", ()))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Note which forms are to be judged, of those that workers have chosen."""
        known = {f"{ROOT}::{rule.id}": rule for rule in self.rules if is_form(rule)}
        self.forms.wanted = {name: known[name] for name in ids if name in known}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Judge the forms when all workers are done."""
        done = yield
        for report in self.forms.reports():
            self._config.hook.pytest_runtest_logreport(report=report)
        return done

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Remove what was made at the server, however the session has ended."""
        if self._running is None:
            return
        running, self._running = self._running, None
        with running:
            if exitstatus != pytest.ExitCode.INTERRUPTED:
                running.finish()
        self.left += running.cleaned.left
        if self.worker:
            self._config.workeroutput["otakit_left"] = self.left  # type: ignore[attr-defined]  # xdist's

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Hear what a worker could not remove."""
        self.left += getattr(node, "workeroutput", {}).get("otakit_left", [])

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what is still there."""
        if self.left:
            terminalreporter.section("otakit: still there of what was made")
            for line in self.left:
                terminalreporter.line(line)


def _target(config: pytest.Config, profile: str) -> Target:
    """Return the server that is checked; raises BadRequestOfUser."""
    names = ("email", "password", "token", "tenant_token", "project_key")
    said: dict[str, Any] = {name: option(config, name) for name in names}
    if profile == "jfrog-connect":
        enough = bool(said["token"] and said["project_key"])
        message = "the profile jfrog-connect needs --otakit-project-key and --otakit-token"
    else:
        enough = bool(said["token"]) != bool(said["email"] and said["password"])
        message = "who are we there? Give --otakit-email and --otakit-password, or --otakit-token"
    if not enough:
        raise BadRequestOfUser(message)
    authority = option(config, "authority")
    path = Path(authority) if authority else None
    return Target(url=option(config, "check"), authority=path, **said)


def _named(config: pytest.Config) -> list[str]:
    """Take rules out of pytest's arguments; without other arguments only rules are collected."""
    explicit = config.args_source is pytest.Config.ArgsSource.ARGS
    prefix = f"{ROOT}::"
    named = [arg.removeprefix(prefix) for arg in config.args if arg.startswith(prefix)]
    named += getattr(config.option, _CHOSEN, [])
    setattr(config.option, _CHOSEN, named)
    config.args = [arg for arg in config.args if explicit and not arg.startswith(prefix)]
    return named


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}"
    return f"{what}: there is no '{name}'; {hint}"
