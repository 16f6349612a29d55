"""Closed lists that judge an edit: what English and Chinese words count, measure, hedge or entitle.  Plain data and look-ups.

They follow the stated rule for labels on edits.  Where the rule closes a list (dates, confusions), the list here is that one;
where it names a class (units, titles), the list holds what releases of a government commonly print.
"""

# ruff: noqa: E501, SIM905 - ideographs count twice; a list of words reads best as running text

from __future__ import annotations

import re

__all__ = [
    "ARTICLES", "BELONGING", "CLASSIFIERS", "CONFUSED", "LIGHT_HAN", "LIST_WORDS", "MONTHS", "NUMBER_WORDS", "ORDINALS",
    "REDUPLICATED", "SCALES", "UNITS", "VAGUE", "VAGUE_HAN", "WEEKDAYS", "inflected",
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
    "dozen": 12, "dozens": 12, "hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "tens": 10, "million": 10**6,
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
yuan|rmb|cny|¥|元|人民币|renminbi|rmb yuan|元人民币
dollar|dollars|$|us$|usd|美元|us dollar|us dollars|u.s. dollar|u.s. dollars
hong kong dollar|hk$|hkd|hong kong dollars|港元|港币
euro|euros|€|eur|欧元
pound|pounds|£|gbp|英镑
yen|日元
km|kms|kilometre|kilometres|kilometer|kilometers|公里|千米
m|metre|metres|meter|meters|米
cm|centimetre|centimetres|centimeter|centimeters|厘米
mm|millimetre|millimetres|millimeter|millimeters|毫米
mile|miles|英里
nautical mile|nautical miles|海里
foot|feet|ft|英尺
inch|inches|英寸
m2|sq m|square metre|square metres|square meter|square meters|平方米|平米
km2|sq km|square kilometre|square kilometres|square kilometer|square kilometers|平方公里|平方千米
m3|cubic metre|cubic metres|cubic meter|cubic meters|立方米
ha|hectare|hectares|公顷
acre|acres|英亩
mu|亩
kg|kgs|kilogram|kilograms|kilogramme|kilogrammes|kilo|kilos|公斤|千克
g|gram|grams|gramme|grammes|克
mg|milligram|milligrams|毫克
t|tonne|tonnes|ton|tons|吨
litre|litres|liter|liters|l|升
ml|millilitre|millilitres|milliliter|milliliters|毫升
kwh|kilowatt hour|kilowatt hours|kilowatt-hour|kilowatt-hours|千瓦时|度电
kw|kilowatt|kilowatts|千瓦
mw|megawatt|megawatts|兆瓦
gw|gigawatt|gigawatts
kv|kilovolt|kilovolts|千伏
decibel|decibels|db|分贝
km/h|kph|kmh|kilometres per hour|kilometers per hour|公里/小时|千米/小时
degree celsius|°c|℃|摄氏度|degrees celsius|celsius
degree|degrees|°|度
second|seconds|secs|秒
minute|minutes|min|mins|分钟
hour|hours|hrs|hr|小时|个小时
day|days|天|日
week|weeks|周|星期|个星期|礼拜|个礼拜
month|months|个月|月
year|years|年
decade|decades
century|centuries|世纪|个世纪
time|times|次
fold|倍
"""
UNITS = {name: row.split("|")[0] for row in _UNIT_ROWS.split("\n") if row for name in row.split("|")}
# What stands between a Chinese figure and the thing counted; a lone number character counts only before one of these.
CLASSIFIERS = (
    "人次 人份 平方米 季度 小时 分钟 年级 个月 世纪 公里 公斤 人 名 位 个 家 条 项 件 张 座 所 处 支 台 辆 艘 架 套 批 次 届 场 期 轮 户 栋 幢"
    " 间 层 楼 种 类 样 块 片 本 册 份 篇 首 幅 道 段 节 门 部 辖 县 镇 村 区 校 企 岁 年 月 日 天 周 时 号 路 级 等 度 倍 番 成 元 吨 亩 米 升 克"
    " 秒 万 亿 只 头 匹 株 棵 颗 粒 箱 袋 瓶 盒 桶 组 队 班 站 对 双 代 把 面 枚 例 起 宗 笔 顿 遍 趟 步 点 句 字 票 床 大 者 网 车 排 截 声 口 滴 堂 地 方 省 市 国 夜 季 轮 股 束 群 阵 盏 把 顶 尊 封 架次 船次 班次 件次 户次 头次 例次 星 折 胎 孩 审 侧 桌 席 幕 集 局 回 杯 碗 卷 洞 弯 桥 井"
    # Slips of a classifier of the rule's groups; without them `三坐桥` would hold no figure.
    " 坐 副 分"
).split()

# Words that belong to a figure: prepositions before it, hedges around it.
BELONGING = frozenset(
    "in on at by from to until about some nearly over more than up least a an the total of almost around roughly approximately"
    " fewer less under as many only exactly no number".split()
)
VAGUE = frozenset("a an the no some several many few recently".split())
VAGUE_HAN = re.compile("若干|一些|近日|日前|几|(?<!多)数|多(?!数)|的")
ARTICLES = frozenset(("a", "an", "the", "的"))
LIGHT_HAN = frozenset("的了和与及在于、等将对从由为")  # they stand everywhere, so that they say little about what stayed
LIST_WORDS = frozenset("and of in with together as well such including others other from by".split())

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
# Characters that Chinese doubles for its own reasons: 人人, 常常, 渐渐.
REDUPLICATED = frozenset(
    "人天年家户处时常渐刚仅往纷谢点慢好多试谈走层步种重代世面个件条次屡早晚偏连频默缓深牢紧远小轻厚看听想说问爸妈哥弟姐妹爷奶星句字"
)
# Irregular plurals and verbs that follow a figure.
_INFLECTED = frozenset(
    frozenset(pair.split("/"))
    for pair in "person/people person/persons man/men woman/women child/children is/are was/were has/have foot/feet"
    " does/do this/these that/those its/their".split()
)


def inflected(one: str, other: str) -> bool:
    """Whether two English words differ by number alone, as a figure or a list of names asks for: `person`, `people`; `sell`, `sells`."""
    short, long = sorted((one, other), key=len)
    return frozenset((one, other)) in _INFLECTED or long in {short, short + "s", short + "es", short[:-1] + "ies"}
