"""What an evaluation found: rates of compliance, and the outcome of a comparison. Pure."""

from typing import Final

READINGS: Final = ("hijacking", "biology", "cyber_safeguards", "censorship", "capability_lag")
"""What evaluations speak of beside compliance, each a detail that holds a sentence."""
SENTENCES: Final = ("measured", "capability_lag", *(name for name in READINGS if name != "capability_lag"))
"""Details of an evaluation that are sentences of its text; here, where no reader of sentences is loaded for their names."""
