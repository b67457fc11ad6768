"""What espeak-ng speaks, by BCP 47 tag.

Left out, though the library has files for them: Japanese and Hakka (Chinese characters are read as "Chinese letter"),
Hebrew (unwritten vowels are not spoken), Thai, Burmese, Shan, Konkani, Cherokee, Mixe and Western Armenian (vowels go
missing, or letters are named), Faroese and Karakalpak (no dictionary), and languages that have no tag.
"""

VOICES = {
    "af": "gmw/af", "am": "sem/am", "an": "roa/an", "ar": "sem/ar", "as": "inc/as", "az": "trk/az", "ba": "trk/ba",
    "be": "zle/be", "bg": "zls/bg", "bn": "inc/bn", "bpy": "inc/bpy", "bs": "zls/bs", "ca": "roa/ca", "cs": "zlw/cs",
    "cv": "trk/cv", "cy": "cel/cy", "da": "gmq/da", "de": "gmw/de", "el": "grk/el", "en": "gmw/en-US", "eo": "art/eo",
    "es": "roa/es", "et": "urj/et", "eu": "eu", "fa": "ira/fa", "fi": "urj/fi", "fr": "roa/fr", "ga": "cel/ga",
    "gd": "cel/gd", "gn": "sai/gn", "grc": "grk/grc", "gu": "inc/gu", "haw": "map/haw", "hi": "inc/hi", "hr": "zls/hr",
    "ht": "roa/ht", "hu": "urj/hu", "hy": "ine/hy", "ia": "art/ia", "id": "poz/id", "io": "art/io",
    "is": "gmq/is", "it": "roa/it", "jbo": "art/jbo", "ka": "ccs/ka", "kk": "trk/kk", "kl": "esx/kl", "kn": "dra/kn",
    "ko": "ko", "ku": "ira/ku", "ky": "trk/ky", "la": "itc/la", "lb": "gmw/lb", "lfn": "art/lfn", "lt": "bat/lt",
    "ltg": "bat/ltg", "lv": "bat/lv", "mi": "poz/mi", "mk": "zls/mk", "ml": "dra/ml", "mr": "inc/mr", "ms": "poz/ms",
    "mt": "sem/mt", "nci": "azc/nci", "ne": "inc/ne", "nl": "gmw/nl", "no": "gmq/nb", "nog": "trk/nog", "om": "cus/om",
    "or": "inc/or", "pa": "inc/pa", "pap": "roa/pap", "pl": "zlw/pl", "pt": "roa/pt-BR", "qu": "qu", "quc": "myn/quc",
    "qya": "art/qya", "ro": "roa/ro", "ru": "zle/ru", "sd": "inc/sd", "si": "inc/si", "sjn": "art/sjn", "sk": "zlw/sk",
    "sl": "zls/sl", "smj": "urj/smj", "sq": "ine/sq", "sr": "zls/sr", "sv": "gmq/sv", "sw": "bnt/sw", "ta": "dra/ta",
    "te": "dra/te", "ti": "sem/ti", "tk": "trk/tk", "tlh": "art/piqd", "tn": "bnt/tn", "tr": "trk/tr", "tt": "trk/tt",
    "ug": "trk/ug", "uk": "zle/uk", "ur": "inc/ur", "uz": "trk/uz", "vi": "aav/vi", "yue": "sit/yue", "zh": "sit/cmn",
}  # fmt: skip
"""The library's identifier of each language, as it is spoken by most of those who speak it."""

REGIONAL = {
    "ca-ad": "roa/ca-nw", "ca-valencia": "roa/ca-va", "en-029": "gmw/en-029", "en-gb": "gmw/en",
    "en-gb-scotland": "gmw/en-GB-scotland", "en-gb-x-gbclan": "gmw/en-GB-x-gbclan",
    "en-gb-x-gbcwmd": "gmw/en-GB-x-gbcwmd", "en-gb-x-rp": "gmw/en-GB-x-rp", "en-us-nyc": "gmw/en-US-nyc",
    "fa-latn": "ira/fa-Latn", "fr-be": "roa/fr-BE", "fr-ch": "roa/fr-CH", "pt-pt": "roa/pt", "ru-lv": "zle/ru-LV",
    "vi-vn-x-central": "aav/vi-VN-x-central", "vi-vn-x-south": "aav/vi-VN-x-south",
     "zh-latn": "sit/cmn-Latn-pinyin", "zh-latn-pinyin": "sit/cmn-Latn-pinyin",
    "zh-yue": "sit/yue",
}  # fmt: skip
"""Identifiers of tags, in lower case, that are spoken in another way than their language at large."""

_REGIONS = {
    "en": {
        "gmw/en-029": "ag ai bb bm bs dm gd gy jm kn ky lc ms tc tt vc vg",
        "gmw/en": "au bw bz cy gg gh gi hk ie im in je ke lk lr mt mu mw my na ng nz pg pk sc sg sl sz tz ug za zm zw",
    },
    "pt": {"roa/pt": "ad ao cv gw gq lu mo mz st tl"},
    "es": {"roa/es-419": "419 ar bo bz cl co cr cu do ec gt hn mx ni pa pe pr py sv us uy ve"},
    "zh": {"sit/yue": "hk mo"},
}
_SYNONYMS = {"cmn": "zh", "in": "id", "mo": "ro", "nb": "no", "sh": "sr"}

LANGUAGES = tuple(sorted({*VOICES, *_SYNONYMS} - {"in", "mo", "sh"}))
"""BCP 47 primary tags."""

TONAL = frozenset({"vi", "yue", "zh"})
"""Primary tags of languages whose words have tones."""


def primary(tag: str) -> str:
    """The language of a BCP 47 tag, under the name that `VOICES` has for it; unknown ones as they are.

    >>> primary("nb-NO"), primary("cmn"), primary("en-GB")
    ('no', 'zh', 'en')
    """
    language = tag.lower().replace("_", "-").split("-", 1)[0]
    return _SYNONYMS.get(language, language)


def find_voice(tag: str) -> str | None:
    """The library's identifier of what is spoken under a BCP 47 tag, or None if it isn't.

    The longest beginning of the tag that is known decides; regions speak like the variety they belong to.

    >>> find_voice("en-GB"), find_voice("en-AU"), find_voice("es-MX"), find_voice("de-AT"), find_voice("ja")
    ('gmw/en', 'gmw/en', 'roa/es-419', 'gmw/de', None)
    """
    language = primary(tag)
    subtags = [language, *tag.lower().replace("_", "-").split("-")[1:]]
    for length in range(len(subtags), 1, -1):
        if voice := REGIONAL.get("-".join(subtags[:length])):
            return voice
    return _of_region(language, subtags[1:]) or VOICES.get(language)


def _of_region(language: str, subtags: list[str]) -> str | None:
    for voice, regions in _REGIONS.get(language, {}).items():
        if any(subtag in regions.split() for subtag in subtags):
            return voice
    return None
