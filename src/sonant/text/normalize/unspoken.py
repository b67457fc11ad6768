"""What is written but never said, in any language: emoji, emoticons, pictures and the marks that join them."""

from sonant.text.normalize.expansion import define

_PICTURES = (
    "\u200d\u20e3\u21a9-\u21ff\u2300-\u23ff\u2400-\u245f\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\ufe00-\ufe0f\ufffc\ufffd\U0001f000-\U0001faff\U000e0020-\U000e007f"
)

PICTURE = define("picture", f"[{_PICTURES}]+", lambda _: "")
EMOTICON = define(
    "emoticon",
    r"(?:(?<=\s)|^)[:;=]['’]?[-^o~]?[()\[\]DPpOo3|/\\*](?=\s|$|[.,!?])|<3(?=\s*$|[.!?,])",
    lambda _: "",
    ":;=<",
)
