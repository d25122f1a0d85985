"""The environment goes over the file, and secrets come from nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.config.texts import SMALL
from watcher.config.build import Config, load
from watcher.config.errors import ConfigError
from watcher.config.partial import load_partial

Read = Callable[..., Config]
MAIL = SMALL + '[smtp]\nhost = "localhost"\nfrom = "watch@example.org"\n[[recipient]]\nchannel = "smtp"\nto = "me@example.org"\n'


def test_every_setting_can_be_set_from_outside(read: Read) -> None:
    config = read(
        SMALL + '[web]\nport = 9000\n[fetch]\nvia = "http://127.0.0.1:1"\n',
        WATCHER_WEB_PORT="8081",
        WATCHER_WEB_HOST="0.0.0.0",
        WATCHER_WEB_TRUSTED_PROXIES="10.0.0.1, 10.0.0.2",
        WATCHER_WEB_SUBSCRIBE="true",
        WATCHER_WATCH_BASE_URL="https://watch.example.org/",
        WATCHER_SMTP_FROM="watch@example.org",
        WATCHER_FETCH_VIA="http://127.0.0.1:8900",
        WATCHER_FETCH_TIMEOUT="5s",
        WATCHER_FETCH_MAX_BODY="1MiB",
        WATCHER_STORE_URL="postgresql://watch@db/watch",
        WATCHER_WATCH_TITLE="2026",
        WATCHER_SMTP_HOST="localhost",
        WATCHER_CONFIG="elsewhere.toml",
    )
    assert (config.web.port, config.web.host, config.web.subscribe) == (8081, "0.0.0.0", True)
    assert config.web.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert (config.fetch.via, config.fetch.timeout) == ("http://127.0.0.1:8900", timedelta(seconds=5))
    assert config.fetch.max_body == 2**20
    assert config.store.url == "postgresql://watch@db/watch"
    assert config.watch.title == "2026"


def test_a_key_that_ends_as_the_name_of_a_file_does_can_be_set_from_outside(read: Read, tmp_path: Path) -> None:
    (tmp_path / "named").write_text("/etc/ca.pem\n", encoding="utf-8")
    assert read(SMALL, WATCHER_FETCH_CA_FILE="/etc/ca.pem").fetch.ca_file == "/etc/ca.pem"
    assert read(SMALL, WATCHER_FETCH_CA_FILE_FILE=str(tmp_path / "named")).fetch.ca_file == "/etc/ca.pem"


def test_nothing_from_outside_is_an_empty_list_or_text(read: Read) -> None:
    config = read(
        SMALL + "[web]\nhosts = ['a.example']\n[watch]\ncontact = 'me'\n", WATCHER_WEB_HOSTS="", WATCHER_WATCH_CONTACT=""
    )
    assert (config.web.hosts, config.watch.contact) == ((), "")


def test_variables_that_are_no_settings_are_nobody_s_business(read: Read) -> None:
    other = {"WATCHER_WEB_SERVICE_HOST": "10.0.0.1", "WATCHER_WEB": "x", "WATCHER_SIGNAL": "[]", "watcher_web_port": "1"}
    assert read(SMALL, **other).web.port == 8080


@pytest.mark.parametrize(
    ("variable", "found", "place", "expected"),
    [
        ("WATCHER_WEB_PORT", 70000, "[web], key `port`", "less than or equal to 65535"),
        ("WATCHER_WEB_SUBSCRIBE", "perhaps", "[web], key `subscribe`", "true or false"),
        ("WATCHER_FETCH_TIMEOUT", "3600", "[fetch], key `timeout`", 'a duration such as "90s"'),
        ("WATCHER_SMTP_TIMEOUT", "PT5S", "[smtp], key `timeout`", 'a duration such as "90s"'),
        ("WATCHER_SMTP_PORT", "", "[smtp], key `port`", "a whole number"),
    ],
)
def test_what_is_wrong_with_a_variable_is_said_as_of_the_file(
    read: Read, variable: str, found: str | int, place: str, expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(MAIL, **{variable: str(found)})
    assert str(caught.value).startswith(f"{variable}: {place}: found {json.dumps(found)}; expected ")
    assert expected in str(caught.value)


def test_a_wrong_value_from_outside_is_named_by_its_variable(read: Read) -> None:
    with pytest.raises(ConfigError) as caught:
        read(SMALL, WATCHER_WEB_PORT="eighty")
    assert str(caught.value) == 'WATCHER_WEB_PORT: [web], key `port`: found "eighty"; expected a whole number'


def test_a_password_comes_from_a_variable_or_a_file_without_its_newline(read: Read, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    for env in ({"WATCHER_SMTP_PASSWORD": "s3cret"}, {"WATCHER_SMTP_PASSWORD_FILE": str(tmp_path / "password")}):
        config = read(MAIL, **env)
        assert config.channels["smtp"] == {"host": "localhost", "sender": "watch@example.org", "password": "s3cret"}
        assert "s3cret" not in repr(config)


def test_a_secret_file_that_cannot_be_read_is_named(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(MAIL, WATCHER_SMTP_PASSWORD_FILE=str(tmp_path / "none"))
    assert "WATCHER_SMTP_PASSWORD_FILE: [smtp], key `password`" in str(caught.value)
    assert "FileNotFoundError" in str(caught.value)


def test_addresses_that_are_secret_are_filled_from_outside_and_never_shown(read: Read) -> None:
    hook = '[[recipient]]\nid = "a"\nchannel = "webhook"\nto = "${HOOK}?price=$$5"\nsecret = "$KEY"\n'
    config = read(SMALL + hook, HOOK="https://example.org/T0K3N", KEY="whsec_" + "a" * 32 + "\n")
    assert config.recipients[0].to == "https://example.org/T0K3N?price=$5"
    assert config.recipients[0].secret == "whsec_" + "a" * 32
    assert "T0K3N" not in repr(config)
    assert "whsec" not in repr(config)


@pytest.mark.parametrize(
    ("recipient", "named", "words"),
    [
        ('channel = "smtp"\nto = "a@reader.example, b@reader.example"', "key `to`", "one alone, not a list of them"),
        ('channel = "webhook"\nto = "https://a.example/"\nsecret = "$KEY"', "key `secret`", "pair of keys"),
        ('channel = "webhook"\nto = "https://a.example/"', "key `secret`", "no signing secret"),
    ],
)
def test_an_address_or_a_secret_that_can_never_be_used_is_named(read: Read, recipient: str, named: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(f'{MAIL}[[recipient]]\nid = "two"\n{recipient}\n', KEY="whsk_" + "a" * 44)
    assert named in str(caught.value)
    assert words in str(caught.value)
    assert "aaaa" not in str(caught.value)


def test_own_secrets_are_read_when_they_are_asked_for(read: Read) -> None:
    config = read(SMALL, WATCHER_METRICS_TOKEN="abc")
    assert config.secret("METRICS_TOKEN") == "abc"
    assert config.secret("CONGRESS_API_KEY") is None


def test_without_an_environment_the_process_s_own_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "signals.toml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("WATCHER_WEB_PORT", "8085")
    assert load(tmp_path / "signals.toml").web.port == 8085


def test_a_quick_reading_loads_no_channel(read: Read, tmp_path: Path) -> None:
    read(SMALL)
    assert load(tmp_path / "signals.toml", {}, quick=True).channels == {}


def test_a_file_without_measure_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "signals.toml").open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(ConfigError, match="a file of more than 50 MB"):
        load(tmp_path / "signals.toml", {})


def test_a_device_without_an_end_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a file of more than 50 MB"):
        load(Path("/dev/zero"), {})
    with pytest.raises(ConfigError, match="readable text file"):
        load(written(tmp_path, SMALL), {"WATCHER_WATCH_TITLE_FILE": "/dev/zero"})


@pytest.mark.parametrize("value", ["[" * 20_000, "{a=" * 20_000, "9" * 10_000, "0x" + "f" * 100_000], ids=lambda value: value[:6])
def test_a_value_without_measure_is_a_mistake(tmp_path: Path, value: str) -> None:
    path = written(tmp_path, f"{SMALL}\n[web]\nport = {value}\n")
    with pytest.raises(ConfigError):
        load(path, {})
    assert load_partial(path, {}) is None or "0x" in value


def written(folder: Path, text: str) -> Path:
    (folder / "signals.toml").write_text(text, "utf-8")
    return folder / "signals.toml"


UNREADABLE = {
    "is missing": (None, "no file to read (No such file or directory); expected a file; `watcher init` writes one"),
    "is no UTF-8": (b"# fine\n\xff\n", "signals.toml:2: found bytes that are no UTF-8; expected a text in UTF-8"),
}


@pytest.mark.parametrize(("content", "expected"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path, content: bytes | None, expected: str) -> None:
    if content is not None:
        (tmp_path / "signals.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "signals.toml", {})
    assert expected in str(caught.value)


def test_a_tilde_is_the_home_folder_in_every_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "password").write_text("planted\n", "utf-8")
    text = (
        SMALL
        + '[store]\nurl = "sqlite:///~/watch.db?timeout=9"\n[fetch]\nca_file = "~/ca.pem"\n[smtp]\nhost = "h"\nfrom = "w@w.example"\n'
        'ca_file = "~/own.pem"\n[[recipient]]\nchannel = "maildir"\nto = "~/box"\n'
    )
    file = tmp_path / "signals.toml"
    file.write_text(text, "utf-8")
    config = load(file, {"WATCHER_SMTP_PASSWORD_FILE": "~/password"})
    assert config.store.url == f"sqlite:///{tmp_path}/watch.db?timeout=9"
    assert config.fetch.ca_file == f"{tmp_path}/ca.pem"
    assert config.channels["smtp"] == {
        "host": "h",
        "sender": "w@w.example",
        "ca_file": f"{tmp_path}/own.pem",
        "password": "planted",
    }
    assert config.recipients[0].to == f"{tmp_path}/box"
    outline = load_partial(file, {})
    assert outline
    assert outline.store == config.store.url
    assert load(file, {"WATCHER_STORE_URL": "sqlite:///~/other.db"}).store.url == f"sqlite:///{tmp_path}/other.db"


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('[store]\nurl = "sqlite:///~nobody-here/watch.db"', "url"),
        ('[fetch]\nca_file = "~nobody-here/ca.pem"', "ca_file"),
        ('[smtp]\nhost = "h"\nfrom = "w@w.example"\nca_file = "~nobody-here/ca.pem"', "ca_file"),
        ('[[recipient]]\nchannel = "maildir"\nto = "~nobody-here/box"', "to"),
    ],
)
def test_a_home_that_is_none_is_a_mistake_and_no_folder_of_that_name(tmp_path: Path, table: str, key: str) -> None:
    file = tmp_path / "signals.toml"
    file.write_text(f"{SMALL}{table}\n", "utf-8")
    with pytest.raises(ConfigError, match=f"key `{key}`: found .*nobody-here.*home folder") as found:
        load(file, {})
    assert "./~ is a folder of that name" in str(found.value)
