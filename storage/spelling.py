"""How English words are spelt: across the ocean, in their common forms, and what is no word at all.  Pure.

A slip of the pen is told from another word by an English dictionary.  That dictionary is corrected here: it lacks what is newer
than itself and much of Britain's spelling, and it holds rare words that in print are nearly always slips of a common one.
"""

# ruff: noqa: SIM905 - a list of words reads best as running text

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["american", "derived", "frequency", "is_english", "relatives"]

# British spelling -> American, as patterns that are tried in this order.  Where an ending alone would also fit other words
# (`filled`, `hour`, `hence`) the stems are listed: no two words of different sense may come out alike.
_OUR = (
    "arb|ard|arm|behavi|cand|clam|col|demean|enam|endeav|fav|ferv|flav|glam|harb|hon|(?<!t)hum|lab|neighb|od|parl|ranc|rig|rum|savi"
    "|sav|splend|succ|tum|val|vap|vig"
)
_RE = "cent|theat|fib|calib|somb|spect|scept|lust|meag|sab|sepulch|mit|nit|och|lit|(?:^|kilo|centi|milli)met"
_LL = (
    "abe|ance|anne|ape|arve|ave|eve|ewe|gambo|hise|hove|ibe|iva|nke|nne|ode|orse|oune|ounse|owe|pane|ounci|parce|peda|meda|penci"
    "|qua|quarre|reve|igna|initia|mode|fue|due|dia|tota|tria|unrave|spira|stenci|swive|victua|woo|marsha|grove|kenne"
)
_SPELLING = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (rf"({_OUR})our", r"\1or"),
        (r"^practis(?=e|ing)", "practic"),
        (r"(?<!^pr)(?<=[^\W])is(e|es|ed|ing|er|ers|able|ation|ations|ational|ationally)$", r"iz\1"),
        (r"ys(e|es|ed|ing|er|ers)$", r"yz\1"),
        (r"^(def|off|pret|lic)enc(e|es|ed|ing|eless)$", r"\1ens\2"),
        (rf"({_RE})re(s?$|d$|piece|glass|goer|line)", r"\1er\2"),
        (r"^centring$", "centering"),
        (r"(catal|dial|anal|monol|prol|epil|homol|travel)ogu?e?(s|d|ing)?$", r"\1og\2"),
        (rf"({_LL})ll(ed|ing|er|ers|or|ors|ous|ously|en)$", r"\1l\2"),
        (r"^(enro|fulfi|disti|insti|appa|enthra|insta)l(s|ment|ments)?$", r"\1ll\2"),
        (r"^(ski|wi)lful", r"\1llful"),
        (r"^benefitt", "benefit"),
        (r"^focuss(?=e|i)", "focus"),
        (r"^worshipp", "worship"),
        (r"^kidnapp", "kidnap"),
        (r"manoeuvr(?:e(?=s?$|d)|(?=ing))", "maneuver"),
        (r"^archaeo", "archeo"),
        (r"^palaeo", "paleo"),
        (r"paed(?=i)", "ped"),
        (r"(an|leuk|septic)aem", r"\1em"),
        (r"anaes", "anes"),
        (r"^haem(?=o|a)", "hem"),
        (r"^mediaev", "mediev"),
        (r"^gynaec", "gynec"),
        (r"^oes", "es"),
        (r"^foet", "fet"),
        (r"diarrhoea", "diarrhea"),
        (r"(lik|siz|sal|liv|mov|rat)eable$", r"\1able"),
        (r"^(to|after|back|up|down)wards$", r"\1ward"),
        (r"(judg|acknowledg)ement", r"\1ment"),
        (r"storey", "story"),
        (r"^storyed$", "storied"),
        (r"^storys$", "stories"),
        (r"^jewellery$", "jewelry"),
        (r"^tyre(?=s?$|d$)", "tire"),
        (r"^cheque(?=s?$|book)", "check"),
        (r"^chequered$", "checkered"),
        (r"^gramme(?=s?$)", "gram"),
        (r"^programme(?=s?$)", "program"),
        (r"^cosy$", "cozy"),
        (r"^cosi(?=er$|est$|ly$)", "cozi"),
        (r"^(m|sm)ou(?=ld|lt)", r"\1o"),
        (r"^(learn|burn|spoil|dream|leap|lean)t$", r"\1ed"),
        (r"^spelt$", "spelled"),
        (r"^grey", "gray"),
        (r"plough", "plow"),
        (r"sulph", "sulf"),
        (r"^draught", "draft"),
        (r"^enquir", "inquir"),
        (r"^despatch", "dispatch"),
        (r"^artefact", "artifact"),
        (r"^kerb", "curb"),
        (r"^sceptic", "skeptic"),
        (r"^aluminium", "aluminum"),
        (r"ageing$", "aging"),
        (r"^whilst$", "while"),
        (r"^aeroplane", "airplane"),
        (r"^pyjamas$", "pajamas"),
        (r"^yoghurt", "yogurt"),
        (r"^moustache", "mustache"),
        (r"^maths$", "math"),
        (r"^tranquillity$", "tranquility"),
        (r"^pedlar", "peddler"),
        (r"^waggon", "wagon"),
        (r"^disk(?=s?$)", "disc"),
    )
)

# Newer than the dictionary, or too much of the trade of government for it.
_MODERN = frozenset(
    "app apps blog vlog wifi website webinar online offline livestream hashtag selfie emoji covid lockdown biogas homestay greenway"
    " leachate photovoltaic informatization desilt desilting desilted walkability microgrid subdistrict"
    " pedestrianize pedestrianized upcycle upcycling crowdfund crowdfunding telehealth decarbonize decarbonization"
    " reskill upskill reskilling upskilling aquaculture sericulture hydropower geothermal agritourism ecotourism eldercare"
    " vaccinate unvaccinated asymptomatic gasification defibrillator ventilator smartphone wastewater stormwater".split()
)
# Listed by the dictionary; in print they are slips of a word that is far more common.
_RARE = frozenset(
    "calender calenders colum colums heros miniscule wether altho eduction employe employes hightest typhon accidently".split()
)

# What makes another word of a word, however new: `survey`, `resurvey`; `livestream`, `livestreams`.
_BEGINNINGS = ("re", "co", "un", "up", "de", "in", "im", "e", "sub", "pre", "non")
_ENDINGS = (
    ("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"), ("ly", ""),
    ("ily", "y"), ("ally", ""), ("d", ""), ("r", ""), ("ied", "y"), ("ness", ""),
)  # fmt: skip
_SHORTEST = 4  # letters of a word that may take such an ending
_SHORTEST_PLURAL = 5


@lru_cache(maxsize=4096)
def american(word: str) -> str:
    """Return an English word in small letters as America spells it; two spellings of one word come out alike."""
    for pattern, by in _SPELLING:
        word = pattern.sub(by, word)
    return word


@lru_cache(maxsize=4096)
def is_english(word: str) -> bool:
    """Whether a word in small letters is an English one: listed in either spelling, or the plural of one that is."""
    spelt = american(word)
    return word not in _RARE and (_listed(word) or _listed(spelt) or _listed(_singular(spelt)))


def frequency(word: str) -> int:
    """Return how often the dictionary's texts held a word; 0 for one that it does not list."""
    return _dictionary().get(word, 0)


@lru_cache(maxsize=4096)
def relatives(word: str) -> bool:
    """Whether the dictionary lists another form of a word: names have none, words that begin a sentence mostly do."""
    longer = {word.removesuffix(stem) + ending for ending, stem in _ENDINGS if word.endswith(stem)}
    shorter = {word.removesuffix(ending) + stem for ending, stem in _ENDINGS if word.endswith(ending)}
    return any(form != word and len(form) >= _SHORTEST and _listed(form) for form in longer | shorter)


def derived(one: str, other: str) -> bool:
    """Whether one of two words is made from the other by what makes another word, so that neither is the other's slip."""
    short, long = sorted((one, other), key=len)
    if any(long == start + short for start in _BEGINNINGS):
        return True
    unknown = not is_english(short) and not is_english(long)
    return unknown and any(long == short.removesuffix(stem) + ending for ending, stem in _ENDINGS if short.endswith(stem))


@cache
def _dictionary() -> Mapping[str, int]:
    """Return the words of an English dictionary that a spelling checker keeps; loaded late, a fifth of a second once."""
    from spellchecker import SpellChecker  # noqa: PLC0415 - only an edit of an English text needs it

    return SpellChecker(language="en", distance=1).word_frequency.dictionary


def _listed(word: str) -> bool:
    return word in _dictionary() or word in _MODERN


def _singular(word: str) -> str:
    """Return what a word would be the plural of, or nothing; the dictionary holds nearly all other forms of its words."""
    stem = word.removesuffix("s")
    return "" if stem == word or len(stem) < _SHORTEST_PLURAL or re.search(r"[sxzc]$|[^aeiou]y$|[cs]h$", stem) else stem
