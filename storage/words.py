"""Closed lists that judge an edit: what English and Chinese words count, measure, hedge or entitle.  Plain data and look-ups.

They follow the stated rule for labels on edits.  Where the rule closes a list (dates, confusions), the list here is that one;
where it names a class (units, titles), the list holds what releases of a government commonly print.
"""

# ruff: noqa: E501, SIM905 - ideographs count twice; a list of words reads best as running text

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = [
    "ARTICLES", "BELONGING", "BODY_HEADS", "CLASSIFIERS", "CONFUSED", "INFLECTED", "LIST_WORDS", "MONTHS", "NO_NAME_HEADS",
    "NUMBER_WORDS", "ORDINALS", "ORDINARY", "SCALES", "STANDING_FOR", "TITLES", "UNITS", "VAGUE", "VAGUE_HAN", "WEEKDAYS",
    "american", "is_english",
]  # fmt: skip

MONTHS = {
    name: number
    for number, names in enumerate(
        "January Jan,February Feb,March Mar,April Apr,May,June Jun,July Jul,August Aug,September Sept Sep,"
        "October Oct,November Nov,December Dec".split(","),
        1,
    )
    for name in names.split()
}
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

_TEENS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SCALES = {
    "dozen": 12, "dozens": 12, "hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "million": 10**6,
    "millions": 10**6, "billion": 10**9, "billions": 10**9, "trillion": 10**12,
    "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8,
}  # fmt: skip
NUMBER_WORDS = {word: value for value, word in enumerate(_TEENS.split())} | {
    word: 20 + 10 * place for place, word in enumerate(_TENS.split())
}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
        " sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100}

# Each row is one unit in all the ways in which it is written; the first is its name.
_UNIT_ROWS = """
percent|%|per cent|pct|百分数
percentage point|percentage points|个百分点|百分点
permille|‰|per mille
yuan|rmb|cny|¥|元|人民币|renminbi
dollar|dollars|$|us$|usd|美元
euro|euros|€|eur|欧元
pound|pounds|£
km|kilometre|kilometres|kilometer|kilometers|公里|千米
m|metre|metres|meter|meters|米
cm|centimetre|centimetres|centimeter|centimeters|厘米
mm|millimetre|millimetres|millimeter|millimeters|毫米
mile|miles|英里
m2|sq m|square metre|square metres|square meter|square meters|平方米|平米
km2|sq km|square kilometre|square kilometres|square kilometer|square kilometers|平方公里|平方千米
m3|cubic metre|cubic metres|cubic meter|cubic meters|立方米
ha|hectare|hectares|公顷
acre|acres|英亩
mu|亩
kg|kilogram|kilograms|kilogramme|kilogrammes|kilo|kilos|公斤|千克
g|gram|grams|克
t|tonne|tonnes|ton|tons|吨
litre|litres|liter|liters|升
kwh|kilowatt hour|kilowatt hours|千瓦时
kw|kilowatt|kilowatts|千瓦
mw|megawatt|megawatts|兆瓦
degree|degrees|°|度
celsius|°c|℃|摄氏度|degrees celsius
second|seconds|秒
minute|minutes|min|mins|分钟
hour|hours|hrs|小时
day|days|天|日
week|weeks|周
month|months|个月|月
year|years|年
time|times|倍
"""
UNITS = {name: row.split("|")[0] for row in _UNIT_ROWS.split("\n") if row for name in row.split("|")}
# What stands between a Chinese figure and the thing counted; a lone number character counts only before one of these.
CLASSIFIERS = (
    "人次 人份 平方米 季度 小时 分钟 年级 个月 世纪 公里 公斤 人 名 位 个 家 条 项 件 张 座 所 处 支 台 辆 艘 架 套 批 次 届 场 期 轮 户 栋 幢"
    " 间 层 楼 种 类 样 块 片 本 册 份 篇 首 幅 道 段 节 门 部 辖 县 镇 村 区 校 企 岁 年 月 日 天 周 时 号 路 级 等 度 倍 番 成 元 吨 亩 米 升 克"
    " 秒 万 亿 只 头 匹 株 棵 颗 粒 箱 袋 瓶 盒 桶 组 队 班 站 对 双 代 把 面 枚 例 起 宗 笔 顿 遍 趟 步 点 句 字 票 床 大 者 网 车 排 截 声 口 滴 堂"
).split()

# Words that belong to a figure: prepositions before it, hedges around it.
BELONGING = frozenset(
    "in on at by from to until about some nearly over more than up least a an the total of almost around roughly approximately"
    " fewer less under as many only exactly no number".split()
)
VAGUE = frozenset("a an the no some several many few recently".split())
VAGUE_HAN = re.compile("若干|一些|近日|日前|几|数|多|的")
ARTICLES = frozenset(("a", "an", "the", "的"))
LIST_WORDS = frozenset("and of in with together as well such including others other from by".split())
STANDING_FOR = frozenset(
    "he she they it him her them his their its who the a an this that city province county district town our mayor company bureau"
    " hospital school village committee government organisation organization".split()
)
TITLES = frozenset(
    "mr mrs ms miss dr prof professor mayor vice deputy director secretary president premier minister governor chairman chairwoman"
    " chair chief head former acting general party county district city municipal provincial member editor reporter author"
    " spokesman spokeswoman spokesperson comrade sir madam captain colonel judge general engineer manager expert leader leaders"
    " commissioner ambassador principal dean teacher officer photographer source correspondent writer".split()
)
# Capitalised, but no names: the rule leaves out laws, documents, plans, events, festivals, prizes and products.
NO_NAME_HEADS = frozenset(
    "law laws act code regulation regulations rules measures plan plans project projects programme program initiative campaign"
    " festival expo fair day week games cup championship championships forum conference congress exhibition prize award medal"
    " opinions notice outline strategy agreement convention treaty competition olympics marathon session summit".split()
)
ORDINARY = frozenset("i gdp covid internet ok tv ai it ceo pm am id vip faq dna qr sms co led pdf app lng".split())
BODY_HEADS = frozenset(
    "bureau commission committee ministry department office administration council court hospital school university college"
    " institute academy company corporation group bank association federation union league agency centre center society"
    " museum library station party road street avenue river lake park square bridge district county province city town village"
    " police government press news agency".split()
)

_PAIRS = (
    "form/from their/there then/than to/too of/off lose/loose quite/quiet trail/trial weather/whether principal/principle"
    " affect/effect advice/advise costumer/customer complement/compliment is/are was/were has/have"
)
_GROUPS = (
    "的地得 在再 做作 像象 即既 以已己 末未 帐账 须需 布部 竟竞 拔拨 侯候 园圆 份分 幅副 决绝 采彩 辨辩 练炼 带戴 座坐 予于 汽气 复覆 型形"
    " 捡检 栽载 晴睛 历厉 密蜜 班斑 析折 振震 惯贯 溶融 建健"
)
# What the rule takes for a slip whichever way it goes.
CONFUSED = frozenset(frozenset(pair.split("/")) for pair in _PAIRS.split()) | frozenset(
    frozenset((one, other)) for group in _GROUPS.split() for one in group for other in group if one != other
)
# Irregular plurals and verbs that follow a figure.
INFLECTED = frozenset(
    frozenset(pair.split("/"))
    for pair in "person/people person/persons man/men woman/women child/children is/are was/were has/have foot/feet"
    " does/do this/these that/those its/their".split()
)

# British and American spelling: a word of one column is brought to the other; longer endings first.
_SPELLING = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"is(e|es|ed|ing|er|ers|ation|ations)$", r"iz\1"),
        (r"ys(e|es|ed|ing)$", r"yz\1"),
        (r"our(s|ed|ing|able|ful|ite|ites|hood|hoods|ly)?$", r"or\1"),
        (r"([^aeiou])re(s|d)?$", r"\1er\2"),
        (r"ence$", "ense"),
        (r"ogue(s?)$", r"og\1"),
        (r"mme(s?)$", r"m\1"),
        (r"ll(ed|ing|er|ers|or|ors|ment)$", r"l\1"),
        (r"(fulfi|enro|insta|ski)ll(s|ment|ful)?$", r"\1l\2"),
        (r"ae|oe", "e"),
        (r"^grey", "gray"),
        (r"^tyre", "tire"),
        (r"^plough", "plow"),
        (r"cheque", "check"),
        (r"ageing$", "aging"),
        (r"judgement", "judgment"),
        (r"aluminium", "aluminum"),
        (r"^kerb", "curb"),
        (r"sceptic", "skeptic"),
        (r"whilst$", "while"),
    )
)

_ENDINGS = (
    ("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ied", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")), ("ily", ("y",)),
    ("ly", ("", "le")), ("ers", ("", "e")), ("er", ("", "e")), ("iest", ("y",)), ("est", ("", "e")), ("ness", ("",)),
)  # fmt: skip
_BEGINNINGS = ("un", "re", "non", "over", "pre", "mis", "dis", "inter")
_DOUBLED = re.compile(r"([bdfgklmnprtz])\1$")
# Verbs stressed at the end double their last letter: `occured` and `refered` are slips.
_MUST_DOUBLE = re.compile("(?:cur|(?<!of)(?<!uf)(?<!if)fer|(?<!li)(?<!vo)mit|plan|stop|drop|begin)$")
_SHORTEST_STEM = 3


def american(word: str) -> str:
    """Return an English word as America spells it, roughly; two spellings of one word come out alike."""
    for pattern, by in _SPELLING:
        word = pattern.sub(by, word)
    return word


@lru_cache(maxsize=4096)
def is_english(word: str) -> bool:
    """Whether a word in small letters is a known English one: a base form, a regular inflection, or either spelling."""
    return any(_listed(form) or any(map(_listed, _stems(form))) for form in (word, american(word)))


@cache
def _dictionary() -> Container[str]:
    """Return the words of an English dictionary that a spelling checker keeps; loaded late, a fifth of a second once."""
    from spellchecker import SpellChecker  # noqa: PLC0415 - only an edit of an English text needs it

    return SpellChecker(language="en", distance=1).word_frequency.dictionary


def _listed(word: str) -> bool:
    known = word in _dictionary() or word in NUMBER_WORDS or word in BELONGING
    return known or any(word.startswith(start) and _known(word[len(start) :]) for start in _BEGINNINGS)


def _known(word: str) -> bool:
    return len(word) > _SHORTEST_STEM and word in _dictionary()


def _stems(word: str) -> list[str]:
    found = []
    for ending, tails in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM - 1 and not (ending in {"ed", "ing"} and _MUST_DOUBLE.search(stem)):
            found += [stem + tail for tail in tails if len(stem + tail) >= _SHORTEST_STEM]
            if ending[0] in "aeiou" and _DOUBLED.search(stem):
                found.append(stem[:-1])
    return found
