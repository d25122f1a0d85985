"""The proxies that the file and the environment name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.config.texts import SMALL
from watcher.config.build import Config
from watcher.core.proxies import Proxies, Proxy

Read = Callable[..., Config]
Mistakes = Callable[..., list[str]]
OWN = SMALL + '[fetch]\nproxy = "http://proxy.example:3128"\n'
ONE = Proxy("proxy.example", 3128)


def test_without_any_nothing_stands_between(read: Read) -> None:
    assert read(SMALL).proxies == Proxies()


def test_the_environment_names_one_for_each_scheme_small_letters_first(read: Read, tmp_path: Path) -> None:
    (tmp_path / "proxy").write_text("http://me:secret@proxy.example:3128\n", "utf-8")
    config = read(
        SMALL,
        HTTPS_PROXY_FILE=str(tmp_path / "proxy"),
        HTTP_PROXY="http://two.example",
        http_proxy="one.example:1",
        NO_PROXY="a,.b",
    )
    assert config.proxies == Proxies(Proxy("one.example", 1), Proxy("proxy.example", 3128, b"me", b"secret"), ("a", ".b"))
    assert "secret" not in repr(config)


def test_that_of_the_file_is_for_everything_and_goes_before(read: Read) -> None:
    assert read(OWN, HTTPS_PROXY="http://other.example", no_proxy="a").proxies == Proxies(ONE, ONE, ("a",))


@pytest.mark.parametrize("env", [{"PROXY": "http://me:secret@proxy.example:3128"}, {}], ids=["named", "over the file"])
def test_its_password_comes_from_the_environment(read: Read, env: dict[str, str]) -> None:
    env = env or {"WATCHER_FETCH_PROXY": "http://me:secret@proxy.example:3128"}
    config = read(OWN.replace("http://proxy.example:3128", "$PROXY"), **env)
    assert config.proxies.https == Proxy("proxy.example", 3128, b"me", b"secret")
    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    ("text", "env", "told"),
    [
        (
            OWN.replace("//proxy", "//me:secret@proxy"),
            {},
            "signals.toml:21: [fetch], key `proxy`: found a user name or a password in the file",
        ),
        (OWN.replace("http:", "socks5:"), {}, "signals.toml:21: [fetch], key `proxy`: found an address that is none of a proxy"),
        (OWN.replace("http://proxy.example:3128", "$NONE"), {}, "NONE or NONE_FILE to be set in the environment"),
        (
            OWN,
            {"WATCHER_FETCH_PROXY": "https://me:secret@x"},
            "WATCHER_FETCH_PROXY: [fetch], key `proxy`: found an address that is",
        ),
        (
            SMALL,
            {"HTTPS_PROXY": "https://me:secret@x"},
            "HTTPS_PROXY: found an address that is none of a proxy; expected a proxy such",
        ),
        (SMALL, {"http_proxy_FILE": "/none"}, "http_proxy_FILE: found a file that cannot be read"),
    ],
)
def test_one_that_cannot_be_used_is_told_without_its_secrets(
    mistakes: Mistakes, text: str, env: dict[str, str], told: str
) -> None:
    (said,) = mistakes(text, **env)
    assert told in said
    assert "secret" not in said


def test_a_password_in_another_address_is_refused_and_not_repeated(mistakes: Mistakes) -> None:
    (said,) = mistakes(SMALL + '[fetch]\nvia = "https://me:secret@mirror.example"\n')
    assert "without a user name or a password" in said
    assert "secret@" not in said
