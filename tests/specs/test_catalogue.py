"""The catalogue tells which APIs there are, and the shipped documents are what the YAML says."""

from importlib.resources import files
from pathlib import Path

import pytest

from otakit.specs import catalogue
from otakit.specs.build import build, render
from otakit.specs.catalogue import Api, apis, resolve, resolved, resolved_file


@pytest.mark.parametrize("api", apis(), ids=lambda api: api.name)
def test_resolved_document_is_not_stale(api: Api) -> None:
    """Where this fails, run `python -m otakit.specs.build`."""
    assert resolve(api) == resolved(api)
    assert resolved_file(api.name).read_text(encoding="utf-8") == render(resolved(api))


@pytest.mark.parametrize("side", ["devices", "management"])
def test_catalogue_names_every_file(side: str) -> None:
    """A YAML file that nobody names would be served by nobody."""
    folder = files("otakit.specs").joinpath("mender", side)
    found = {f"mender/{side}/{path.name.removesuffix('.yaml')}" for path in folder.iterdir()}
    assert {api.name for api in apis() if api.side == side} == found


def test_api_tells_its_base_path_and_title() -> None:
    """Both are the document's own words."""
    api = next(api for api in apis() if api.name == "mender/management/devauth-v2")
    assert api.base_path == "/api/management/v2/devauth"
    assert api.title == resolved(api)["info"]["title"]
    assert api.edition == "mender"


def test_base_paths_and_titles_are_unique() -> None:
    """Two APIs at one place could not both be served, nor told apart in a report."""
    assert len({api.base_path for api in apis()}) == len(apis())
    assert len({api.title for api in apis()}) == len(apis())


def test_resolved_document_is_the_callers_own() -> None:
    """A caller may change it without harm to others."""
    api = apis()[0]
    resolved(api).clear()
    assert resolved(api)


def test_unknown_edition_is_refused() -> None:
    """The message names the editions that there are."""
    with pytest.raises(ValueError, match="no edition 'mendel'; there are 'mender'"):
        apis("mendel")


def test_build_writes_the_files_of_the_catalogue_only(tmp_path: Path) -> None:
    """A file of an API that is gone goes, too."""
    tmp_path.joinpath("gone.json").touch()
    written = build(tmp_path)
    assert written == sorted(tmp_path.iterdir())
    assert {path.name for path in written} == {resolved_file(api.name).name for api in apis()}


def test_times_without_quotes_come_out_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """YAML makes a date of them, which JSON does not have."""
    tmp_path.joinpath("api.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: Times, version: '1'}\npaths: {}\nx-day: 2026-11-20\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(catalogue, "files", lambda _: tmp_path)
    assert catalogue.resolve_name("api")["x-day"] == "2026-11-20"
