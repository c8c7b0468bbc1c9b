from dataclasses import dataclass

from flask import Blueprint, Response, current_app, request

from backend.kit.calls import CallApp, now, without_transaction
from backend.kit.problems import problem
from backend.oa import pages, texts
from backend.oa.desk import Desk
from backend.oa.reactions import Pushed
from backend.oa.receipts import Reply
from backend.oa.replies import Links
from backend.runtime import Runtime, runtime
from backend.wechat import BadCallback, Callback, Push, passive_reply

LARGEST_PUSH = 64 * 1024
NONCE_BYTES = 8
RANDOM_BYTES = 16

bp = Blueprint("wechat", __name__, url_prefix="/wechat")


@dataclass(frozen=True)
class Reception:
    """Where the pushes of each account are verified, and the desk that takes them."""

    official_account: Callback
    mini_program: Callback
    desk: Desk
    links: Links


def register(app: CallApp) -> None:
    app.register_blueprint(bp)
    pages.register(app)


def furnish(app: CallApp, part: Runtime) -> None:
    """Verify pushes with the credentials of a runtime, and take them at a desk that works with it."""
    app.extensions["oa"] = Reception(
        official_account=Callback(part.official_account.credentials),
        mini_program=Callback(part.mini_program.credentials),
        desk=Desk(part),
        links=Links(part.mini_program.appid, part.public_base_url),
    )


@bp.get("/oa")
@without_transaction
def check_official_account() -> Response:
    """WeChat's question when the address is entered in its console."""
    return _echo(_reception().official_account)


@bp.post("/oa")
@without_transaction
def push_of_official_account() -> Response:
    """A follower wrote, or something happened: always answered, within 4 s, once it is known to be WeChat's."""
    gate, part = _reception().official_account, runtime()
    push = _received(gate)
    pushed = Pushed(push.message, part.official_account.appid, now(), _reception().links)
    return _rendered(gate, push, _reception().desk.answer(pushed))


@bp.get("/mp")
@without_transaction
def check_mini_program() -> Response:
    """WeChat's question when the address is entered in its console."""
    return _echo(_reception().mini_program)


@bp.post("/mp")
@without_transaction
def push_of_mini_program() -> Response:
    """Something happened in the mini-program."""
    push = _received(_reception().mini_program)
    _reception().desk.note(Pushed(push.message, runtime().mini_program.appid, now(), _reception().links))
    return _success()


@bp.get("/guide")
@without_transaction
def guide() -> Response:
    """Where a link into the mini-program leads in an app that cannot open one."""
    return Response(texts.GUIDE, mimetype="text/html")


@bp.errorhandler(BadCallback)
def refuse(_error: BadCallback) -> Response:
    """The same for everything that is not WeChat's: what was wrong would help only a forger."""
    return problem(403, "wechat.not-accepted", "请求未通过验证")


def _reception() -> Reception:
    found: Reception = current_app.extensions["oa"]
    return found


def _echo(gate: Callback) -> Response:
    response = Response(gate.echo(request.args, now=now()), mimetype="text/plain")
    response.headers["X-Content-Type-Options"] = "nosniff"  # the text is the caller's
    return response


def _received(gate: Callback) -> Push:
    request.max_content_length = LARGEST_PUSH
    return gate.receive(request.args, request.get_data(), now=now())


def _rendered(gate: Callback, push: Push, reply: Reply) -> Response:
    if reply.said is None:
        return _success()
    xml = passive_reply(push.message.from_user, push.message.to_user, reply.said, at=reply.at)
    luck = runtime().rng
    nonce, random = luck.randbytes(NONCE_BYTES).hex(), luck.randbytes(RANDOM_BYTES)
    return Response(gate.answer(push, xml, now=now(), nonce=nonce, random=random), mimetype="application/xml")


def _success() -> Response:
    return Response("success", mimetype="text/plain")
