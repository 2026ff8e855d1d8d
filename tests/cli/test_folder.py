"""The data folder: one owner at a time, secrets that stay, a reset that deletes only what is ours."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from euryale.cli.dev.folder import Folder, write_private
from euryale.embedded.child import Account, StartError, may_enter


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "shop")


def test_a_second_owner_is_told_who_the_first_is(folder: Folder) -> None:
    with folder.owned(reset=False):
        write_private(folder.facts, {"api_url": "http://localhost:9000"})
        with pytest.raises(StartError, match=rf"process {os.getpid()}.*http://localhost:9000.*--data-dir and --port"):
            folder.owned(reset=True).__enter__()
        assert folder.facts.exists(), "the loser must not touch the winner's folder"


def test_a_lock_file_left_by_a_dead_process_means_nothing(folder: Folder) -> None:
    folder.path.mkdir()
    (folder.path / "lock").write_text("4194304")
    with folder.owned(reset=False):
        assert (folder.path / "lock").read_text() == str(os.getpid())


def test_secrets_are_made_once_and_private(folder: Folder) -> None:
    with folder.owned(reset=False):
        made = folder.secrets()
    with folder.owned(reset=False):
        assert folder.secrets() == made
    assert (folder.path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(made.jwt_secret) >= 32


def test_the_facts_are_there_only_while_the_shop_is_up(folder: Folder) -> None:
    folder.path.mkdir()
    folder.facts.write_text("{}")
    with folder.owned(reset=False):
        assert not folder.facts.exists(), "facts of a killed shop would mislead scripts"
        write_private(folder.facts, {"a": 1})
        assert json.loads(folder.facts.read_text()) == {"a": 1}
    assert not folder.facts.exists()


def test_reset_makes_a_new_shop(folder: Folder) -> None:
    with folder.owned(reset=False):
        old = folder.secrets()
    with folder.owned(reset=True):
        assert folder.secrets() != old


def test_reset_refuses_a_folder_with_other_things_in_it(folder: Folder) -> None:
    folder.path.mkdir()
    (folder.path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(StartError, match=r"thesis\.txt"), folder.owned(reset=True):
        pass
    assert (folder.path / "thesis.txt").exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(StartError, match="choose another with --data-dir"),
        Folder(tmp_path / "file").owned(reset=False),
    ):
        pass


def test_an_account_enters_only_where_every_folder_lets_it(tmp_path: Path) -> None:
    stranger = Account("stranger", 54321, 54321)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    assert not may_enter(home / "shop" / "postgres", stranger)
    assert may_enter(home / "shop" / "postgres", None)
    assert may_enter(Path("/srv/euryale/postgres"), stranger)
