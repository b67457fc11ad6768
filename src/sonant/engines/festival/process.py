"""Festival as a process of its own: it is asked in Scheme and answers in lines; samples pass through shared memory."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sonant.enginekit.clauses import Sound
from sonant.enginekit.english import Token
from sonant.enginekit.lifeline import interruptible

PROGRAM = "festival"

_SCHEME = Path(__file__).with_name("speak.scm")
_HEAP_CELLS = 1_000_000  # a tenth of what it takes unasked
_LONGEST_NAME = 200
_ANY_WORD = "thing"  # one that is not spelled out, nor read as several
_ANSWERED = b"answered\n"


class FestivalFailed(RuntimeError):
    """Festival ended, or could not do what it was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Festival made of a row of tokens: 16-bit samples, shape `(time,)`, and the sounds of each token."""

    samples: npt.NDArray[np.int16]
    sounds: Sequence[Sequence[Sound]]


class Festival:
    """A Festival process, started when it is first needed, and again after it has ended or had to be stopped."""

    def __init__(self, voice: str) -> None:
        """Make it; `voice` is the name of an installed HTS voice."""
        self._voice = voice
        self._samples = os.memfd_create("samples")
        self._model = os.memfd_create("model")
        self._process: subprocess.Popen[bytes] | None = None
        self._model_number = 0

    def load(self, model: bytes) -> None:
        """Take another model for the voice from now on: the content of an HTS voice's file."""
        os.ftruncate(self._model, len(model))
        os.pwrite(self._model, model, 0)
        self._model_number += 1

    def speak(self, spoken: Sequence[Token], rate: float) -> Answer:
        """Speak a row of tokens.

        Raises:
            FestivalFailed: It ended or refused. It starts anew when it is asked next.
        """
        os.ftruncate(self._samples, 0)
        row = " ".join(_as_scheme(token) for token in spoken)
        lines = self._ask(f"(sonant_speak '({row}) {rate:.4f} {_path(self._samples)} 'model{self._model_number})")
        if lines[-1:] != [b"spoken\n"]:
            raise FestivalFailed("it could not speak this")
        size = os.fstat(self._samples).st_size
        samples = np.frombuffer(os.pread(self._samples, size, 0), np.int16)
        return Answer(samples, _sounds(lines[:-1], len(spoken)))

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is None:
            return
        with self._process as process, suppress(BrokenPipeError):
            process.kill()
        self._process = None

    def close(self) -> None:
        """End the process and give back what this holds."""
        self.stop()
        os.close(self._samples)
        os.close(self._model)

    def _ask(self, expression: str) -> list[bytes]:
        """Evaluate an expression; the lines it printed."""
        if self._process is not None and self._process.poll() is not None:
            self.stop()
        try:
            return list(_exchange(self._process or self._start(), expression))
        except BaseException:
            self.stop()  # what it was asked may still be under way
            raise

    def _start(self) -> "subprocess.Popen[bytes]":
        """Start it with its voice; it ends by itself when this process does."""
        program = shutil.which(PROGRAM)
        if program is None:
            raise FestivalFailed("it isn't installed any more")
        process = self._process = subprocess.Popen(  # noqa: S603 - no shell, and nothing of it comes from outside
            [program, "--heap", str(_HEAP_CELLS), "--pipe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it repeats what it can't read
            pass_fds=(self._samples, self._model),
            env={"HOME": "/nonexistent"},  # no one's own Festival settings
            start_new_session=True,
        )
        settings = f"(set! sonant_model {_path(self._model)})"
        list(_exchange(process, f"(load {quoted(str(_SCHEME))}) (voice_{self._voice}) {settings}"))
        return process


def quoted(text: str) -> str:
    r"""A Scheme string.

    Raises:
        ValueError: It holds anything but printable ASCII.

    >>> print(quoted('a"b'))
    "a\"b"
    """
    if not (text.isascii() and text.isprintable()):
        raise ValueError("only printable ASCII can be told to Festival")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _exchange(process: "subprocess.Popen[bytes]", expression: str) -> Iterator[bytes]:
    """The lines that are printed while an expression is evaluated, whether or not that fails."""
    if process.stdin is None or process.stdout is None:
        raise FestivalFailed("it has no pipes")
    process.stdin.write(f'{expression}\n(format t "answered\\n")\n(fflush nil)\n'.encode("ascii"))
    process.stdin.flush()
    with interruptible():
        for line in process.stdout:
            if line == _ANSWERED:
                return
            yield line
    raise FestivalFailed("it ended")


def _path(descriptor: int) -> str:
    """The name under which Festival finds a file that it has inherited open."""
    return quoted(f"/proc/self/fd/{descriptor}")


def _as_scheme(token: Token) -> str:
    """A token as the list that `sonant_speak` takes."""
    name = _ANY_WORD if token.phones else token.name[:_LONGEST_NAME]
    phones = " ".join("ah" if phone == "AX1" else phone.rstrip("012").lower() for phone in token.phones)
    stresses = " ".join("0" if phone[-1] == "0" else "1" for phone in token.phones if phone[-1].isdigit())
    return f"({quoted(name)} {quoted(token.closing)} ({phones}) ({stresses}))"


def _sounds(lines: Sequence[bytes], count: int) -> list[list[Sound]]:
    """The sounds of each of `count` tokens."""
    rows: list[list[Sound]] = [[] for _ in range(count)]
    for line in lines:
        _, number, phone, start, end, stress = line.decode("ascii").split()
        rows[int(number)].append(Sound(phone, float(start), float(end), stressed=stress == "1"))
    return rows
