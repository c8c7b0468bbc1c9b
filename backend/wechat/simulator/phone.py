from typing import Final

from flask import Blueprint, render_template

blueprint: Final = Blueprint(
    "phone", __name__, template_folder="templates", static_folder="static", static_url_path="/_sim/static"
)


@blueprint.get("/")
def page() -> str:
    """The phone of a WeChat user."""
    return render_template("phone.html")
