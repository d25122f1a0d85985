"""Puts `watcher` and `notifiers` inside of `policy_signal_watch` in what is installed; the rest stands in pyproject.toml."""

from setuptools import find_packages, setup

OURS = "policy_signal_watch"
INSIDE = ("watcher", "notifiers")
DATA = ["templates/**/*", "static/**/*", "store/migrations/**/*", "config/*.toml", "core/bills/*.toml", "core/language/*.toml"]

setup(
    packages=[OURS, *(f"{OURS}.{name}" for name in find_packages(include=[f"{each}*" for each in INSIDE]))],
    package_dir={f"{OURS}.{name}": name for name in INSIDE},
    package_data={f"{OURS}.watcher": DATA},
)
