import os
import sys

import click

from backend.commands.speech import Group

group = Group("wechat", help="WeChat.")


@group.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulate(arguments: tuple[str, ...]) -> None:
    """Run a simulated WeChat of one's own; `simulate --help` lists its options."""
    program = [sys.executable, "-m", "backend.wechat.simulator", *arguments]
    os.execv(sys.executable, program)  # noqa: S606  becomes the simulator, which then gets the signals itself
