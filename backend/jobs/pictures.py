from collections import Counter
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from backend import answers, media
from backend.jobs.work import Counts
from backend.kit.db import run
from backend.runtime import Runtime
from backend.wechat import WeChatError

log = structlog.get_logger(__name__)

SENT_WIDTH: Final = 1080


def sweep_pictures(runtime: Runtime, at: datetime) -> Counts:
    """Remove files without a picture, each hash in a transaction of its own. Raises media.FolderNotOurs."""
    with runtime.sessions.read() as session:
        found = media.strays(session, runtime.media)
    sweep = partial(media.sweep, storage=runtime.media, now=at)
    return {"swept": sum(run(runtime.sessions.write, partial(sweep, content_hash=one)) for one in found)}


def upload_pictures(runtime: Runtime, at: datetime) -> Counts:
    """Upload the pictures of the answers in force that WeChat does not have yet; what is refused waits for the next."""
    appid = runtime.official_account.appid
    with runtime.sessions.read() as session:
        waiting = answers.to_upload(session, appid, now=at)
    counts: Counter[str] = Counter()
    for picture in waiting:
        counts["uploaded" if _uploaded(runtime, picture, at) else "refused"] += 1
    return dict(counts)


def _uploaded(runtime: Runtime, picture: media.Picture, at: datetime) -> bool:
    account = runtime.official_account
    data = runtime.media.read(picture.path(SENT_WIDTH).removeprefix("/media/"))
    if data is None:
        log.error("jobs.picture-without-file", picture=picture.hash)
        return False
    try:
        media_id = account.upload_picture(data, media.MEDIA_TYPES[picture.extension])
    except WeChatError as error:
        log.warning("jobs.upload-refused", picture=picture.hash, error=str(error))
        return False
    note = partial(answers.note_upload, appid=account.appid, picture_hash=picture.hash, media_id=media_id, now=at)
    run(runtime.sessions.write, note)
    return True
