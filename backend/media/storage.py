import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from backend.media.rules import FOLDER


class Storage(Protocol):
    """Where the copies of pictures are kept, by "<hash>/<width>.<extension>". It takes no part in transactions."""

    def write(self, name: str, data: bytes) -> None:
        """Keep a file, over an older one of that name. Readers meet all of one or nothing; it outlasts a crash."""

    def read(self, name: str) -> bytes | None:
        """The file of this name, None where there is none."""

    def folders(self) -> Iterator[str]:
        """The hashes of which any file is kept."""

    def remove(self, folder: str) -> None:
        """Forget all files of a hash, which may have none."""


class LocalFolder:
    """A folder of this machine, or one that all machines of the store share. Its layout is that of the addresses."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, name: str, data: bytes) -> None:
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _settle(target.parent)
        _settle(self._root)

    def read(self, name: str) -> bytes | None:
        with suppress(FileNotFoundError, NotADirectoryError):
            return (self._root / name).read_bytes()
        return None

    def folders(self) -> Iterator[str]:
        if self._root.is_dir():
            yield from (entry.name for entry in self._root.iterdir() if FOLDER.fullmatch(entry.name))

    def remove(self, folder: str) -> None:
        shutil.rmtree(self._root / folder, ignore_errors=True)


def _settle(folder: Path) -> None:
    """Let the names in a folder outlast a crash, as its files do."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
