"""What the build makes: our own look, nothing fetched from elsewhere, addresses that change with the content."""

import json
import re
from pathlib import Path

import pytest

from web.assets import AssetsNotBuilt, asset, read_manifest

WEB = Path(__file__).resolve().parents[2] / "web"


def test_styles_carry_neither_the_crown_nor_its_typeface(built_assets: Path) -> None:
    css = (built_assets / "main.css").read_text(encoding="utf-8")
    assert "GDS Transport" not in css
    assert "Atkinson Hyperlegible Next" in css
    assert "crown" not in css.lower()
    assert "prefers-color-scheme:dark" in css.replace(" ", "")
    assert "prefers-reduced-motion" in css


def test_styles_load_only_what_was_built(built_assets: Path) -> None:
    css = (built_assets / "main.css").read_text(encoding="utf-8")
    loaded = re.findall(r"url\(([^)]+)\)", css)
    assert loaded
    for address in loaded:
        name = address.strip("\"'")
        assert name.startswith("data:") or (built_assets / name).is_file(), name


def test_the_manifest_lists_every_file(built_assets: Path) -> None:
    version, files = read_manifest(built_assets)
    there = {str(path.relative_to(built_assets)) for path in built_assets.rglob("*") if path.is_file()}
    assert files == there - {"manifest.json", ".built"}
    assert re.fullmatch(r"[0-9a-f]{12}", version)
    assert {"main.css", "main.js", "enhanced.js", "vendor/leaflet/leaflet.js"} <= files


def test_addresses_carry_the_version_and_unknown_files_are_named(built_assets: Path) -> None:
    version, _ = read_manifest(built_assets)
    assert asset("main.css", built_assets) == f"/static/{version}/main.css"
    with pytest.raises(KeyError, match="no-such-file"):
        asset("no-such-file.css", built_assets)


def test_a_missing_build_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(AssetsNotBuilt, match="npm run build"):
        read_manifest(tmp_path)


def test_the_lock_holds_no_download_addresses() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
