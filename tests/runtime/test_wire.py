import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonant.runtime.wire import SPACE_BYTES, FrameReader, Kind, encode_header

FRAMES = st.lists(
    st.tuples(st.sampled_from(Kind), st.binary(max_size=40) | st.just(bytes(SPACE_BYTES + 7))), max_size=8
)


@given(frames=FRAMES, most=st.integers(1, 2 * SPACE_BYTES))
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(frames: list[tuple[Kind, bytes]], most: int) -> None:
    sent = memoryview(b"".join(encode_header(kind, len(content)) + content for kind, content in frames))
    reader = FrameReader()

    received = []
    while sent:
        space = reader.space()
        count = min(len(space), len(sent), max(most, len(sent) // 1000))
        space[:count] = sent[:count]
        received += reader.advance(count)
        sent = sent[count:]

    assert received == frames


def test_the_space_for_a_large_frame_is_given_back_when_it_has_been_read() -> None:
    reader = FrameReader()
    content = bytes(10 * SPACE_BYTES)
    unsent = encode_header(Kind.CHUNK, len(content)) + content

    while unsent:
        space = reader.space()
        count = min(len(space), len(unsent))
        space[:count] = unsent[:count]
        unsent = unsent[count:]
        reader.advance(count)

    assert len(reader.space()) == SPACE_BYTES


def test_a_frame_too_long_for_its_header_is_refused() -> None:
    with pytest.raises(ValueError, match="4294967296 bytes"):
        encode_header(Kind.CHUNK, 2**32)
