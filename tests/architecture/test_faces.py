"""A domain shows one face: nobody imports `backend.<domain>.<file>` from outside the domain."""

from functools import cache

import grimp
import pytest

PACKAGES = ("backend", "miniprogram_api", "templates_msg", "config")
OPEN = {"backend.kit"}  # a box of tools: each of its modules is a face
FACES = {
    "templates_msg.catalogue",  # what loads the texts stands before them
    "backend.messaging.broadcasts",  # a domain of its own, but for the table of messages
}
GATHERS_TABLES = "backend.models"
SIMULATOR = "backend.wechat.simulator"
STARTS_THE_SIMULATOR = ("backend.commands",)


def passes_a_face(importer: str, imported: str) -> bool:
    """Whether `importer` reaches past the face of another package into `imported`."""
    owner = package_of(imported)
    if imported in {owner, *FACES} or owner in OPEN or package_of(importer) == owner:
        return False
    if importer == GATHERS_TABLES:
        return False
    return not (imported == SIMULATOR and importer.startswith(STARTS_THE_SIMULATOR))


def package_of(module: str) -> str:
    """The package whose face stands before a module: `backend.points` of `backend.points.rules`, `config` has none."""
    parts = module.split(".")
    if parts[0] == "config":
        return module
    return ".".join(parts[:2]) if parts[0] == "backend" else parts[0]


@cache
def edges() -> list[tuple[str, str]]:
    graph = grimp.build_graph(*PACKAGES, include_external_packages=False, cache_dir=None)
    return [
        (importer, imported)
        for importer in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
    ]


def test_everybody_uses_faces():
    past = [f"{importer} imports {imported}" for importer, imported in edges() if passes_a_face(importer, imported)]
    assert not past, "\n".join(past)


def test_only_commands_start_the_simulator():
    users = {
        importer
        for importer, imported in edges()
        if imported.startswith(SIMULATOR) and not importer.startswith(SIMULATOR)
    }
    assert all(user.startswith(STARTS_THE_SIMULATOR) for user in users)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("backend.mall.service", "backend.points.service"),
        ("miniprogram_api.points", "backend.points.queries"),
        ("backend.jobs.schedule", "backend.oa.receipts"),
        ("backend.oa.door", "backend.wechat.callback"),
        ("backend.messaging.service", "templates_msg.points_earned"),
        ("backend.oa.door", "backend.wechat.simulator"),
        ("backend.commands.wechat", "backend.wechat.simulator.program"),
        ("backend.app", "miniprogram_api.auth"),
        ("backend.jobs.broadcasts", "backend.messaging.broadcasts.planning"),
    ],
)
def test_reaching_past_a_face_is_found(importer, imported):
    assert passes_a_face(importer, imported)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("backend.mall.service", "backend.points"),
        ("backend.points.service", "backend.points.models"),
        ("backend.points", "backend.points.service"),
        ("backend.mall.service", "backend.kit.clock"),
        ("backend.models", "backend.points.models"),
        ("backend.oa.door", "backend.runtime"),
        ("backend.commands.wechat", "backend.wechat.simulator"),
        ("backend.points.rules", "config.policy"),
        ("backend.messaging.wording", "templates_msg.catalogue"),
    ],
)
def test_using_a_face_is_not(importer, imported):
    assert not passes_a_face(importer, imported)
