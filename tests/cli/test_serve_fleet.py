"""`otakit serve --fleet` and `--fleet-behaviour`."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ota_support.commands import OTAKIT, otakit
from otakit.mockserver.client import ControlClient

SHOP = "title: A shop\nsimulated: true\ndevices: [{name: till, count: 2, joined: -1d}]\n"


def test_fleet_lives_beside_a_scenario(start_server: Callable[..., Any], tmp_path: Path) -> None:
    """Its devices are accepted when the server answers, and idle after their first polls."""
    shop = tmp_path / "shop.yaml"
    shop.write_text(SHOP, encoding="utf-8")
    server = start_server(
        *("--scenario", str(shop), "--clock", "frozen"),
        *("--fleet", "20", "--fleet-behaviour", "healthy=90,stuck=10"),
    )
    with ControlClient(server.url) as client:
        universe = client.universe()
        state = universe.fleet.state()
        assert (state.devices, state.added) == (22, 20)
        assert state.behaviours == {"healthy": 18, "stuck": 2}
        assert universe.overview()["devices"]["counts"]["accepted"] == 22
        universe.clock.advance(seconds=30)
        assert universe.fleet.state().doing == {"idle": 22}


def test_fleet_is_announced() -> None:
    """Who finds a server running sees who lives there; by a large fleet, too, and its bar."""
    command = [OTAKIT, "serve", "--port", "0", "--fleet", "600", "--fleet-behaviour", "slow,fails"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("otakit ready ")
        process.terminate()
        said = process.communicate(timeout=30)[1]
    assert process.returncode == 0
    assert "fleet          600 simulated devices: 300 fails, 300 slow\n" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fleet-behaviour", "stuck"], "--fleet-behaviour: .*--fleet says how many"),
        (["--fleet", "6", "--edition", "jfrog-connect"], "--fleet: .*'jfrog-connect' has no API"),
    ],
)
def test_impossible_fleet_is_one_clear_line(
    refuse_start: Callable[..., str], options: list[str], said: str
) -> None:
    """The message names the option and the way out."""
    assert re.match(said, refuse_start(*options))


def test_fleet_beyond_the_limit_is_one_clear_line() -> None:
    """That is seen when the server is there already, which takes its files along as it ends."""
    done = subprocess.run(
        [OTAKIT, "serve", "--port", "0", "--fleet", "6", "--device-limit", "5"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"Error: --fleet: .*6 more .* 0 of at most 5 are.*\n", done.stderr)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fleet", "0"], "'--fleet': 0 is not in the range"),
        (["--fleet", "1", "--fleet-behaviour", "happy"], "'--fleet-behaviour': 'happy' is none of"),
        (["--fleet", "1", "--fleet-behaviour", "stuck=x"], "'x' is no weight for stuck"),
        (["--fleet", "1", "--fleet-behaviour", "stuck=0"], "has no weight above 0"),
    ],
)
def test_bad_value_names_its_option(options: list[str], said: str) -> None:
    """As click has it."""
    done = otakit("serve", *options)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
