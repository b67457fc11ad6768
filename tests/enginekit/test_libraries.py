import pytest

from sonant.enginekit.libraries import LibraryMissing, load_library, missing_library, missing_sentence


def test_a_library_that_is_there_is_loaded() -> None:
    assert load_library("libc.so.6", "libc6").getpid() > 0
    assert missing_library("libc.so.6", "libc6") is None


def test_a_library_that_is_not_there_is_told_with_its_package() -> None:
    with pytest.raises(LibraryMissing, match="apt install libnowhere7"):
        load_library("libnowhere.so.7", "libnowhere7")
    assert missing_library("libnowhere.so.7", "libnowhere7") == missing_sentence("libnowhere.so.7", "libnowhere7")
