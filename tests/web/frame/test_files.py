"""What templates, scripts, styles and vendored files promise about policy, words and licences."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "redemption" / "web" / "static"
TEMPLATES = ROOT / "templates"
OWN = sorted(path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts)
FRAME = [
    TEMPLATES / "base.html",
    *sorted((TEMPLATES / "components").glob("*.html")),
    TEMPLATES / "errors/page.html",
]
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/tabler-icons/sprite.svg").read_text()))


@pytest.mark.parametrize("path", FRAME, ids=lambda path: path.name)
def test_templates_hold_nothing_that_the_content_policy_refuses(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)


def test_own_scripts_and_styles_stay_at_home() -> None:
    for path in OWN:
        if path.suffix in {".js", ".css"}:
            text = path.read_text()
            assert not re.search(
                r"https?://|\beval\(|new Function|\.innerHTML|sourceMappingURL|data:image", text
            ), path.name


def test_every_file_that_the_styles_name_is_there() -> None:
    for name in re.findall(r"url\(\"?([^\")]+)", (STATIC / "app.css").read_text()):
        assert (STATIC / name).is_file(), name


def test_vendored_files_are_listed_with_licences_and_without_maps() -> None:
    listed = (STATIC / "vendor/VENDORED.md").read_text()
    for folder in (path for path in (STATIC / "vendor").iterdir() if path.is_dir()):
        assert f"`{folder.name}/`" in listed
        assert any(path.name.startswith("LICENSE") for path in folder.iterdir()), folder.name
        for path in folder.iterdir():
            assert path.suffix not in {".map", ".woff", ".woff2", ".ttf"}
            assert "sourceMappingURL" not in path.read_text(), path.name


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    named: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
        named |= set(re.findall(r"icons\.icon\(\"([^\"]+)\"", text))
        named |= set(re.findall(r"\bicon=\"([^\"]+)\"", text))
    named |= set(
        re.findall(
            r'", "(?:neutral|info|todo|good|bad)", "([^"]+)"\)',
            (TEMPLATES / "components/status.html").read_text(),
        )
    )
    assert len(named) > 40
    assert named <= ICONS, named - ICONS
