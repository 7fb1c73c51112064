"""Where artifact files lie: a temporary folder of the server's, one folder in it per universe."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path


class Storage:
    """Files by artifact id."""

    def __init__(self, folder: Path) -> None:
        """Keep files in this folder, which exists."""
        self._folder = folder

    def folder(self, name: str) -> "Storage":
        """Return a storage of its own below this one."""
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        return Storage(folder)

    def aside(self) -> "Storage":
        """Return a new storage beside this one, for files that are to be brought in; `drop` it."""
        return Storage(Path(tempfile.mkdtemp(prefix=".", dir=self._folder.parent)))

    def path(self, artifact_id: str) -> Path:
        """Tell where an artifact's file is."""
        return self._folder / f"{artifact_id}.mender"

    def scratch(self, name: str) -> Path:
        """Tell where a file lies while it arrives."""
        return self._folder / f"{name}.part"

    def keep(self, scratch: Path, artifact_id: str, modified: float) -> None:
        """Turn a file that has arrived into an artifact's; `modified` is the World's time."""
        os.utime(scratch, (modified, modified))
        scratch.replace(self.path(artifact_id))

    def lend(self, other: "Storage", artifact_id: str) -> None:
        """Give another storage an artifact's file, too; it stays there when it is removed here."""
        os.link(self.path(artifact_id), other.path(artifact_id))

    def replace(self, other: "Storage") -> None:
        """Take all files of another storage in place of these, and drop it."""
        self.clear()
        for path in other._folder.iterdir():  # noqa: SLF001 - of the same kind
            path.replace(self._folder / path.name)
        other.drop()

    def remove(self, artifact_id: str) -> None:
        """Delete an artifact's file."""
        with suppress(FileNotFoundError):
            self.path(artifact_id).unlink()

    def clear(self) -> None:
        """Delete all files."""
        self.drop()
        self._folder.mkdir(exist_ok=True)

    def drop(self) -> None:
        """Delete all files and the folder; nothing is kept here any more."""
        shutil.rmtree(self._folder, ignore_errors=True)
