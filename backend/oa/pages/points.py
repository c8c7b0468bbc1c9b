from flask import render_template, request

from backend import insights, points
from backend.kit.calls import db, now
from backend.kit.paging import DEFAULT_LIMIT, decode_int_cursor, encode_cursor
from backend.oa.pages.door import bp
from backend.oa.pages.session import looking_member


@bp.get("/points")
def points_page() -> str:
    """My points, what of them is over when, and the statement in pages."""
    member, before = looking_member(), decode_int_cursor(request.args.get("cursor"))
    lines = insights.statement(db(), member.id, before_seq=before, limit=DEFAULT_LIMIT + 1)
    shown = lines[:DEFAULT_LIMIT]
    return render_template(
        "pages/points.html",
        here="points",
        balance=points.summary(db(), member.id, now=now()),
        lines=shown,
        is_first=before is None,
        older=encode_cursor(shown[-1].seq) if len(lines) > len(shown) else None,
    )
