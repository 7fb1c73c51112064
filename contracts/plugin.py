"""The pytest plugin: a mock server for tests, and conformance rules as tests.

Whoever has otakit installed loads this module with each pytest, so it imports pytest and the
standard library alone. What a fixture or an option needs is imported when that is used:
`pytest_worlds` has the servers and universes, `pytest_story` what a failed test shows of them,
`pytest_conforms` compares answers, `pytest_check` has the rules that `--otakit-check` collects,
`pytest_rules` what makes a test of one.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from otakit.contracts.pytest_check import Check
    from otakit.contracts.pytest_conforms import AssertConforms
    from otakit.contracts.pytest_workers import Leader
    from otakit.contracts.pytest_worlds import RunFleet, Worlds
    from otakit.mockserver.testing import Connect, Mender, RunningServer

MARKER = (
    "otakit(scenario, clock, dialect, edition, plan, seed): what the mock is for this test: a"
    " scenario by name or file, clock='frozen' or 'x60', dialect='as-built', edition='mender-1',"
    " plan='os', and a seed of all its ids"
)

_FOLDER = "otakit_folder"
_INSTALL = "pip install 'otakit[{}]'"

WORLDS: "pytest.StashKey[Worlds]" = pytest.StashKey()
LEADER: "pytest.StashKey[Leader | None]" = pytest.StashKey()
WRONG: "pytest.StashKey[str]" = pytest.StashKey()

_OPTIONS = (
    ("--otakit-url", "URL", "use this running otakit server, instead of starting one"),
    ("--otakit-control-token", "TOKEN", "its --control-token"),
    ("--otakit-authority", "FILE", "certificates to trust of servers with https"),
    ("--otakit-check", "URL", "collect the rules of the documents, and try them at this server"),
    ("--otakit-profile", "NAME", "what that server claims to be (default: mender-enterprise)"),
    ("--otakit-email", "EMAIL", "who we are there"),
    ("--otakit-password", "PASSWORD", "the password; OTAKIT_PASSWORD keeps it out of logs"),
    ("--otakit-token", "TOKEN", "a management token, in place of both"),
    ("--otakit-tenant-token", "TOKEN", "what devices name their tenant with there"),
    ("--otakit-project-key", "KEY", "the project of JFrog Connect that is checked"),
    ("--otakit-waivers", "NAME|FILE", "rules that are known to be broken there"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; each can be given as a variable, such as OTAKIT_URL."""
    group = parser.getgroup("otakit", "mock OTA server, and rules for real ones")
    for name, metavar, text in _OPTIONS:
        group.addoption(name, metavar=metavar, default=None, help=text)


def option(config: pytest.Config, name: str) -> str:
    """Return an option, or what its variable says, or nothing."""
    import os  # noqa: PLC0415 - as all here that not everybody needs

    given = config.getoption(f"otakit_{name}", default=None)
    return str(given if given is not None else os.environ.get(f"OTAKIT_{name.upper()}", ""))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker; bring the rules in, if they are asked for."""
    config.addinivalue_line("markers", MARKER)
    if config.getoption("otakit_check"):
        config.pluginmanager.register(_check(config), "otakit-check")


def _check(config: pytest.Config) -> "Check":
    """Return the rules that are asked for; raises UsageError."""
    try:
        from otakit.contracts.errors import BadRequestOfUser  # noqa: PLC0415 - as above
        from otakit.contracts.pytest_check import Check  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        message = (
            f"'{error.name}' is not installed: --otakit-check needs {_INSTALL.format('check')}"
        )
        raise pytest.UsageError(message) from None
    try:
        return Check(config)
    except BadRequestOfUser as error:
        message = f"--otakit-check: {error}"
        raise pytest.UsageError(message) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Let the workers of pytest-xdist share servers; none is started before one is wanted."""
    from otakit.contracts.pytest_workers import Leader  # noqa: PLC0415 - as above

    leader = node.config.stash.setdefault(LEADER, None) or Leader()
    node.config.stash[LEADER] = leader
    node.workerinput[_FOLDER] = str(leader.folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let servers end that workers have shared."""
    if leader := config.stash.get(LEADER, None):
        leader.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse markers that say something else than they can.

    A worker of pytest-xdist cannot end the session: there the test fails.
    """
    if not any(item.get_closest_marker("otakit") for item in items):
        return
    from otakit.contracts.pytest_worlds import wish_of  # noqa: PLC0415 - as above

    for item in items:
        try:
            wish_of(item)
        except pytest.UsageError as error:
            if not hasattr(config, "workerinput"):
                raise
            item.stash[WRONG] = str(error)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose marker is wrong."""
    if wrong := item.stash.get(WRONG, ""):
        pytest.fail(wrong, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell of a failed test what there is to see in its universes."""
    report = yield
    worlds = item.config.stash.get(WORLDS, None)
    if report.failed and worlds is not None and report.when != "teardown":
        from otakit.contracts.pytest_story import sections  # noqa: PLC0415 - as above

        report.sections.extend(sections(item, worlds))
    return report


@pytest.fixture(scope="session")
def _ota_worlds(request: pytest.FixtureRequest) -> "Iterator[Worlds]":
    from otakit.contracts.pytest_worlds import Worlds  # noqa: PLC0415 - as above

    config = request.config
    with Worlds(
        url=option(config, "url"),
        control_token=option(config, "control_token"),
        authority=option(config, "authority"),
        folder=getattr(config, "workerinput", {}).get(_FOLDER, ""),
    ) as worlds:
        config.stash[WORLDS] = worlds
        yield worlds
        del config.stash[WORLDS]


@pytest.fixture(scope="session")
def ota_server(_ota_worlds: "Worlds") -> "RunningServer":
    """Return a running mock server, one for all tests of a process: `.url`, `.client`, `.universe`.

    It serves the current edition, as documented. With `--otakit-url` it is that one.
    """
    return _ota_worlds.server()


@pytest.fixture
def ota_mender(request: pytest.FixtureRequest, _ota_worlds: "Worlds") -> "Iterator[Mender]":
    """Give a Mender server of the test's own: an empty universe, its user, its clock.

    `.url`, `.token`, `.tenant_token`, `.email`, `.password`; `.management` is an httpx client that
    is logged in; `.clock`, `.faults`, `.journal`, `.load_scenario()` steer it; `.device()` is a
    device with a real key. `@pytest.mark.otakit(…)` says what it begins with.
    """
    from otakit.contracts.pytest_worlds import wish_of  # noqa: PLC0415 - as above

    with _ota_worlds.universe(request.node.nodeid, wish_of(request.node)) as mender:
        yield mender


@pytest.fixture
def ota_connect(ota_mender: "Mender") -> "Connect":
    """Return JFrog Connect of the test's own: `.url`, `.project_key`, `.token`, `.http`, `.fleet`.

    It is in the same universe as `ota_mender`.
    """
    return ota_mender.connect


@pytest.fixture
def ota_fleet(ota_mender: "Mender", _ota_worlds: "Worlds") -> "RunFleet":
    """Run a fleet in `ota_mender`, in virtual time: `ota_fleet(devices=20, behaviour="healthy")`.

    It returns the deployment's statistics and what came of it on the devices. A promise of the
    documents that does not hold fails the test.
    """
    from otakit.contracts.pytest_worlds import RunFleet  # noqa: PLC0415 - as above

    return RunFleet(ota_mender, option_of=_ota_worlds)


@pytest.fixture
def ota_assert_conforms(request: pytest.FixtureRequest) -> "AssertConforms":
    """Assert that an answer of httpx, requests or aiohttp is as the documents describe it.

    `ota_assert_conforms(response)` fails with each line that the operation's document does not
    allow. The edition is that of the test's marker, or named: `edition="mender-1"`.
    """
    from otakit.contracts.pytest_worlds import wish_of  # noqa: PLC0415 - as above

    wish = wish_of(request.node)
    try:
        from otakit.contracts.pytest_conforms import AssertConforms  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        message = f"'{error.name}' is missing: ota_assert_conforms needs {_INSTALL.format('check')}"
        raise pytest.fail.Exception(message, pytrace=False) from None
    return AssertConforms(wish.edition, wish.dialect)
