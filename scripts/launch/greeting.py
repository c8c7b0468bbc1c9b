import json

from scripts.launch.plan import LaunchSettings


def greeting(plan: LaunchSettings) -> str:
    """What is printed when the store is ready: addresses, logins, what to try next."""
    lines = ["", f"Baihui 百汇 is ready (ENVIRONMENT={plan.environment}).", ""]
    lines.append(f"  API documents   {plan.web_url}/api/docs")
    if plan.simulated:
        lines.append(f"  A phone         {plan.simulator_url}/  (simulated WeChat: mini-program and official account)")
    if plan.seeded:
        lines += _logins(plan)
    if plan.seeded and plan.simulated:
        lines.append("  Try it          make walk  (in another terminal)")
    lines += [f"  Logs            {plan.var_dir}/log/", "", "Ctrl-C ends everything; the data stays.", ""]
    return "\n".join(lines)


def keep_addresses(plan: LaunchSettings) -> None:
    """Note beside the demo's logins where it runs, for `make walk`."""
    found = json.loads(plan.logins.read_text("utf-8"))
    found |= {"base_url": plan.web_url, "simulator_url": plan.simulator_url if plan.simulated else None}
    plan.logins.write_text(json.dumps(found, ensure_ascii=False, indent=2), "utf-8")


def _logins(plan: LaunchSettings) -> list[str]:
    demo = json.loads(plan.logins.read_text("utf-8"))
    till, operator = demo["till"], demo["operator"]
    return [
        f"  Demo till       store {till['store_code']}, key {till['app_key']}, secret {till['secret']}",
        f"  Demo operator   {operator['login']} / {operator['password']}",
    ]
