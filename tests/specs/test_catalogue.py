"""The catalogue tells which APIs there are, and the shipped documents are what the YAML says."""

import json
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from otakit.specs import catalogue
from otakit.specs.build import build
from otakit.specs.catalogue import (
    DIALECTS,
    NAMES,
    apis,
    control,
    resolved,
    resolved_file,
    served,
)

EVERY = sorted(
    {api for edition in NAMES for api in apis(edition)}
    | {api for dialect in DIALECTS for api in apis(dialect=dialect)}
    | {control()},
    key=lambda api: (api.name, api.edition),
)


def test_shipped_documents_are_not_stale(tmp_path: Path) -> None:
    """Where they are, run `python -m otakit.specs.build`; files of APIs that are gone go, too."""
    tmp_path.joinpath("gone.json").touch()
    built = build(tmp_path)
    assert built == sorted(tmp_path.iterdir())
    shipped = {resolved_file(api.name).name: api for api in EVERY}
    assert {path.name for path in built} == shipped.keys()
    stale = []
    for path in built:
        text = resolved_file(shipped[path.name].name).read_text(encoding="utf-8")
        assert json.loads(text) == resolved(shipped[path.name])
        if path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    assert stale == []


def test_catalogue_names_every_file() -> None:
    """A YAML file that nobody names would be served by nobody."""
    with as_file(files("otakit.specs")) as folder:
        paths = [path.relative_to(folder).with_suffix("") for path in folder.rglob("*.yaml")]
    found = {path.as_posix() for path in paths if path.parent.name != "components"}
    assert {api.name for api in EVERY} == found


def test_api_tells_its_base_path_and_title() -> None:
    """Both are the document's own words."""
    api = next(api for api in apis() if api.name == "mender/management/devauth-v2")
    assert api.base_path == "/api/management/v2/devauth"
    assert api.title == resolved(api)["info"]["title"]
    assert api.edition == "mender"


def test_base_paths_and_titles_are_unique() -> None:
    """Two APIs at one place could not both be served, nor told apart in a report."""
    for together in (*map(served, NAMES), *(served(dialect=dialect) for dialect in DIALECTS)):
        assert len({api.base_path for api in together}) == len(together)
        assert len({api.title for api in together}) == len(together)


def test_resolved_document_is_the_callers_own() -> None:
    """A caller may change it without harm to others."""
    api = apis()[0]
    resolved(api).clear()
    assert resolved(api)


def test_unknown_edition_is_refused() -> None:
    """The message names the editions that there are."""
    with pytest.raises(ValueError, match=r"no edition 'mendel'; there are .*'mender'"):
        apis("mendel")
    with pytest.raises(ValueError, match="no dialect 'bavarian'; there are 'documented', 'as-bu"):
        apis(dialect="bavarian")


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


def test_as_built_takes_nothing_documented_away() -> None:
    """Every documented operation is in the dialect as built, with all its answers' statuses."""
    served_there = {api.base_path: resolved(api)["paths"] for api in apis(dialect="as-built")}
    for api in apis():
        for path, item in resolved(api)["paths"].items():
            there = served_there[api.base_path][path]
            assert item.keys() <= there.keys(), path
            for method in item.keys() - {"parameters"}:
                assert item[method]["responses"].keys() <= there[method]["responses"].keys(), path
