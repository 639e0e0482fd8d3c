"""The shape of the package: who imports whom, nothing in a circle, heavy libraries where they belong, small files."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("netlist", "solvers", "training", "spice_export", "circuits", "cli")
JAX = {"jax", "jaxlib", "jaxtyping", "equinox", "optax", "diffrax", "lineax", "optimistix"}
EVERYTHING = frozenset({"*"})
INSIDE = {
    "netlist": frozenset(),
    "solvers": frozenset({"netlist"}),
    "training": frozenset({"netlist", "solvers"}),
    "spice_export": frozenset({"netlist"}),
    "circuits": frozenset(),
    "cli": EVERYTHING,
}
OUTSIDE = {
    "netlist": frozenset({"numpy", "networkx"}),
    "solvers": frozenset(
        {"numpy", "scipy", "networkx", "numba", "llvmlite", "cvxpy", "clarabel", "osqp", "piqp", "pyamg", *JAX}
    ),
    "training": frozenset({"numpy", "scipy", "numba", "sklearn", "platformdirs", *JAX}),
    "spice_export": frozenset({"numpy", "PySpice"}),
    "circuits": frozenset(),
    "cli": EVERYTHING,
}
HEAVY = {"jax", "cvxpy", "PySpice", "matplotlib", "sklearn", "numba", "diffrax"}


class Import(NamedTuple):
    """One import: the absolute module or name it asks for, and whether it is run when the file is imported."""

    target: str
    at_import: bool
    line: int


def modules() -> dict[str, Path]:
    """Every module of the package by its absolute name."""
    files = [ROOT / "__init__.py", *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))]
    found = {}
    for path in sorted(files):
        parts = ("tellegen", *path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


@functools.cache
def tree(path: Path) -> ast.Module:
    """The file's syntax, read once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(name: str) -> Iterator[Import]:
    """All imports of a module, those for type checkers left out."""
    yield from _walk(tree(MODULES[name]), name, True)


def _walk(node: ast.AST, name: str, at_import: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, at_import, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _base(child, name)
            yield from (Import(f"{base}.{alias.name}", at_import, child.lineno) for alias in child.names)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield from _walk(other, name, at_import)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _walk(child, name, at_import and not inside)


def _base(node: ast.ImportFrom, name: str) -> str:
    """The absolute module of a `from … import`."""
    if not node.level:
        return node.module or ""
    package = name.split(".") if MODULES[name].name == "__init__.py" else name.split(".")[:-1]
    parts = package[: len(package) - node.level + 1]
    return ".".join([*parts, node.module] if node.module else parts)


def package_of(name: str) -> str:
    """The top-level folder of a module, or nothing for the root itself."""
    return name.split(".")[1] if "." in name else ""


def owner(target: str) -> str:
    """The module that an import loads: the longest known prefix of its target."""
    while target not in MODULES and "." in target:
        target = target.rpartition(".")[0]
    return target


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_the_table_allows(package: str) -> None:
    wrong = []
    for name in MODULES:
        if package_of(name) != package:
            continue
        for found in imports(name):
            top, inner = found.target.split(".")[0], package_of(found.target)
            if top == "tellegen":
                fine = INSIDE[package] == EVERYTHING or inner == package or inner in INSIDE[package]
            else:
                fine = top in sys.stdlib_module_names or OUTSIDE[package] == EVERYTHING or top in OUTSIDE[package]
            if not fine:
                wrong.append(f"{MODULES[name].relative_to(ROOT)}:{found.line} imports {found.target}")
    assert not wrong, wrong


def test_inside_the_package_imports_are_relative() -> None:
    wrong = []
    for name, path in MODULES.items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                asked = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                asked = [node.module or ""]
            else:
                continue
            wrong += [f"{name}:{node.lineno}" for found in asked if found.split(".")[0] == "tellegen"]
    assert not wrong, wrong


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = nx.DiGraph()
    for name in MODULES:
        for found in imports(name):
            target = owner(found.target)
            if found.at_import and target in MODULES and target != name:
                graph.add_edge(name, target)
    circles = list(nx.simple_cycles(graph))
    assert not circles, circles


def test_packages_do_not_import_each_other_in_a_circle_even_lazily() -> None:
    graph = nx.DiGraph()
    for name in MODULES:
        for found in imports(name):
            here, there = package_of(name), package_of(found.target)
            if found.target.startswith("tellegen.") and here and here != there:
                graph.add_edge(here, there)
    assert nx.is_directed_acyclic_graph(graph), list(nx.simple_cycles(graph))


@pytest.mark.parametrize(("library", "package"), [("cvxpy", "solvers"), ("PySpice", "spice_export")])
def test_one_module_alone_imports_and_it_does_so_lazily(library: str, package: str) -> None:
    found = [(name, one) for name in MODULES for one in imports(name) if one.target.split(".")[0] == library]
    assert len({name for name, _ in found}) == 1, found
    assert package_of(found[0][0]) == package
    assert not any(one.at_import for _, one in found), f"{library} is imported when its module is"


def test_heavy_libraries_are_never_needed_to_import_the_command() -> None:
    reached, todo = set(), ["tellegen", "tellegen.cli", "tellegen.cli.application"]
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        for found in imports(name):
            if found.at_import and found.target.startswith("tellegen"):
                todo += [part for part in _with_parents(owner(found.target)) if part in MODULES]
            assert not found.at_import or found.target.split(".")[0] not in HEAVY, (name, found)
    assert "tellegen.cli.simulate" in reached


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def test_files_and_functions_are_small() -> None:
    long = []
    for path in MODULES.values():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 320:
            long.append(f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 60:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines")
    assert not long, long


def test_every_folder_with_code_is_installed() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    folders = {".".join(("tellegen", *path.parent.relative_to(ROOT).parts)) for path in MODULES.values()}
    assert sorted(declared) == sorted(folders)


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything and does not raise it again: then it hides errors of ours."""
    broad = handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")
    return broad and not isinstance(handler.body[-1], ast.Raise)


def test_library_code_neither_prints_nor_exits_nor_asserts() -> None:
    wrong = []
    for name, path in MODULES.items():
        if package_of(name) == "cli":
            continue
        for node in ast.walk(tree(path)):
            call = isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.exit", "exit")
            hiding = isinstance(node, ast.ExceptHandler) and swallows(node)
            if call or hiding or isinstance(node, ast.Assert):
                wrong.append(f"{path.relative_to(ROOT)}: {ast.unparse(node).splitlines()[0]}")
    assert not wrong, wrong


LOADED = "import sys; {}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"


@pytest.mark.parametrize(
    ("action", "absent"),
    [
        ("import tellegen", {"numpy", "networkx", "jax", "scipy", "cvxpy", "matplotlib", "PySpice", "typer"}),
        ("import tellegen; dir(tellegen); tellegen.__version__", {"numpy", "networkx", "jax", "scipy", "cvxpy"}),
        (
            "import tellegen.cli.application",
            {"rich", "numpy", "networkx", "jax", "scipy", "cvxpy", "matplotlib"},
        ),
    ],
)
def test_start_up_loads_nothing_heavy(action: str, absent: set[str]) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED.format(action)], capture_output=True, text=True, check=True)
    assert not absent & set(done.stdout.split())
