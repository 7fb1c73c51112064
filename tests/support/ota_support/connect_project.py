"""A project of JFrog Connect at the mock, prepared as `otakit check` wants one."""

from typing import Any

from otakit.mockserver.client import ControlClient

FLEET: dict[str, Any] = {
    "groups": ["Berlin"],
    "apps": ["shop"],
    "devices": [
        {
            "uuid": "d-4cfe-4e51",
            "name": "till",
            "groups": ["Berlin"],
            "tags": ["till"],
            "apps": {"shop": "2.0"},
        },
        {"uuid": "d-feaf-d9aa", "name": "scale", "state": "offline"},
    ],
    "flows": [
        {
            "uuid": "f-7b56-3336",
            "name": "Say hello",
            "parameters": {"greeting": "hello"},
            "cve_severity": {"High": 1},
            "steps": [
                {"name": "say", "duration": 1, "stdout": "${{ inputs.greeting }}\n"},
                {"name": "rest", "duration": 1},
            ],
        }
    ],
}

NAMES = {
    "connect_flow": "f-7b56-3336",
    "connect_device": "d-4cfe-4e51",
    "connect_offline_device": "d-feaf-d9aa",
    "connect_group": "Berlin",
    "connect_tag": "till",
    "connect_app": "shop",
    "connect_parameter": "greeting",
}

SPEED = 100.0
"""The device that is online looks for work after some seconds: here they are hundredths."""


def prepared(url: str) -> dict[str, str]:
    """Put the project into a running mock, and return what a target says of it."""
    with ControlClient(url) as client:
        universe = client.universe()
        universe.connect.replace(FLEET)
        universe.clock.speed = SPEED
        access = universe.connect.access
    return {"project_key": access.project_key, "token": access.token, **NAMES}
