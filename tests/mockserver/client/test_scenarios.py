"""Scenarios by the client."""

import httpx
import pytest

from otakit.mockserver.client import ControlClient, ControlError, NewUniverse

OWN = """
title: Two pumps
devices:
  - {name: pump, count: 2}
"""


def test_scenario_is_loaded_by_name(client: ControlClient, universe: NewUniverse) -> None:
    """Each that is listed can be; the devices are there then."""
    names = [scenario.name for scenario in client.scenarios()]
    assert {"empty", "small-fleet"} <= set(names)
    loaded = universe.load_scenario("small-fleet")
    headers = {"Authorization": f"Bearer {universe.token}"}
    url = f"{universe.url}/api/management/v2/devauth/devices"
    assert len(httpx.get(url, headers=headers).json()) == loaded.devices > 0
    assert universe.load_scenario(definition=OWN).title == "Two pumps"
    assert len(httpx.get(url, headers=headers).json()) == 2


def test_bad_scenario_is_refused(universe: NewUniverse) -> None:
    """One that there is not, with those that there are; a text with the place of what is wrong."""
    with pytest.raises(ControlError, match="small-fleet"):
        universe.load_scenario("../../etc/passwd")
    with pytest.raises(ControlError, match=r"1:1: titel: .* 'title'"):
        universe.load_scenario(definition="titel: x")
