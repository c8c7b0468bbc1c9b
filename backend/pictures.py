"""Serves pictures at /media/. A web server before the app may serve the same folder in its stead."""

from typing import Final

from flask import Blueprint, Response, request

from backend import media
from backend.kit.calls import CallApp, without_transaction
from backend.runtime import Runtime, runtime

bp = Blueprint("pictures", __name__)

FOR_EVER: Final = "public, max-age=31536000, immutable"  # the address holds the hash of what it was made from


def register(app: CallApp) -> None:
    app.register_blueprint(bp)


@bp.get("/media/<folder>/<file>")
@without_transaction
def picture(folder: str, file: str) -> Response:
    """A copy of a picture. Raises media.PictureUnknown."""
    data = _file(runtime(), folder, file)
    reply = Response(data, mimetype=media.MEDIA_TYPES[file.rpartition(".")[2]])
    reply.headers["Cache-Control"] = FOR_EVER
    reply.headers["X-Content-Type-Options"] = "nosniff"
    reply.set_etag(f"{folder}-{file}")
    reply.make_conditional(request)
    return reply


def _file(part: Runtime, folder: str, file: str) -> bytes:
    data = part.media.read(f"{folder}/{file}") if media.is_name(folder, file) else None
    if data is None:
        raise media.PictureUnknown
    return data
