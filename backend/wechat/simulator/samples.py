from typing import Final

from flask import Blueprint, render_template

from backend.wechat import fields
from backend.wechat.simulator.config import SampleRow
from backend.wechat.simulator.world import the_world

blueprint: Final = Blueprint("samples", __name__, template_folder="templates")
MARKS: Final = {"service": "服务", "marketing": "营销", "at once": "即时", "by day": "避开夜间"}


@blueprint.get("/_sim/samples")
def page() -> str:
    """Every message of the shop as WeChat would draw it, with its sample words."""
    config = the_world().config
    account = next((app.name for app in config.apps), "")
    return render_template("samples.html", samples=config.samples, account=account, marks=MARKS, takes=_takes)


def _takes(row: SampleRow) -> bool:
    """Whether WeChat would take the line; a key that it does not know it takes never."""
    try:
        return fields.fits(row.key, row.value)
    except ValueError:
        return False
