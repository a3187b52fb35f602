"""Addresses of built files: each carries the version of the whole build, so browsers may keep a file for ever."""

import json
from functools import lru_cache
from pathlib import Path

BUILD_FOLDER = Path(__file__).parent / "static" / "build"


class AssetsNotBuilt(RuntimeError):
    """The styles and scripts have not been built."""


@lru_cache
def read_manifest(folder: Path = BUILD_FOLDER) -> tuple[str, frozenset[str]]:
    """The version of the build in `folder` and the names of its files; raises AssetsNotBuilt."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise AssetsNotBuilt(
            f"There is no {path.name} in {folder}. Run `npm ci --ignore-scripts && npm run build` in the folder web."
        )
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return str(manifest["version"]), frozenset(manifest["files"])


def asset(name: str, folder: Path = BUILD_FOLDER) -> str:
    """The address of a built file, such as `main.css`; raises KeyError for a file that the build does not hold."""
    version, files = read_manifest(folder)
    if name not in files:
        raise KeyError(f"{name} is not a built file. Is it in web/build.mjs, and was `npm run build` run since?")
    return f"/static/{version}/{name}"
