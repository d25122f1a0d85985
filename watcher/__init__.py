"""Policy Signal Watch: follows public sources and says, with evidence, when a policy signal changes."""

__version__ = "0.1.0"
