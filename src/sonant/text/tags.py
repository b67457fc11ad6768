"""Language tags: BCP 47, and the three-letter codes that callers send instead."""

_LONG = (
    "afr:af amh:am arg:an ara:ar asm:as aze:az bak:ba bel:be bul:bg ben:bn bos:bs bre:br cat:ca ces:cs cze:cs "
    "chv:cv cym:cy wel:cy dan:da deu:de ger:de ell:el gre:el eng:en epo:eo spa:es est:et eus:eu baq:eu fas:fa "
    "per:fa fin:fi fao:fo fra:fr fre:fr fry:fy gle:ga gla:gd glg:gl grn:gn guj:gu hau:ha heb:he hin:hi hrv:hr "
    "hat:ht hun:hu hye:hy arm:hy ina:ia ind:id ido:io isl:is ice:is ita:it jpn:ja jav:jv kat:ka geo:ka kaz:kk "
    "kal:kl khm:km kan:kn kor:ko kur:ku kir:ky lat:la ltz:lb lao:lo lit:lt lav:lv mlg:mg mri:mi mao:mi mkd:mk "
    "mac:mk mal:ml mon:mn mar:mr msa:ms may:ms zsm:ms mlt:mt mya:my bur:my nob:nb nep:ne nld:nl dut:nl nno:nn "
    "nor:no oci:oc orm:om ori:or pan:pa pol:pl por:pt que:qu ron:ro rum:ro rus:ru san:sa snd:sd sin:si slk:sk "
    "slo:sk slv:sl som:so sqi:sq alb:sq srp:sr sun:su swe:sv swa:sw tam:ta tel:te tgk:tg tha:th tuk:tk tsn:tn "
    "tur:tr tat:tt uig:ug ukr:uk urd:ur uzb:uz vie:vi xho:xh yid:yi yor:yo zho:zh chi:zh zul:zu"
)
_SHORT = dict(pair.split(":") for pair in _LONG.split())
_SAME = ({"zh", "cmn"}, {"no", "nb", "nn"}, {"he", "iw"}, {"id", "in"}, {"yi", "ji"}, {"fil", "tl"}, {"ro", "mo"})


def primary_of(tag: str) -> str:
    """The language of a tag, in two letters where there are two.

    >>> primary_of("en-GB"), primary_of("deu"), primary_of("cmn-Latn"), primary_of("EN_us")
    ('en', 'de', 'cmn', 'en')
    """
    primary = tag.replace("_", "-").partition("-")[0].lower()
    return _SHORT.get(primary, primary)


def region_of(tag: str) -> str:
    """The region of a tag in capitals; "" if it has none.

    >>> region_of("en-gb"), region_of("zh-Hant-TW"), region_of("es-419"), region_of("de")
    ('GB', 'TW', '419', '')
    """
    for part in tag.replace("_", "-").split("-")[1:]:
        if (len(part) == 2 and part.isalpha()) or (len(part) == 3 and part.isdecimal()):
            return part.upper()
        if len(part) == 1:
            break
    return ""


def normal_tag(tag: str) -> str:
    """A tag with its language in two letters where there are two, and its region in capitals.

    >>> normal_tag("ENG"), normal_tag("pt_br"), normal_tag("zh-hant-tw")
    ('en', 'pt-BR', 'zh-TW')
    """
    region = region_of(tag)
    return f"{primary_of(tag)}-{region}" if region else primary_of(tag)


def same_languages(primary: str) -> frozenset[str]:
    """A primary tag and the ones that mean the same language, or nearly so.

    >>> sorted(same_languages("cmn")), sorted(same_languages("de"))
    (['cmn', 'zh'], ['de'])
    """
    return frozenset(next((same for same in _SAME if primary in same), {primary}))
