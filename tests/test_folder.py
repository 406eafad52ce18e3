"""What processes of one machine keep for each other: bytes in a folder, experiments in bytes."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from app.csv_table import read_table
from app.engine import Here, Laboratory, Shared, inspect_run, pack, run_experiment, unpack
from app.engine.freight import HEAD
from app.folder import Folder
from app.own_data import choose
from app.settings import Settings
from app.turns import Busy, Turns
from callbacks.training import experiment_payload

ROOT = Path(__file__).parent.parent
QUICK = Settings(epochs=20)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "cache", 1_000_000)


OWN = Settings(dataset="own", epochs=20, own=choose(read_table(b"x,y\n1,2\n2,3\n4,4\n"), "t" * 22))


def names(path: Path) -> set[str]:
    return {one.name for one in (path / "cache").iterdir()} - {"locks"}


def test_what_is_kept_comes_back_and_can_be_written_into(folder: Folder) -> None:
    assert folder.get("a") is None
    folder.put("a", b"first")
    found = folder.get("a")
    assert found[:] == b"first"
    found[0] = 0
    assert folder.get("a")[:] == b"first"
    folder.put("a", b"second")
    assert folder.get("a")[:] == b"second"


def test_the_least_recently_used_go(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "cache", 100)
    for at, key in enumerate("abc"):
        folder.put(key, bytes(30))
        os.utime(tmp_path / "cache" / key, (at, at))
    folder.get("a")
    folder.put("d", bytes(30))
    assert names(tmp_path) == {"a", "c", "d"}
    # What is larger than all is not kept, and nothing goes for it.
    folder.put("e", bytes(101))
    assert names(tmp_path) == {"a", "c", "d"}


def test_it_takes_no_more_than_half_of_what_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=100))
    folder = Folder(tmp_path / "cache", 1_000_000)
    folder.put("large", bytes(51))
    folder.put("small", bytes(50))
    assert names(tmp_path) == {"small"}


def test_one_at_a_time_for_a_key(folder: Folder) -> None:
    inside, order = threading.Event(), []

    def second() -> None:
        with folder.alone("a"):
            order.append("second")

    with folder.alone("a"):
        thread = threading.Thread(target=second)
        thread.start()
        assert not inside.wait(0.2)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_a_folder_that_cannot_be_used_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    folder = Folder(tmp_path / "file", 1_000_000)
    laboratory = Laboratory(trainer=Shared(folder, Here()))
    for seed in (0, 1):
        assert laboratory.experiment(Settings(epochs=20, seed=seed)).sweep.settings.seed == seed
    lines = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert len(lines) == 1 and "nothing is shared" in lines[0]
    assert str(tmp_path) not in lines[0]


def test_a_disk_without_room_leaves_nothing_half_written(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        folder.put("a", b"1")
    assert names(tmp_path) == set()
    folder.put("a", b"1")
    assert names(tmp_path) == {"a"}


DESCRIBED = [
    {},
    {"learning_rate": 0.033},
    {"dataset": "parabola", "hidden_units": 4, "epochs": 40, "learning_rate": 1},
    {"dataset": "sine", "hidden_units": 3, "hidden_layers": 2, "optimizer": "adam", "epochs": 40},
    {"dataset": "parabola", "hidden_units": 3, "batch_size": 16, "epochs": 30},
    {"dataset": "diabetes", "epochs": 30, "validation_fraction": 0.3},
    # Too much to be kept at every epoch.
    {"dataset": "line", "hidden_units": 32, "hidden_layers": 3, "epochs": 100},
]


@pytest.mark.parametrize("chosen", DESCRIBED)
def test_an_experiment_survives_to_the_bit(chosen: dict) -> None:
    settings = Settings(**chosen)
    made = run_experiment(settings)
    again = unpack(bytearray(pack(made)), settings)
    check_same(made, again)
    check_same(
        inspect_run(settings, made.training, made.surface, 3),
        inspect_run(settings, again.training, again.surface, 3),
    )
    assert experiment_payload(made) == experiment_payload(again)


def check_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, Tensor | np.ndarray):
        one, other = np.asarray(one), np.asarray(other)
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    elif is_dataclass(one):
        for part in fields(one):
            check_same(getattr(one, part.name), getattr(other, part.name))
    elif isinstance(one, tuple):
        for parts in zip(one, other, strict=True):
            check_same(*parts)
    else:
        assert one == other or (one != one and other != other)


WHOLE = pack(run_experiment(QUICK))


def described(tree: Any, *arrays: Any) -> bytes:
    """Bytes of the right form that say something else."""
    text = json.dumps([tree, arrays]).encode()
    return HEAD.pack(len(text)) + text + bytes(999)


def test_what_is_held_twice_is_sent_once() -> None:
    made = run_experiment(Settings(hidden_units=32, hidden_layers=3, epochs=100))
    sweep = made.sweep
    assert len(sweep.epochs) < 100
    assert len(pack(made)) < 1.5 * (sweep.params.nbytes + sweep.gradients.nbytes)


JUNK = [
    *(b"1", bytes(8), b"\x02" + bytes(7) + b"{}", b"\xff" * 64, WHOLE[:-99], WHOLE[:99]),
    described({"is": "Plane", "of": [1]}),
    described("text"),
    # Addresses of what lies nowhere; more numbers than there are.
    described({"is": "ndarray", "at": 0}, ["|O", [1]]),
    described({"is": "ndarray", "at": 0}, ["<f4", [2**40]]),
]


@pytest.mark.parametrize("junk", JUNK)
def test_other_bytes_are_no_experiment(junk: bytes) -> None:
    with pytest.raises(ValueError, match="no experiment"):
        unpack(bytearray(junk), QUICK)


def test_nor_is_what_is_nested_without_end() -> None:
    text = b"[" * 100_000
    with pytest.raises(ValueError, match="no experiment"):
        unpack(bytearray(HEAD.pack(len(text)) + text), QUICK)


def test_a_folder_that_is_found_again_holds_as_much(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("a", bytes(60))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    again = Folder(tmp_path / "cache", 1_000_000)
    again.put("b", bytes(1000))
    again.put("c", bytes(10))
    assert "b" not in names(tmp_path) and "c" in names(tmp_path)


def test_nor_is_that_of_other_settings() -> None:
    with pytest.raises(ValueError, match="of these settings"):
        unpack(bytearray(WHOLE), Settings(epochs=21))


def test_a_spoilt_file_is_trained_anew(folder: Folder, tmp_path: Path) -> None:
    shared = Shared(folder, Here())
    first = shared.experiment(QUICK)
    (name,) = names(tmp_path)
    folder.put(name, b"spoilt")
    check_same(first, shared.experiment(QUICK))
    assert len((tmp_path / "cache" / name).read_bytes()) > 1000


def test_a_persons_own_data_are_on_no_disk(folder: Folder, tmp_path: Path) -> None:
    shared = Shared(folder, Here())
    assert shared.experiment(OWN).sweep.settings.own
    assert names(tmp_path) == set()
    with pytest.raises(TypeError):
        pack(run_experiment(OWN))


def test_whoever_is_told_to_come_again_finds_it_later(folder: Folder) -> None:
    turns = Turns(longest_wait=1)
    shared = Shared(folder, Here(turns))
    with turns.take(5), pytest.raises(Busy):
        shared.experiment(QUICK)
    assert shared.experiment(QUICK).sweep.settings == QUICK


CHILD = """
import sys
from pathlib import Path
from app.engine import Here, Laboratory, Shared, experiment
from app.engine.freight import HEAD
from app.folder import Folder
from app.settings import Settings

train = experiment.train
experiment.train = lambda settings: print("trained", flush=True) or train(settings)
sys.stdin.readline()
Laboratory(trainer=Shared(Folder(Path(sys.argv[1]), 10**8), Here())).experiment(Settings())
print("done", flush=True)
"""


def test_processes_that_want_the_same_train_it_once(tmp_path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path / "cache")],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    words = "".join(child.communicate(timeout=60)[0] for child in children)
    assert words.count("trained") == 1 and words.count("done") == 2
