import socket

from scripts.launch.plan import LaunchSettings


def refuse_taken_ports(plan: LaunchSettings) -> None:
    """End the program when an address is taken, naming the variable that changes it."""
    wanted = {"PORT": plan.port}
    if plan.simulated:
        wanted["SIMULATOR_PORT"] = plan.simulator_port
    if len(set(wanted.values())) < len(wanted):
        raise SystemExit(f"PORT and SIMULATOR_PORT are both {plan.port}: change one.")
    complaints = [
        f"Port {port} is taken (by another `make run`?). Choose another: make run {name}={port + 10}"
        for name, port in wanted.items()
        if not _is_free(plan.host, port)
    ]
    if complaints:
        raise SystemExit("\n".join(complaints))


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection that is closing does not count
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
