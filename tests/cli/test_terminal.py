"""The terminal's door: help, wrong words, mistakes at start-up, a record out of reach, exported files checked."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import ALL
from bot.exporters.json import render
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.read_models import RedisPeople
from bot.verbs import ALL as VERBS
from tests.cli.conftest import Muster
from tests.exporters.incidents import rich
from tests.harness.redis_server import RedisServer
from tests.harness.world import ROOT

NOWHERE = {"REDIS_URL": "redis://127.0.0.1:1/0"}


def test_help_names_every_subcommand_and_what_it_is_for(muster: Muster) -> None:
    said = muster("--help")
    assert said.code == 0
    for subcommand in ALL:
        name = subcommand.__name__.rpartition(".")[2]
        assert f"    {name} " in said.out
        assert muster(name, "--help").code == 0


def test_a_subcommand_that_there_is_not_is_refused_with_those_that_there_are(muster: Muster) -> None:
    said = muster("incidents")
    assert said.code == 2
    assert "invalid choice: 'incidents'" in said.err
    assert "'incident'" in said.err


def test_a_verb_without_the_word_incident_is_put_right(muster: Muster) -> None:
    said = muster("declare", "p1", "checkout", "is", "down")
    assert said.code == 2
    assert "Say: muster incident declare p1 checkout is down" in said.err


def test_without_words_the_usage_is_shown(muster: Muster) -> None:
    said = muster()
    assert said.code == 2
    assert said.err.startswith("usage: muster")


def test_the_verbs_are_listed_with_their_usage(muster: Muster, redis_server: RedisServer) -> None:
    said = muster("incident", "--as", "UANA", "help", environment={"REDIS_URL": redis_server.url})
    assert said.code == 0
    for verb in VERBS:
        assert f"  {verb.name} {verb.usage}".rstrip() in said.out
        assert verb.summary in said.out


@pytest.mark.parametrize("verb", ["list", "declare p1 checkout is down", "note the cache is cold"])
def test_a_record_out_of_reach_is_a_sentence(muster: Muster, verb: str) -> None:
    said = muster("incident", "--as", "UANA", *verb.split(), environment=NOWHERE)
    assert said.code == 1
    assert said.out == ""
    assert said.err.startswith("The record is out of reach at redis://127.0.0.1:1/0: ")
    assert said.err.endswith("`muster doctor` helps.\n")
    assert said.err.count("\n") == 1


def test_who_changes_something_must_say_who_they_are(muster: Muster, redis: Client, redis_server: RedisServer) -> None:
    here = {"REDIS_URL": redis_server.url, "USER": "nobody-in-slack", "LOGNAME": "nobody-in-slack"}
    said = muster("incident", "declare", "p1", "checkout is down", environment=here)
    assert said.code == 2
    assert "I don't know who “nobody-in-slack” is." in said.err
    assert "MUSTER_USER=" in said.err
    assert "“@zoe”" in muster("incident", "--as", "@zoe", "list", environment=here).err
    assert muster("incident", environment=here).out.startswith("No incident is open.")


def test_the_login_of_somebody_whom_muster_has_met_is_enough(
    muster: Muster, redis: Client, redis_server: RedisServer
) -> None:
    here = {"REDIS_URL": redis_server.url, "LOGNAME": "zoe"}
    RedisPeople(redis, Keys()).meet("UZOE", "zoe")
    assert muster("incident", "declare", "p1", "checkout is down", environment=here).code == 0
    assert "UZOE" not in muster("incident", "timeline", environment=here).out
    assert "zoe declared P1" in muster("incident", "timeline", environment=here).out


@pytest.mark.parametrize(
    ("verb", "choices"),
    [
        ("propose", ("  scale-checkout instances=6 ", "  restart-checkout ", "Restart checkout")),
        ("hat", ("  first-responder\n", "  commander\n")),
        ("confirm", ("  blast-radius ", "  side-effects ")),
        ("export", ("markdown | html | json | csv",)),
    ],
)
def test_a_bare_verb_says_what_there_is_to_choose_from(
    muster: Muster, redis: Client, redis_server: RedisServer, verb: str, choices: tuple[str, ...]
) -> None:
    here = {"REDIS_URL": redis_server.url, "MUSTER_USER": "UANA"}
    muster("incident", "declare", "p1", "checkout is down", environment=here)
    said = muster("incident", verb, environment=here)
    assert said.code == 2
    assert said.out.startswith(f"Say more: muster incident {verb} ")
    for choice in choices:
        assert choice in said.out


@pytest.mark.parametrize("word", ["INC-1", "inc-1", "1"])
def test_an_incident_is_named_as_people_write_it(
    muster: Muster, redis: Client, redis_server: RedisServer, word: str
) -> None:
    here = {"REDIS_URL": redis_server.url, "MUSTER_USER": "UANA"}
    for title in ("checkout is down", "mail is late"):
        muster("incident", "declare", "p1", title, environment=here)
    assert "Noted" in muster("incident", "--in", word, "note", "the disk is full", environment=here).out
    assert "the disk is full" in muster("incident", "--in", "INC-1", "timeline", environment=here).out


def test_a_port_in_use_is_a_sentence(redis_server: RedisServer) -> None:
    environment = {"PYTHONPATH": str(ROOT), "PORT": str(redis_server.port), "SLACK_SIGNING_SECRET": "secret"}
    typed = [sys.executable, "-m", "bot", "web"]
    said = subprocess.run(typed, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 1
    assert f"Can't serve at http://127.0.0.1:{redis_server.port}: Address already in use" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_reader_who_has_seen_enough_is_no_error(redis_server: RedisServer) -> None:
    typed = f"{sys.executable} -m bot incident --as UANA help | head -0"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "REDIS_URL": redis_server.url}
    shell = ["/bin/sh", "-c", typed]
    said = subprocess.run(shell, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert said.stderr == ""


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("workflows/hybrid.yaml", ("quorum: 1 ", "quorm: 1 "), ("quorm", "quorum")),
        ("runbooks/restart-checkout.yaml", ("target: checkout", "target: chekout"), ("chekout", "“checkout”")),
        ("services.yaml", ("tier: 1\n", "tier: one\n"), ("“one” is not a whole number", "tier: 2")),
        ("services.yaml", ("  owner: team-p", "\towner: team-p"), ("there is a tab", "Indent with spaces.")),
    ],
)
def test_a_mistake_in_a_manifest_is_said_at_start_up(
    muster: Muster, tmp_path: Path, file: str, change: tuple[str, str], words: tuple[str, str]
) -> None:
    manifests = tmp_path / "manifests"
    shutil.copytree(ROOT / "manifests", manifests)
    text = (manifests / file).read_text()
    assert change[0] in text
    (manifests / file).write_text(text.replace(*change, 1))
    where, (what, instead) = f"{file}:{text[: text.index(change[0])].count(chr(10)) + 1}", words
    for subcommand in ("web", "incident"):
        said = muster(subcommand, environment={**NOWHERE, "MANIFESTS": str(manifests), "SLACK_SIGNING_SECRET": "s"})
        assert said.code == 2
        assert said.out == ""
        assert where in said.err
        assert what in said.err
        assert instead in said.err
    _, cure = muster("doctor", environment={**NOWHERE, "MANIFESTS": str(manifests)}).finding("✗", where, what)
    assert instead in cure


def test_web_without_a_way_in_says_so_instead_of_serving_nothing(muster: Muster) -> None:
    said = muster("web", environment=NOWHERE)
    assert said.code == 2
    assert "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET" in said.err
    assert "muster doctor" in said.err
    assert "SLACK_APP_TOKEN is empty" in muster("web", environment={**NOWHERE, "SLACK_MODE": "socket"}).err


def test_a_bad_environment_is_a_sentence_for_each_variable(muster: Muster) -> None:
    said = muster("web", environment={"PORT": "http", "WORKERS": "0", "LOG_LEVEL": "loud", "SLACK_LINK": "https://x"})
    assert said.code == 2
    assert said.err.splitlines() == [
        "SLACK_LINK can't be used: it must be an address with {channel} where a channel's id goes.",
        "PORT can't be used: it must be a number from 1 to 65535.",
        "WORKERS can't be used: it must be a number from 1 to 64.",
        "LOG_LEVEL can't be used: it must be debug, info, warning or error.",
    ]


def test_a_good_export_is_confirmed(muster: Muster, tmp_path: Path) -> None:
    file = tmp_path / "timeline.json"
    file.write_bytes(render(rich().export()))
    said = muster("verify", str(file))
    assert said.code == 0
    assert "54 events, all intact." in said.out


def test_a_tampered_export_is_found_out(muster: Muster, tmp_path: Path) -> None:
    document = json.loads(render(rich().export()))
    document["records"][3]["event"]["by"] = "UMALLORY"
    file = tmp_path / "timeline.json"
    file.write_text(json.dumps(document))
    said = muster("verify", str(file))
    assert said.code == 1
    assert said.out.startswith("This is not what Muster wrote:\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not JSON at all", "It is not whole JSON: line 1"),
        (b"[]", "It is JSON, but no object."),
        (b"{}", "It is no Muster timeline"),
        (b"\xff\xfe", "It is not text in UTF-8"),
        (b"", "It is not whole JSON"),
    ],
)
def test_a_file_of_another_kind_is_told_apart(muster: Muster, tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "something"
    file.write_bytes(content)
    said = muster("verify", str(file))
    assert said.code == 1
    assert words in said.out


def test_a_file_that_is_not_there_is_another_exit_code(muster: Muster, tmp_path: Path) -> None:
    for missing in (tmp_path / "nothing.json", tmp_path):
        said = muster("verify", str(missing))
        assert said.code == 2
        assert "can't be read: " in said.err
