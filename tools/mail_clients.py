"""Writes what mail programs know of HTML and CSS, from the data of caniemail.com, as the small table that the tests read.

`python -m tools.mail_clients CANIEMAIL.json`: the file that its API and the npm package `caniemail` hold.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OURS = Path(__file__).parents[1] / "tests" / "render" / "clients.json"
CLIENTS = (
    *("gmail desktop-webmail", "gmail ios", "gmail android"),
    *("outlook windows", "outlook outlook-com", "outlook macos", "outlook ios", "outlook android"),
    *("apple-mail macos", "apple-mail ios"),
    *("yahoo desktop-webmail", "yahoo ios", "yahoo android"),
    *("samsung-email android", "thunderbird macos"),
    *("protonmail desktop-webmail", "protonmail ios", "protonmail android"),
)
"""Programs and the platforms that they were tested on."""


def row(feature: dict[str, Any]) -> str:
    """One letter for each client in its newest tested version: y yes, a almost, n no, u unknown, as the source has them."""
    letters = []
    for client in CLIENTS:
        family, platform = client.split()
        tested = feature["stats"].get(family, {}).get(platform, {})
        letters.append(str(list(tested.values())[-1])[0] if tested else "u")
    return "".join(letters)


def main(path: str) -> None:
    """Write the table."""
    data = json.loads(Path(path).read_text("utf-8"))
    features = {each["slug"]: row(each) for each in data["data"] if each["category"] in {"css", "html"}}
    told = {"from": "caniemail.com (MIT licence)", "tested": data["last_update_date"][:10]}
    table = {**told, "clients": CLIENTS, "features": features}
    OURS.write_text(json.dumps(table, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
