"""What is installed is what is in the checkout."""

import tomllib
from pathlib import Path

import tellegen

ROOT = Path(tellegen.__file__).parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = ("netlist", "solvers", "training", "spice_export", "circuits", "cli")


def test_every_package_is_listed():
    found = {"tellegen"} | {
        ".".join(("tellegen", *file.parent.relative_to(ROOT).parts))
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("__init__.py")
    }
    assert set(SETTINGS["tool"]["setuptools"]["packages"]) == found


def test_every_data_file_is_shipped():
    patterns = SETTINGS["tool"]["setuptools"]["package-data"]
    for package, globs in patterns.items():
        folder = ROOT.joinpath(*package.split(".")[1:])
        shipped = {file for pattern in globs for file in folder.glob(pattern)}
        present = {
            f
            for f in folder.rglob("*")
            if f.is_file() and f.suffix in {".cir", ".toml", ".lib", ".html", ".css", ".js"}
        }
        assert present <= shipped, f"{package}: {sorted(map(str, present - shipped))} would not be installed"


def test_every_dependency_is_pinned_for_make():
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()}
    project = SETTINGS["project"]
    extras = project["optional-dependencies"]
    assert "tellegen[dask]" in extras["test"]
    wanted = [*project["dependencies"], *extras["dask"], *extras["test"]]
    names = {dependency.split(">=")[0].split("[")[0].lower().replace("_", "-") for dependency in wanted}
    assert names - {"tellegen"} <= pinned
