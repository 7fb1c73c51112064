"""`python -m benchmarks`: runs from the checkout, tells what it found, leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "benchmarks", "--quick"]


def test_quick_run_writes_its_tables_and_names_missing_peers(tmp_path: Path) -> None:
    """Each part has its table, each target its verdict; nobody's paths are in it."""
    command = [*COMMAND, "--into", str(tmp_path / "figures"), "requests", "universes"]
    nothing_on_path = {**os.environ, "PATH": str(tmp_path)}
    run = subprocess.run(
        command, cwd=CHECKOUT, env=nothing_on_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    results = (tmp_path / "figures" / "RESULTS.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in results.splitlines() if line[:1] == "|"]
    costs = {row[0]: row[1:] for row in rows}
    assert costs["CPU, µs"] == ["bare Starlette", "otakit"]
    assert len(costs["device poll → 204"]) == 2
    assert len(costs["reset of one that was used"]) == 5
    figure, verdict = costs["requests: status report → 204"][-2:]
    ratio = float(figure.split()[0])
    assert (ratio <= 2) == (verdict == "met") or round(ratio, 2) == 2
    assert "- Prism was not found: `npm install --prefix DIR @stoplight/prism-cli`" in results
    assert [row[-1] for row in rows if "Prism" in row[1]] == ["not measured"] * 2
    assert "a quick run" in results.lower()
    assert str(tmp_path) not in results
    assert str(CHECKOUT) not in results


def test_interrupted_run_leaves_no_server() -> None:
    """SIGTERM in the middle of a part ends the server that it measures, too."""
    command = [*COMMAND, "universes"]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        progress = iter(run.stderr.readline, "")
        assert any("rounds of" in line for line in progress)
        servers = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=20) == 130
    assert servers
    assert not any(Path(f"/proc/{pid}").exists() for pid in servers)
