import struct

import numpy as np
import pytest

from media import decoded, encoded, ogg_pages, sweep
from sonant.codecs.format import AudioFormat
from sonant.core.audio import mono

KBPS = (32, 64, 96, 128, 192)


def pages_of(kbps, audio):
    return ogg_pages(encoded(AudioFormat("opus", 48000, kbps), [audio]))


def test_the_first_two_pages_are_the_headers():
    head, tags, *_ = pages_of(64, sweep(48000, 0.3))

    mark, version, channels, pre_skip, rate, gain, family = struct.unpack("<8sBBHIhB", head.packets[0])
    assert (mark, version, channels, rate, gain, family) == (b"OpusHead", 1, 1, 48000, 0, 0)
    assert pre_skip == 312
    assert tags.packets[0].startswith(b"OpusTags")
    assert (head.flags, tags.flags, head.granule, tags.granule) == (2, 0, 0, 0)


def test_pages_are_numbered_and_the_last_one_says_so():
    pages = pages_of(64, sweep(48000, 1.0))

    assert [page.number for page in pages] == list(range(len(pages)))
    assert {page.serial for page in pages} == {pages[0].serial}
    assert [page.flags for page in pages] == [2] + [0] * (len(pages) - 2) + [4]


@pytest.mark.parametrize("kbps", KBPS)
def test_packets_of_twenty_milliseconds_have_the_asked_bit_rate(kbps):
    packets = [packet for page in pages_of(kbps, sweep(48000, 1.0))[2:] for packet in page.packets]

    assert {len(packet) for packet in packets} == {kbps * 1000 // 8 // 50}


def test_the_first_page_has_one_packet_and_no_page_more_than_a_tenth_of_a_second():
    sound = pages_of(32, sweep(48000, 1.0))[2:]

    assert len(sound[0].packets) == 1
    assert {len(page.packets) for page in sound[1:-1]} == {5}
    assert 1 <= len(sound[-1].packets) <= 5


@pytest.mark.parametrize("length", [0, 1, 648, 649, 960, 4800, 5760 - 312, 5760 - 311, 12345])
def test_granules_count_samples_and_the_last_one_is_exact(length):
    sound = pages_of(32, mono(np.zeros(length), 48000))[2:]

    ends = np.cumsum([960 * len(page.packets) for page in sound])
    assert [page.granule for page in sound[:-1]] == ends[:-1].tolist()
    assert sound[-1].granule == 312 + length <= ends[-1] < 312 + length + 960


def test_sound_is_where_it_was():
    click = np.zeros(24000, np.float32)
    click[5000:5080] = np.hanning(80)

    heard = decoded(encoded(AudioFormat("opus", 48000, 128), [mono(click, 48000)]), AudioFormat("opus", 48000, 128))

    assert abs(int(np.argmax(np.abs(heard))) - 5040) <= 12
