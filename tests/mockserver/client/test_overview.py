"""A universe at a glance, and what the server is, by the client."""

from otakit.mockserver.client import ControlClient, NewUniverse


def test_overview_counts_and_lists(universe: NewUniverse) -> None:
    """As many as are asked for, of the status that is."""
    universe.load_scenario("small-fleet")
    shown = universe.overview(devices=1, device_status="pending")
    assert shown["universe"]["id"] == universe.id
    assert shown["devices"]["counts"]["accepted"] > 1
    assert [device["status"] for device in shown["devices"]["list"]] == ["pending"]


def test_apis_are_listed_with_their_operations(client: ControlClient) -> None:
    """Which is what faults and the journal name."""
    shown = client.apis()
    operations = {known["id"] for api in shown["apis"] for known in api["operations"]}
    assert {"listDevices", "reportDeploymentStatus", "listApis"} <= operations
    assert (shown["edition"], shown["dialect"]) == ("mender", "documented")
