from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic_settings import BaseSettings, SettingsConfigDict


class _ZoneSettings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    shop_timezone: str = "Asia/Shanghai"


def shop_zone() -> ZoneInfo:
    """The zone that shop days are counted in (`SHOP_TIMEZONE`).

    Ends the process when there is no such zone: it is asked for while modules load, before anyone could catch that.
    """
    name = _ZoneSettings().shop_timezone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of zones, such as Asia
        raise SystemExit(f"Error: SHOP_TIMEZONE names no time zone: {name}") from error
