"""The voices that come with the program, and the vendor's voices that they stand in for: two data files."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from sonant.core.speech import Speaker, Timbre, Voice

_LABELS = ("gender", "age", "accent", "descriptive", "use_case")


def premade_voices() -> Mapping[str, Voice]:
    """The premade voices by id, in the order in which they are listed."""
    content = _read("premade.toml")
    voices = (_voice(entry, content["licences"]) for entry in content["voice"])
    return {voice.voice_id: voice for voice in voices}


def vendor_aliases() -> Mapping[str, str]:
    """The vendor's voice ids that programs use, and the id of the premade voice that each of them gets."""
    ids = {voice.name: voice.voice_id for voice in premade_voices().values()}
    return {vendor_id: ids[name] for vendor_id, name in _read("vendor_voices.toml").items()}


def _voice(entry: Mapping[str, Any], licences: Mapping[str, str]) -> Voice:
    speaker = _speaker(entry["speaker"])
    language: str = entry["language"]
    return Voice(
        voice_id=entry["voice_id"],
        name=entry["name"],
        language=language,
        speaker=speaker,
        abroad=_speaker(entry["abroad"]),
        description=entry["description"],
        labels={label: entry[label] for label in _LABELS} | {"language": language.split("-", 1)[0]},
        licence=licences[speaker.engine],
    )


def _speaker(entry: Mapping[str, Any]) -> Speaker:
    """An engine, a name, and the parts of the transform that do something."""
    timbre = {part: value for part, value in entry.items() if part not in {"engine", "name"}}
    return Speaker(entry["engine"], entry["name"], Timbre(**timbre))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("sonant.services").joinpath(name).read_text("utf-8"))
