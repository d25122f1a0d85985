"""The pictures of the README: there, as large as they say, and light."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from tools.pictures import FOLDER, MOST, ROOT, SHOTS, Shot


@pytest.mark.parametrize("shot", SHOTS, ids=[shot.name for shot in SHOTS])
def test_each_picture_is_there_and_small(shot: Shot) -> None:
    path = FOLDER / f"{shot.name}.png"
    assert path.stat().st_size <= MOST
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.size == (shot.width * shot.scale, shot.height * shot.scale)


def test_the_readme_shows_pictures_that_are_made() -> None:
    shown = set(re.findall(r"docs/pictures/([\w-]+)\.png", (ROOT / "README.md").read_text("utf-8")))
    assert {"page", "mail"} <= shown <= {shot.name for shot in SHOTS}
    assert {path.stem for path in Path(FOLDER).glob("*.png")} == {shot.name for shot in SHOTS}
