"""Who espeak-ng can speak as: those of its variants that are clear and don't overload."""

from dataclasses import dataclass

DEFAULT = "default"
"""The speaker without a variant."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of the library's one speaker.

    Attributes:
        name: The library's own name, or `DEFAULT`.
        low: First number of its pitch, about Hz.
        high: Second number of its pitch.
        description: A sentence for people.
    """

    name: str
    low: int
    high: int
    description: str

    def of(self, voice: str) -> str:
        """The library's name for this variant of a language's voice."""
        return voice if self.name == DEFAULT else f"{voice}+{self.name}"


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant(DEFAULT, 82, 118, "A man, plain and clear."),
        Variant("m1", 75, 109, "An old man, a little rough."),
        Variant("m2", 88, 115, "A man who speaks evenly, in a small room."),
        Variant("m3", 80, 122, "A young man."),
        Variant("m4", 70, 110, "A man with a bright voice and marked stress."),
        Variant("m5", 82, 118, "A man who speaks evenly."),
        Variant("m6", 82, 117, "A man with a soft voice."),
        Variant("m7", 75, 125, "A man with a full voice."),
        Variant("m8", 65, 102, "An elderly man with a deep, dark voice."),
        Variant("Michael", 75, 125, "A man with a dark, firm voice."),
        Variant("Mike", 67, 107, "A man with a deep, clear voice."),
        Variant("max", 82, 118, "A man with a lively voice."),
        Variant("michel", 82, 122, "A young man with a warm voice."),
        Variant("quincy", 67, 100, "A man with a deep, calm voice."),
        Variant("rob", 50, 130, "A man with a lively, clear voice."),
        Variant("robert", 65, 115, "A man with a dark, clear voice."),
        Variant("croak", 85, 117, "An old man with a trembling voice."),
        Variant("grandpa", 80, 120, "A very old man with a trembling voice."),
        Variant("whisper", 82, 117, "A man who whispers."),
        Variant("f1", 140, 200, "An old woman, a little rough."),
        Variant("f2", 142, 220, "A woman with a clear, soft voice."),
        Variant("f3", 140, 240, "A woman with a lively voice."),
        Variant("f4", 142, 200, "A woman who speaks evenly."),
        Variant("f5", 160, 228, "A young woman with a breathy voice."),
        Variant("Annie", 120, 280, "A girl with a bright voice."),
        Variant("aunty", 176, 204, "A woman with an even, low voice."),
        Variant("belinda", 200, 247, "A young woman with a high voice."),
        Variant("steph", 166, 200, "A woman with a dark, warm voice."),
        Variant("grandma", 120, 230, "A very old woman with a trembling voice."),
        Variant("whisperf", 160, 220, "A woman who whispers."),
    )
}
"""By name."""
