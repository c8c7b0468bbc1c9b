"""Messages sent by worker groups on any number of machines, asked through Dramatiq on Redis; the extra `cluster`.

What is to be sent stands in the outbox and nowhere else. An engine message says `drain`, to whoever takes it, and
nothing more: one that is lost is said again at the next look, one that comes twice or late finds less to do.
`python -m backend.cluster` is a worker group, `OnCluster` runs in the jobs process and asks them.
"""

from backend.cluster.asking import OnCluster
from backend.cluster.engine import NotInstalled
from backend.cluster.group import serve

__all__ = ["NotInstalled", "OnCluster", "serve"]
