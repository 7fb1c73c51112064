"""What mkdocs calls while it builds the site: the pages of the reference are made from the code."""

from typing import Any

from mkdocs.structure.files import File, Files

from ota_reference import PAGES


def on_files(files: Files, config: Any) -> Files:
    """Add each page of the reference, as if it were a file of docs/."""
    for name, text in PAGES.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text()))
    return files
