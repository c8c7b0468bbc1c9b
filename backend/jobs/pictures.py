from datetime import datetime
from functools import partial

from backend import media
from backend.jobs.work import Counts
from backend.kit.db import run
from backend.runtime import Runtime


def sweep_pictures(runtime: Runtime, at: datetime) -> Counts:
    """Remove files without a picture, each hash in a transaction of its own. Raises media.FolderNotOurs."""
    with runtime.sessions.read() as session:
        found = media.strays(session, runtime.media)
    sweep = partial(media.sweep, storage=runtime.media, now=at)
    return {"swept": sum(run(runtime.sessions.write, partial(sweep, content_hash=one)) for one in found)}
