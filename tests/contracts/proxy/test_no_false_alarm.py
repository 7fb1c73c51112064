"""Traffic that is as it should be passes without a word: every operation, most of its statuses."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from ota_stories import artifacts, deployments, devauth, device_side, services
from ota_stories.recorder import Recorder
from ota_stories.stage import Stage
from ota_support.proxies import RunningProxy

LISTED = Path(__file__).parents[2] / "specs" / "documented" / "operations.json"
STORIES = [
    *device_side.STORIES,
    *devauth.STORIES,
    *artifacts.STORIES,
    *deployments.STORIES,
    *services.STORIES,
]


def test_stories_of_every_operation(
    start_server: Callable[..., Any], start_proxy: Callable[..., RunningProxy]
) -> None:
    """No answer of the mock is blamed but for its planted failures, and no request that it took."""
    proxies: list[RunningProxy] = []

    def start(*options: str) -> str:
        proxies.append(start_proxy(start_server(*options).url))
        return proxies[-1].url

    listed = [o for o in json.loads(LISTED.read_text(encoding="utf-8")) if "003_" in o["document"]]
    with closing(Stage(start, Recorder("mender"), listed)) as stage:
        for story in STORIES:
            story(stage)
    reports = [proxy.stop() for proxy in proxies]
    assert sum(report["requests"] for report in reports) > 500
    assert [
        (v["operation"], v["status"], v["what"])
        for report in reports
        for v in report["violations"]
        if (v["kind"] == "request" and v["status"] < 300)
        or (v["kind"] == "answer" and v["status"] < 500)
        or v["kind"] == "target"
    ] == []
    assert {r["requests_not_looked_at"] + r["bodies_not_read"] for r in reports} == {0}
