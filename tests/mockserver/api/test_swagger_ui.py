"""Each API shows itself in a browser."""

from typing import Any

import httpx
import pytest

from otakit.specs.catalogue import Api, served


@pytest.mark.parametrize("api", served(), ids=lambda api: api.name)
def test_document_and_page_are_served(shared_server: Any, api: Api) -> None:
    """Document and page are served."""
    with httpx.Client(base_url=f"{shared_server.url}{api.base_path}") as client:
        document = client.get("/openapi.json")
        assert document.status_code == 200
        assert document.json()["servers"] == [{"url": api.base_path}]
        assert document.json()["info"]["title"] == api.title
        page = client.get("/ui/")
        assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (
            200,
            "text/html",
        )
        assert f"{api.base_path}/openapi.json" in page.text
        for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
            assert name in page.text
            assert client.get(f"/ui/{name}").status_code == 200
