from sqlalchemy.orm import Session

from backend.kit.ids import new_id
from backend.operators import Operator, Role
from tests.support.clocks import MORNING

NOBODY_SIGNS_IN = "no hash"  # hashing a password takes 50 ms on purpose


def make_operator(session: Session, login: str, *, role: Role = "operator", active: bool = True) -> Operator:
    """Somebody who acts but never signs in."""
    operator = Operator(
        id=new_id(),
        login=login,
        password_hash=NOBODY_SIGNS_IN,
        display_name=login,
        role=role,
        active=active,
        created_at=MORNING,
    )
    session.add(operator)
    session.flush()  # looked up at once
    return operator
