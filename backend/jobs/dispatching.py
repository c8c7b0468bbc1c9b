from threading import Event
from typing import Protocol

from backend import messaging
from backend.cluster import OnCluster
from backend.runtime import Runtime


class Dispatcher(Protocol):
    """Sees to it that due messages go out."""

    def dispatch_until(self, runtime: Runtime, stopped: Event) -> None:
        """Do so until `stopped` is set; then begin nothing, finish what was begun here, and return."""
        ...


class InThreads:
    """Sends them from threads of this process."""

    def dispatch_until(self, runtime: Runtime, stopped: Event) -> None:
        messaging.deliver_until(runtime, stopped)


def dispatcher_of(runtime: Runtime) -> Dispatcher:
    """The one that the settings ask for. Raises cluster.NotInstalled where its extra is missing."""
    return OnCluster(runtime.cluster) if runtime.cluster else InThreads()
