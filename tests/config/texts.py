"""The smallest configuration, and its parts."""

LADDER = """
[ladder.release]
[[ladder.release.status]]
id = "awaiting"
[[ladder.release.status]]
id = "released"
[[ladder.release.rule]]
id = "tag"
status = "released"
when = { link = "github.com/o/r/releases/tag/v2*" }
"""
SIGNAL = """
[[signal]]
id = "my-release"
question = "Is version 2 out?"
[[signal.track]]
ladder = "release"
[[signal.source]]
url = "https://github.com/o/r/releases.atom"
tier = "official"
"""
SMALL = LADDER + SIGNAL
