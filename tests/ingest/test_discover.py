"""Which files a folder holds."""

import os
from pathlib import Path

import pytest

from ingest.discover import Shut, sha256, walk
from ingest.trouble import InputMissing


def paths(target: Path) -> list[str]:
    return [found.path for found in walk(target)]


def test_files_come_in_the_order_of_their_path_and_leftovers_are_passed_over(
    tmp_path: Path,
) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".cache/x.txt", "b/~$1.docx", "Thumbs.db", ".x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("acte")
    assert paths(tmp_path) == ["a.txt", "b/1.txt", "b/2.txt"]


def test_a_file_that_is_named_is_found_alone(tmp_path: Path) -> None:
    (tmp_path / "arrete.txt").write_text("acte")
    (tmp_path / "autre.txt").write_text("acte")
    [found] = walk(tmp_path / "arrete.txt")
    assert (found.root, found.path, found.size) == (tmp_path.resolve(), "arrete.txt", 4)
    assert sha256(found.file) == sha256(tmp_path / "autre.txt")


def test_a_link_is_followed_inside_the_folder_and_not_out_of_it(tmp_path: Path) -> None:
    fonds = tmp_path / "fonds"
    fonds.mkdir()
    (fonds / "acte.txt").write_text("acte")
    (tmp_path / "salaires.txt").write_text("secret")
    (fonds / "dedans.txt").symlink_to(fonds / "acte.txt")
    (fonds / "dehors.txt").symlink_to(tmp_path / "salaires.txt")
    (fonds / "perdu.txt").symlink_to(fonds / "nulle-part.txt")
    (fonds / "autour").symlink_to(tmp_path)
    (fonds / "encore").symlink_to(fonds)
    shut: list[Shut] = []
    assert [found.path for found in walk(fonds, shut.append)] == ["acte.txt", "dedans.txt"]
    assert {what.path: what.reason for what in shut} == {
        "dehors.txt": "outer_link", "autour/": "outer_link", "perdu.txt": "dead_link",
    }  # fmt: skip


def test_a_link_to_itself_does_not_stop_the_walk(tmp_path: Path) -> None:
    (tmp_path / "boucle.txt").symlink_to(tmp_path / "boucle.txt")
    (tmp_path / "dossier").symlink_to(tmp_path)
    (tmp_path / "acte.txt").write_text("acte")
    assert paths(tmp_path) == ["acte.txt"]
    with pytest.raises(InputMissing):
        paths(tmp_path / "boucle.txt")


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputMissing) as raised:
        paths(tmp_path / "absent")
    assert raised.value.facts == {"path": str(tmp_path / "absent")}


def test_a_pipe_or_a_device_is_no_record(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube.txt")
    assert paths(tmp_path) == []


def test_a_name_from_an_older_system_is_reported_and_the_rest_is_found(tmp_path: Path) -> None:
    (tmp_path / "acte.txt").write_text("acte")
    old = os.fsencode(tmp_path) + b"/d\xe9lib\xe9ration.txt"
    try:
        os.close(os.open(old, os.O_CREAT))
    except OSError:
        pytest.skip("this disk takes UTF-8 names only")
    shut: list[Shut] = []
    assert [found.path for found in walk(tmp_path, shut.append)] == ["acte.txt"]
    assert [(what.reason, what.path) for what in shut] == [("bad_name", "d�lib�ration.txt")]


def test_a_folder_that_lists_its_files_and_shows_none_does_not_stop_the_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "grille/secret.txt", "z.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("acte")
    seen = os.lstat

    def lstat(place: str) -> os.stat_result:  # what mode 744 gives to all but root
        if Path(place).parent.name == "grille":
            raise PermissionError(13, "Permission denied", str(place))
        return seen(place)

    monkeypatch.setattr(os, "lstat", lstat)
    shut: list[Shut] = []
    assert [found.path for found in walk(tmp_path, shut.append)] == ["a.txt", "z.txt"]
    assert shut == [Shut("grille/secret.txt", "forbidden", "Permission denied")]
