"""Databases of either engine, new or begun as a copy of another one; what is promised of a watch holds on both."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg.conninfo import conninfo_to_dict

NUMBER = count()
FILE = "sqlite:///"


class Copies(Protocol):
    """Where they are made."""

    def new(self) -> str:
        """The address of another one, in which nothing stands."""

    def copy(self, url: str) -> str:
        """The address of a copy of this one, which nobody has open."""

    def drop(self, url: str) -> None:
        """Forget it."""


class Files:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> str:
        return f"{FILE}{self._folder}/{next(NUMBER)}.db"

    def copy(self, url: str) -> str:
        made = self.new()
        shutil.copy(url.removeprefix(FILE), made.removeprefix(FILE))
        return made

    def drop(self, url: str) -> None:
        Path(url.removeprefix(FILE)).unlink()


class OnServer:
    """Databases on a PostgreSQL server, each begun with the tables of an empty one."""

    def __init__(self, server: str, pattern: str = "pattern") -> None:
        self._server, self._pattern = server, pattern

    def new(self) -> str:
        return self.copy(self.named(self._pattern))

    def copy(self, url: str) -> str:
        name = f"test_{next(NUMBER)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {name_of(url)}")
        return self.named(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    def named(self, name: str) -> str:
        """The address of a database on this server."""
        return self._server.replace("/postgres?", f"/{name}?")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)


def name_of(url: str) -> str:
    """The name of a database on a server."""
    return str(conninfo_to_dict(url)["dbname"])
