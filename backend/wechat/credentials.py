from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """An appid with what proves to be it. Without `aes_key` its pushes are plain. Secrets stay out of the repr."""

    appid: str
    secret: str = field(repr=False)
    token: str = field(repr=False, default="")
    aes_key: str = field(repr=False, default="")
