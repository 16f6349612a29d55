"""American and British spelling, and what is an English word: a slip must be told from another word."""

from __future__ import annotations

import pytest

from storage.spelling import american, derived, is_english, relatives


@pytest.mark.parametrize(
    ("british", "spelt"),
    [
        ("harbour", "harbor"), ("neighbouring", "neighboring"), ("behavioural", "behavioral"), ("colourful", "colorful"),
        ("licences", "licenses"), ("defence", "defense"), ("practising", "practicing"), ("organisers", "organizers"),
        ("urbanisation", "urbanization"), ("analysed", "analyzed"), ("centres", "centers"), ("theatregoers", "theatergoers"),
        ("kilometres", "kilometers"), ("catalogues", "catalogs"), ("programmes", "programs"), ("cancelled", "canceled"),
        ("travellers", "travelers"), ("labelling", "labeling"), ("councillors", "councilors"), ("woollen", "woolen"),
        ("fulfilment", "fulfillment"), ("enrols", "enrolls"), ("skilful", "skillful"), ("focussed", "focused"),
        ("manoeuvres", "maneuvers"), ("paediatric", "pediatric"), ("archaeologist", "archeologist"), ("storeys", "stories"),
        ("tyres", "tires"), ("cheques", "checks"), ("mouldy", "moldy"), ("ploughed", "plowed"), ("sulphur", "sulfur"),
        ("judgement", "judgment"), ("ageing", "aging"), ("sceptical", "skeptical"), ("learnt", "learned"), ("cosier", "cozier"),
    ],
)  # fmt: skip
def test_two_spellings_of_a_word_come_out_alike(british, spelt):
    """Stems and inflected forms of British words are brought to the American spelling, which stays as it is."""
    assert american(british) == american(spelt) == spelt
    assert is_english(british)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("our", "or"), ("four", "for"), ("hour", "hor"), ("filled", "filed"), ("called", "caled"), ("hence", "hense"),
        ("prise", "prize"), ("there", "theer"), ("does", "des"), ("hoe", "he"), ("controlled", "controled"), ("tour", "tor"),
        ("polling", "poling"), ("contour", "contor"), ("dialled", "died"), ("acres", "acers"),
    ],
)  # fmt: skip
def test_other_words_stay_apart(one, other):
    """An ending alone makes no other spelling of a word."""
    assert american(one) != american(other)


@pytest.mark.parametrize(
    "slip",
    [
        "untill", "goverment", "recieve", "occured", "begining", "writting", "comming", "seperate", "definately", "maintainance",
        "usefull", "refered", "citys", "carefull", "everthing", "preferreed", "helpfull", "unneccessary", "thier",
        "calender", "colum",
    ],
)  # fmt: skip
def test_slips_are_no_words(slip):
    """What has a beginning or an ending of words is none for that; nor is what the dictionary holds by mistake (the last two)."""
    assert not is_english(slip)


@pytest.mark.parametrize("word", ["levee", "desilting", "livestream", "apps", "recruitments", "organised", "harbours"])
def test_newer_words_and_plurals_are_words(word):
    """Words of the trade, those newer than the dictionary, plurals of its words and Britain's spellings of them."""
    assert is_english(word)


@pytest.mark.parametrize(
    ("one", "other", "made"),
    [
        ("survey", "resurvey", True),
        ("microfarm", "microfarms", True),
        ("microfarm", "microfram", False),
        ("school", "shcool", False),
        ("goverment", "government", False),
    ],
)
def test_what_makes_another_word(one, other, made):
    """A beginning, or an ending of a word that nobody lists, makes another word and no slip."""
    assert derived(one, other) is derived(other, one) is made


@pytest.mark.parametrize(("word", "has"), [("engineer", True), ("residents", True), ("siemens", False), ("norway", False)])
def test_names_have_no_other_forms(word, has):
    """What begins a sentence mostly has other forms; a name has none."""
    assert relatives(word) is has
