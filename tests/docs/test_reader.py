"""What is wrong on a page is found: each of these pages is wrong in one place."""

from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest

from ota_pages.blocks import read
from ota_pages.expected import json_matches, text_matches
from ota_pages.reader import Addresses, Reader
from ota_pages.shell import shell

WRONG = {
    "a command that fails": "```sh\nfalse\n```\n",
    "a function that is gone": "```sh\ngone\n```\n",
    "other output": "```sh\necho one\n```\n\nprints\n\n```text\ntwo\n```\n",
    "more output": "```sh\necho one; echo two\n```\n\n```text\none\n```\n",
    "other JSON": '```sh\necho \'{"a": 1}\'\n```\n\n```json\n{"a": 2}\n```\n',
    "no JSON": '```sh\necho oh\n```\n\n```json\n{"a": 2}\n```\n',
    "a server that does not start": "```sh\notakit serve --edition none\n```\n",
    "an extra that there is not": "```sh\npip install 'otakit[none]'\n```\n",
    "a package that nobody knows": "```sh\npip install otakitt\n```\n",
    "an environment that tox has not": "```sh\ntox -e none\n```\n",
    "Python that fails": "```python\nassert 1 == 2\n```\n",
    "Python that prints otherwise": "```python\nprint(1)\n```\n\n```text\n2\n```\n",
    "a test without a title": "```python\ndef test_it(): ...\n```\n",
    "no scenario": "```yaml\ntitle: One\nwrong: key\n```\n",
    "no waivers": "```yaml\n- rule: MEN-DEV-AUT-001\n```\n",
    "a step that fails": "```yaml\n- run: exit 3\n```\n",
    "broken JSON": '```json title="a.json"\n{"a"}\n```\n',
    "output of nothing": "```text\nhere\n```\n",
    "no language": "```\nhere\n```\n",
}


def follow(text: str, folder: Path) -> None:
    """Do what a page says, without a server."""
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    nowhere = Addresses(server="127.0.0.1:9", proxy="127.0.0.1:9")
    nobody: Any = None
    with shell(folder, {"OTA_PORT": "9", "OTA_PROXY_PORT": "9"}) as typing:
        for example in read(page, Reader(folder, typing, nowhere, nobody).do).examples():
            example.evaluate()


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_wrong_page_is_found(text: str, tmp_path: Path) -> None:
    """By an error, whatever was right before."""
    with pytest.raises((Exception, SystemExit)) as caught:
        follow(f"```sh\ntrue\n```\n\n# Then\n\n{text}", tmp_path)
    assert not isinstance(caught.value, SkipTest | TypeError | AttributeError)


def test_shell_is_one(tmp_path: Path) -> None:
    """Variables, functions and folders stay from block to block; hidden blocks count as well."""
    follow(
        "```sh\ncd /; A=1; f() { echo $A; }\n```\n\n<!-- invisible: sh\nA=2\n-->\n\n"
        "```sh\nf; pwd; false\n```\n\nprints\n\n```text\n2\n/\n```\n",
        tmp_path,
    )


def test_skipped_block_is_told_of(tmp_path: Path) -> None:
    """With its reason."""
    with pytest.raises(SkipTest, match="it takes a device"):
        follow('<!-- skip: next "it takes a device" -->\n\n```sh\nfalse\n```\n', tmp_path)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a … c", "a b c", True),
        ("a … c", "a b d", False),
        ("one\n…\nlast", "one\ntwo\nthree\nlast", True),
        ("one\n…\nlast", "one\nlast", True),
        ("one\n…", "one\ntwo", True),
        ("…\nlast", "first\nlast", True),
        ("one\n…", "one", True),
        ("one\n…", "two", False),
        ("one …", "one two\nthree", False),
        ("=== 1 ===", "===== 1 =======", True),
        ("a.c", "abc", False),
        ("one", "one\ntwo", False),
    ],
)
def test_text(shown: str, printed: str, *, same: bool) -> None:
    """… is the rest of a line, or any lines where it stands alone; all else is as it is shown."""
    assert text_matches(shown, printed) == same


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ('{"a": "…"}', '{"a": [1]}', True),
        ('{"a": 1}', '{"a": 1, "b": 2}', False),
        ('{"a": 1, "…": "…"}', '{"a": 1, "b": 2}', True),
        ('{"a": 1, "…": "…"}', '{"b": 2}', False),
        ('["x", "…"]', '["x", "y", "z"]', True),
        ('["x", "…"]', '["y"]', False),
        ('["x"]', '["x", "y"]', False),
        ('{"a": "to …"}', '{"a": "to be"}', True),
        ('{"a": true}', '{"a": false}', False),
    ],
)
def test_json(shown: str, printed: str, *, same: bool) -> None:
    """Keys may come in any order; "…" is any value, or any further ones."""
    assert json_matches(shown, printed) == same
