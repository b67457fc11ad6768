import io
import json
import signal
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

from media import encoded, format_of, sine
from sonant.codecs.decode import DecodeLimits, MediaInfo, decode, probe, read_raw
from sonant.core.audio import Audio, concatenate
from sonant.core.errors import UndecodableAudio

LIMITS = DecodeLimits()
RECORDINGS = Path(__file__).parents[3] / "shared/recordings"

# Container, codec and rate of files that PyAV can write; the ones with a picture also get a video track.
CONTAINERS = {
    "wav": ("wav", "pcm_s16le", 16000),
    "wav with floats": ("wav", "pcm_f32le", 44100),
    "mp3": ("mp3", "libmp3lame", 44100),
    "ogg": ("ogg", "libopus", 48000),
    "flac": ("flac", "flac", 22050),
    "m4a": ("ipod", "aac", 44100),
    "webm": ("webm", "libopus", 48000),
    "aac": ("adts", "aac", 44100),
    "aiff": ("aiff", "pcm_s16be", 22050),
    "mp4": ("mp4", "aac", 44100),
    "mkv": ("matroska", "aac", 44100),
    "avi": ("avi", "mp2", 44100),
    "mov": ("mov", "pcm_s16le", 44100),
}
WITH_PICTURE = {"mp4", "mkv", "avi", "mov"}


def written(kind, audio_seconds=0.6):
    container_name, codec, rate = CONTAINERS[kind]
    content = io.BytesIO()
    with av.open(content, "w", format=container_name) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        if kind in WITH_PICTURE:
            video = container.add_stream("mpeg4", rate=25)
            video.width = video.height = 32
            video.pix_fmt = "yuv420p"
            for number in range(15):
                picture = av.VideoFrame(32, 32, "yuv420p")
                picture.pts = number
                container.mux(video.encode(picture))
            container.mux(video.encode(None))
        samples = (sine(440, rate, audio_seconds).samples * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return content.getvalue()


def wave_of(samples, sample_rate=16000, bits=16, code=1):
    """A RIFF WAVE file of samples, shape `(time, channels)`, in their own type."""
    channels, step = samples.shape[1], samples.itemsize
    shape = (code, channels, sample_rate, sample_rate * channels * step, channels * step, bits)
    content = samples.tobytes()
    sizes = (b"RIFF", 36 + len(content), b"WAVE", b"fmt ", 16, *shape, b"data", len(content))
    return struct.pack("<4sI4s4sIHHIIHH4sI", *sizes) + content


@pytest.fixture
def file_of(tmp_path):
    def write(content):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture(scope="module")
def bomb(tmp_path_factory):
    """120 KB of FLAC that hold 15 minutes of silence at 48 kHz: 173 MB of floats, 1400 for each byte."""
    path = tmp_path_factory.mktemp("bomb") / "upload"
    minute = Audio(np.zeros((1, 48000 * 60), np.float32), 48000)
    path.write_bytes(encoded(format_of("flac_48000"), [minute] * 15))
    return path


def children():
    return [child for child in psutil.Process().children() if "decode_child" in " ".join(child.cmdline())]


@pytest.mark.parametrize("kind", CONTAINERS)
def test_files_that_ffmpeg_reads_are_decoded_at_their_own_rate(kind, file_of):
    path = file_of(written(kind))
    _, codec, rate = CONTAINERS[kind]

    info = probe(path, LIMITS)
    sound = concatenate(list(decode(path, LIMITS)))

    assert info.sample_rate == sound.sample_rate == rate
    assert info.channels == sound.channels == 1
    assert info.has_video == (kind in WITH_PICTURE)
    assert info.codec == {"libmp3lame": "mp3", "libopus": "opus"}.get(codec, codec)
    assert info.duration == pytest.approx(0.6, abs=0.03)
    assert sound.duration == pytest.approx(0.6, abs=0.05)
    middle = sound.samples[0, rate // 10 : rate // 2].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * rate / len(middle) == pytest.approx(440, abs=4)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.06)  # LAME takes off a twentieth


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
def test_channels_stay_apart_and_linear_samples_exact(channels, file_of):
    samples = np.random.default_rng(channels).integers(-32768, 32768, (40000, channels)).astype("<i2")

    blocks = list(decode(file_of(wave_of(samples)), LIMITS))

    assert [block.samples.shape for block in blocks] == [(channels, 32768), (channels, 7232)]
    assert np.array_equal(concatenate(blocks).samples * 32768, samples.T)


def test_floats_in_a_file_are_made_finite(file_of):
    samples = np.array([[0.5], [np.nan], [np.inf], [-np.inf], [-0.25]] * 100, "<f4")

    [block] = decode(file_of(wave_of(samples, bits=32, code=3)), LIMITS)

    assert block.samples[0, :5].tolist() == [0.5, 0.0, 1.0, -1.0, -0.25]


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the shared recordings are not here")
def test_a_real_video_gives_its_sound():
    path = RECORDINGS / "video/bbaf2n.mpg"

    assert probe(path, LIMITS) == MediaInfo(pytest.approx(2.95, abs=0.05), 2, 44100, "mp2", "mpeg", has_video=True)
    assert concatenate(list(decode(path, LIMITS))).duration == pytest.approx(2.97, abs=0.05)


def test_our_own_stream_of_unknown_length_is_probed_by_its_packets(file_of):
    path = file_of(encoded(format_of("flac_16000"), [sine(440, 16000, 1.5)]))

    assert probe(path, LIMITS) == MediaInfo(pytest.approx(1.5, abs=0.01), 1, 16000, "flac", "flac", has_video=False)


def test_a_cut_file_gives_what_there_is(file_of):
    content = written("mp3")

    sound = concatenate(list(decode(file_of(content[: len(content) // 2]), LIMITS)))

    assert 0.2 < sound.duration < 0.35


SILENCE = wave_of(np.zeros((16000, 1), "<i2"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"These are words and no sound. " * 500, "not audio or video"),
        (np.random.default_rng(1).bytes(60000), "not audio or video"),
        (written("m4a")[:2000], "not audio or video"),
        (SILENCE[:30], "not audio or video"),
        (SILENCE[:44], "damaged or empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), "not audio or video|no audio track"),
        (wave_of(np.zeros((500, 64), "<i2")), "more than 8 channels"),
        (wave_of(np.zeros((500, 1), "<i2"), sample_rate=1), "sample rate"),
        (wave_of(np.zeros((500, 1), "<i2"), sample_rate=2**31 - 1), "sample rate"),
    ],
    ids=[
        "empty",
        "text",
        "garbage",
        "cut m4a",
        "half a header",
        "no samples",
        "picture",
        "64 channels",
        "1 Hz",
        "2 GHz",
    ],
)
def test_what_is_not_sound_is_refused(content, message, file_of):
    with pytest.raises(UndecodableAudio, match=message) as refused:
        list(decode(file_of(content), LIMITS))

    assert "upload" not in refused.value.message


def test_a_video_without_sound_is_refused_by_both(file_of):
    content = io.BytesIO()
    with av.open(content, "w", format="matroska") as container:
        video = container.add_stream("mpeg4", rate=25)
        video.width = video.height = 32
        video.pix_fmt = "yuv420p"
        picture = av.VideoFrame(32, 32, "yuv420p")
        picture.pts = 0
        container.mux(video.encode(picture))
        container.mux(video.encode(None))
    path = file_of(content.getvalue())

    with pytest.raises(UndecodableAudio, match="no audio track"):
        probe(path, LIMITS)
    with pytest.raises(UndecodableAudio, match="no audio track"):
        next(decode(path, LIMITS))


def test_too_many_tracks_are_refused(file_of):
    with pytest.raises(UndecodableAudio, match="more than 1 tracks"):
        probe(file_of(written("mkv")), DecodeLimits(streams=1))


def test_a_long_sound_is_refused_where_it_becomes_too_long(file_of):
    path = file_of(wave_of(np.zeros((160000, 1), "<i2")))
    blocks = decode(path, DecodeLimits(duration_seconds=5))

    with pytest.raises(UndecodableAudio, match="longer than 5 seconds"):
        sum(block.duration for block in blocks)
    assert len(list(decode(path, DecodeLimits(duration_seconds=10)))) == 5


def test_a_file_that_expands_without_measure_is_refused_and_costs_the_reader_nothing(bomb):
    process = psutil.Process()
    before = process.memory_info().rss
    resident = []
    blocks = decode(bomb, LIMITS)

    with pytest.raises(UndecodableAudio, match="expands"):
        resident.extend(process.memory_info().rss for _ in blocks)

    assert max(resident) - before < 8 << 20


def test_the_process_is_limited_in_what_it_can_use_and_open(bomb):
    blocks = decode(bomb, DecodeLimits(cpu_seconds=7, memory_bytes=1 << 29))
    next(blocks)
    [child] = children()

    assert child.rlimit(psutil.RLIMIT_CPU) == (7, 8)
    assert child.rlimit(psutil.RLIMIT_AS) == (1 << 29, 1 << 29)
    assert child.rlimit(psutil.RLIMIT_NOFILE) == (3, 3)
    assert child.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert child.nice() > psutil.Process().nice()
    blocks.close()


@pytest.mark.parametrize(
    ("ending", "message"), [(signal.SIGXCPU, "too long to decode"), (signal.SIGSEGV, "not audio or video")]
)
def test_a_process_that_is_ended_is_the_files_fault(ending, message, bomb):
    blocks = decode(bomb, LIMITS)
    next(blocks)
    [child] = children()

    child.send_signal(ending)

    with pytest.raises(UndecodableAudio, match=message):
        list(blocks)


def test_waiting_is_limited_but_the_readers_own_time_is_not(bomb):
    with pytest.raises(UndecodableAudio, match="too long to decode"):
        list(decode(bomb, DecodeLimits(wall_seconds=0.01)))

    blocks = decode(bomb, DecodeLimits(wall_seconds=1.5))
    next(blocks)
    time.sleep(1.6)
    assert next(blocks).samples.shape == (1, 32768)
    blocks.close()


def test_a_file_that_needs_too_much_memory_is_refused(file_of):
    content = bytearray(written("m4a"))
    table = content.index(b"stsz")
    content[table + 12 : table + 16] = struct.pack(">I", 60_000_000)  # packets, each of which has a number of 4 bytes

    with pytest.raises(UndecodableAudio, match="too much memory"):
        next(decode(file_of(content), DecodeLimits(memory_bytes=200 << 20)))


def test_a_process_that_cannot_start_is_not_the_files_fault(bomb):
    with pytest.raises(RuntimeError, match="ended with status"):
        next(decode(bomb, DecodeLimits(memory_bytes=90 << 20)))


def test_closing_the_iterator_ends_the_process(bomb):
    blocks = decode(bomb, LIMITS)
    next(blocks)
    [child] = children()

    blocks.close()

    assert not child.is_running()
    assert children() == []


def test_many_files_are_decoded_at_once(tmp_path):
    paths = [tmp_path / str(number) for number in range(6)]
    for number, path in enumerate(paths):
        path.write_bytes(wave_of(np.full((20000, 1), number, "<i2")))

    with ThreadPoolExecutor(6) as pool:
        sounds = list(pool.map(lambda path: concatenate(list(decode(path, LIMITS))), paths))

    assert [float(sound.samples.max() * 32768) for sound in sounds] == [0, 1, 2, 3, 4, 5]
    assert children() == []


@pytest.mark.parametrize("kind", ["hls", "hls of a file", "concat", "sdp"])
def test_a_file_cannot_make_the_decoder_open_anything_else(kind, file_of, tmp_path):
    other = tmp_path / "other.wav"
    other.write_bytes(SILENCE)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n"
        text = {
            "hls": f"{head}{address}\n#EXT-X-ENDLIST\n",
            "hls of a file": f"{head}file://{other}\n#EXT-X-ENDLIST\n",
            "concat": f"ffconcat version 1.0\nfile '{other}'\nfile '{address}'\n",
            "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
        }[kind]

        with pytest.raises(UndecodableAudio):
            list(decode(file_of(text.encode()), LIMITS))

        with pytest.raises(TimeoutError):
            server.accept()


def test_the_process_ends_when_its_reader_is_killed(bomb):
    script = (
        "import sys; from pathlib import Path; from sonant.codecs.decode import DecodeLimits, decode\n"
        "blocks = decode(Path(sys.argv[1]), DecodeLimits()); next(blocks); print('ready', flush=True); input()"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(bomb)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        [child] = psutil.Process(reader.pid).children()

        reader.send_signal(signal.SIGKILL)
        reader.wait()

    assert psutil.wait_procs([child], timeout=3)[1] == []


def test_the_environment_is_not_handed_on(bomb, monkeypatch):
    monkeypatch.setenv("SONANT_API_KEY", "sk_secret")
    blocks = decode(bomb, LIMITS)
    next(blocks)
    [child] = children()

    assert b"sk_secret" not in Path(f"/proc/{child.pid}/environ").read_bytes()
    assert str(bomb) not in " ".join(child.cmdline())
    blocks.close()


def test_raw_samples_need_no_container(file_of):
    samples = np.arange(-20000, 20000, dtype="<i2")

    blocks = list(read_raw(file_of(samples.tobytes()), LIMITS))

    assert {block.sample_rate for block in blocks} == {16000}
    assert np.array_equal(concatenate(blocks).samples[0] * 32768, samples)


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "empty"), (b"\0\0\0", "odd"), (bytes(2 * 16000 * 3), "longer than 2 seconds")]
)
def test_raw_samples_that_make_no_sense_are_refused(content, message, file_of):
    with pytest.raises(UndecodableAudio, match=message):
        list(read_raw(file_of(content), DecodeLimits(duration_seconds=2)))


FUZZ = """
import importlib, json, os, sys
from sonant.codecs import decode_child
decode_child.load_av()
for module in decode_child._IMPORTED_LATE:
    importlib.import_module(module)
quiet = os.open("/dev/null", os.O_WRONLY)
for number, task in enumerate(sys.argv[3:]):
    child = os.fork()
    if child == 0:
        os.dup2(os.open(f"{sys.argv[1]}/{number}", os.O_RDONLY), 0)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        sys.argv = ["", task, str(os.getppid()), sys.argv[2]]
        try:
            decode_child.main()
        except BaseException:
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_damaged_files_never_crash_the_decoder_nor_leave_it_without_an_answer(tmp_path):
    """200 files with changed, missing, moved and added bytes; forks of one warm process, since a start takes 80 ms."""
    random = np.random.default_rng(11)
    wholes = [written(kind, 0.3) for kind in CONTAINERS]
    tasks = []
    for number in range(200):
        content = bytearray(wholes[number % len(wholes)])
        places = random.integers(0, len(content) if number % 3 else 300, 2 + number % 40)
        for place in places:
            content[place] = random.integers(256)
        if number % 4 == 1:
            del content[int(places[0]) :]
        if number % 4 == 2:
            content[int(places[0]) : int(places[0])] = random.bytes(700)
        (tmp_path / str(number)).write_bytes(content)
        tasks.append("probe" if number % 5 == 0 else "decode")
    limits = json.dumps(asdict(DecodeLimits(duration_seconds=60, cpu_seconds=5)))
    command = [sys.executable, "-c", FUZZ, str(tmp_path), limits, *tasks]

    exit_codes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    assert exit_codes == ["0"] * 200
