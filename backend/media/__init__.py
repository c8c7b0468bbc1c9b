"""Pictures that operators upload: checked, re-encoded, kept in several widths, served under /media/.

Owns the tables `media_pictures` and `media_uses`; the files are in a `Storage`. A domain that shows pictures says so
with `use`, which is what keeps them from being deleted.
"""

from backend.media.errors import (
    FolderNotOurs,
    NotAPicture,
    PictureInUse,
    PictureTooLarge,
    PictureUnknown,
    TooManyPixels,
)
from backend.media.imaging import Prepared, prepared
from backend.media.models import Picture
from backend.media.queries import Shown, picture, pictures
from backend.media.rules import LARGEST_UPLOAD, MEDIA_TYPES, WIDTHS, is_name
from backend.media.service import add, delete, use
from backend.media.storage import LocalFolder, Storage
from backend.media.sweeping import strays, sweep

__all__ = [
    "LARGEST_UPLOAD",
    "MEDIA_TYPES",
    "WIDTHS",
    "FolderNotOurs",
    "LocalFolder",
    "NotAPicture",
    "Picture",
    "PictureInUse",
    "PictureTooLarge",
    "PictureUnknown",
    "Prepared",
    "Shown",
    "Storage",
    "TooManyPixels",
    "add",
    "delete",
    "is_name",
    "picture",
    "pictures",
    "prepared",
    "strays",
    "sweep",
    "use",
]
