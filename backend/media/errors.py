from backend.kit.errors import Conflict, Invalid, NotFound


class NotAPicture(Invalid):
    """Neither JPEG nor PNG nor WebP, by its content; or damaged, cut short, or of a rare kind of colours."""

    code = "media.not-a-picture"
    message = "请上传完好的 JPEG、PNG 或 WebP 图片"


class PictureTooLarge(Invalid):
    """The file has more bytes than are taken."""

    code = "media.too-large"
    message = "图片文件不能超过 10 MB"


class TooManyPixels(Invalid):
    """The picture is larger than what is unpacked here, however small its file is."""

    code = "media.too-many-pixels"
    message = "图片尺寸过大，总像素不能超过 5000 万，边长不能超过 20000"


class PictureUnknown(NotFound):
    """There is no such picture."""

    code = "media.picture-unknown"
    message = "图片不存在"


class PictureInUse(Conflict):
    """Something shows the picture; `count` says how many things do."""

    code = "media.picture-in-use"
    message = "图片正在被 {count} 处使用，不能删除"


class FolderNotOurs(Exception):
    """The storage holds more pictures that this database does not know than pictures that it does: nothing is swept.

    Most likely the two do not belong together.
    """
