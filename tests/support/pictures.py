"""Pictures made in memory, and a storage that is nothing but memory."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image


class MemoryStorage:
    """A `media.Storage` whose files are gone with the test."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def write(self, name: str, data: bytes) -> None:
        self.files[name] = data

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def folders(self) -> Iterator[str]:
        yield from {name.partition("/")[0] for name in self.files}

    def remove(self, folder: str) -> None:
        for name in [one for one in self.files if one.startswith(f"{folder}/")]:
            del self.files[name]


def encoded(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """The bytes of a file with this picture."""
    file = BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def picture_file(width: int = 8, height: int = 6, *, colour: str = "red", kind: str = "JPEG") -> bytes:
    """A file with a picture of one colour."""
    return encoded(Image.new("RGB", (width, height), colour), kind)


def shown(data: bytes) -> Image.Image:
    """The picture in a file."""
    image = Image.open(BytesIO(data))
    image.load()
    return image
