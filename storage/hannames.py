"""Which characters of a Chinese sentence are names of persons, places and bodies, as far as neighbours tell.  Pure.

Surnames before one or two characters where the neighbours are those of a name, closed lists of places and peoples, and what the
names of places and bodies end with, behind a beginning that makes them particular ones.
"""

# ruff: noqa: E501 - ideographs count twice

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from storage.gazetteer import (
    COMPOUND_SURNAMES,
    HAN_BODIES,
    HAN_PLACES,
    MEDIA,
    MINISTRIES,
    PEOPLES,
    PLAIN_WORDS,
    ROLES,
    SURNAMES,
    TRANSLITERATED,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.lexer import Token

__all__ = ["PERSON", "han_names"]

_HAN = "[\u4e00-\u9fff]"
_SURNAME = f"(?=[{SURNAMES}欧司诸上皇尉东慕夏])(?!{PLAIN_WORDS})(?:{COMPOUND_SURNAMES}|[{SURNAMES}])"
PERSON = re.compile(f"{_SURNAME}{_HAN}{{1,2}}")
"""What may be the name of a person, if its neighbours say so."""
# Verbs and particles that follow a person's name in reports of meetings and visits; the last row does so behind an office only.
_FOLLOWS = (
    "主持|参加|出席|列席|参与|宣布|宣读|表示|介绍|说|指出|强调|要求|讲话|致辞|致词|致欢迎|会见|会后|会|带队|率|到|在|赴|来到|深入|现场|察看|调研|检查|考察|督查|汇报|通报|部署|总结|分析|回答|解答|负责|担任|当选|出任|"
    "为|感谢|陪同|看望|慰问|走访|听取|作|做|同志|先生|女士|老人|老师|教授|医生|获|荣获|夺得|夺冠|摘得|被|等|和|与|及|、|，|。|；|：|）|\\)|,|;|:|对|从|就|也|还|曾|则|都|又|率领|乘|已|将|任|兼任|告诉|认为|透露|"
    "提出|提议|提醒|呼吁|建议|解释|说明|补充|坦言|乘坐|一直|一行|带领|带头|带着|带病|向|讲述|讲解|讲授|演示|朗诵|发言|作报告|颁发|颁奖|授课|授予|赠送|捐赠|捐款|捐|签署|签约|揭牌|点评|点赞|接受|接过|接待|走进|走到|"
    "详细|仔细|认真|亲自|专程|首先|随后|当场|分别|先后|连续|多次|主动|耐心|热情|代表|用|把|以|跟|因|毕业|逝世|去世|受伤|失踪|涉嫌|违反|利用|收受|驾驶|抵达|离开|返回|前往|希望|相信|觉得|感到|正在|已经|共同|一起|"
    "入户|下乡|下沉|今年|现年|出生|时任|系|巡|拿出|忙着|赶到|送来|住在|自幼|自费|报道|摄|撰文|学习|致敬|询问|进行|作出|予以|采取|（|“|》|"
    "给|请|让|替|帮|陪|策划|执导|编写|主编|担纲|饰演|演唱|创作|设计|绘制|撰写|翻译|执笔|制作|拍摄|指挥|执教|分享|解读|牵头|领衔|发起|创办|经营|承包"
)
_FOLLOWS_OFFICE = f"{_FOLLOWS}|的|是|有|不|没|未|来|去|看|问|很|正|{ROLES.pattern}"
_BEGINS = "[、，。；：（(,;:“《和与及由的有请随同让据在为对向跟]"
_CALLED = "(?<=[员师手家匠民长生者夫])|(?<=[船矿木电焊职技民]工)"  # how words end that say what somebody is
_PREPOSITIONS = "向于时应成常任路从"  # surnames that mostly stand at the start of a phrase for other reasons
_PERSON = re.compile(
    rf"(?:^|(?<={_BEGINS})|(?<=给)|{_CALLED})(?![{_PREPOSITIONS}])(?P<person>{_SURNAME}{_HAN}{{1,2}}?)(?={_FOLLOWS}|{ROLES.pattern}|$)"
)
_ENTITLED = re.compile(
    rf"(?:{ROLES.pattern})[:：、]?(?P<person>{_SURNAME}{_HAN}{{1,2}}?(?={_FOLLOWS_OFFICE}|$)|(?=[{SURNAMES}])(?!{PLAIN_WORDS}){_HAN}{{3}})"
)
_COURTEOUS = re.compile(
    rf"(?![向于时成应常单管关解包任方强文安万有])(?P<person>[{SURNAMES}])(?=先生|女士|某|市长|书记|主任|局长|老师|医生|县长|区长|院长|校长|教授|师傅|奶奶|爷爷|阿姨)"
)
_DOTTED = re.compile(rf"[{TRANSLITERATED}]{{1,5}}(?:·[{TRANSLITERATED}]{{1,6}})+")

_WITHIN = "[^\\W\\d_到在由向对赴被把将要是了的用于送]"  # what no name of a body or place holds
_PLACE = "[^\\W\\d_到在由向对赴被把将要是了的至于给与及代为往送]"  # nor of a place before its suffix
# Where a particular body's name may begin: a level of government or a place.
_LEVEL = rf"(?:(?:{HAN_PLACES})[省市县区]?|全国|国家|(?<![全本我各外跨])省|(?<![全本我城各超上都])市(?!民(?![政宗族])|场(?!监)|领导|级|域|容|值|长)|(?<![全本我各地景园小社城山灾校])区(?!域|级|领导|长)|(?<![全本我各])县(?!城|域|级|领导|长)|(?!联合|会同|协同){_PLACE}{{2}}[市县区])"
_BODY = re.compile(rf"{_LEVEL}{_WITHIN}{{0,12}}?(?:{HAN_BODIES})(?!员|长|书记|常委|门|署|分)")
_AFTER = "[、，。；：（和与及由在到向的往至入从自经沿对为于让给据请赴进往]"  # what stands before a name that has no such beginning
# What stands before the kind of a body or place without making it a particular one.
_ANY = "少数|多数|多条|多座|有的|个别|不少|许多|众多|数|有关|各|相关|本|该|全|多|一些|这|那|某|每|我|两|几|当地|附近|周边|重点|大型|中型|小型|所有|部分|主要|其|新建|在建|改建|老旧|农村|乡村|市级|县级|省级"
_NO_BODY = f"{_ANY}|国土|公立|民营|私立|定点|上市|物业|保险|建筑|商业|高等|专科|综合|中心医|人民医"
_NO_PLACE = (
    f"{_ANY}|城市|口袋|湿地公|郊野|森林公|文化|市民|体育|病险|骨干|集体|临时|跨海|跨江|高架|海底|过街|沿|入海|长途|客运|货运|国际|民用|施工|停车|小|大|主|支|界|护城|道|公|铁|线|"
    "新(?![疆昌安塍丰沂余建])|旧|老|驻|配套|早|打造|加强|修复|美丽|人均|活动|展览|依据|见|运河|背|沿海|联合|地铁|高铁|公交|社区|地区|山区|园区|城区|老城|新城|农|乡|街|城|内|示范|生态|产业|工业|开发|保护|水源|居住|校|灾|景|片|辖|市辖"
)
_LONE_BODY = re.compile(
    rf"(?:^|(?<={_AFTER}))(?!{_NO_BODY}){_WITHIN}{{2,6}}?(?:银行|集团|公司|大学|学院|医院|日报|晚报|电视台|通讯社|出版社|商会|基金会|俱乐部|合作社|酒店|饭店|宾馆"
    rf"|部(?=发布|公布|表示|宣布)|堂(?=推出|开|的))"
)
_ALONE = rf"(?:^|(?<={_AFTER})|(?<=来到)|(?<=改造，)|(?<=位于)|(?<=地铁)|(?<=走进))(?!{_NO_PLACE}){_PLACE}{{1,3}}?"
_TOWN = re.compile(rf"{_ALONE}(?:(?:(?<![全本我各该])[县镇](?![长委级民域场领])|街道)(?:{_HAN}{{1,3}}[村路])?)+")
_LONE_PLACE = re.compile(
    rf"{_ALONE}(?:(?<![全本我各该外跨])[省市区村乡](?![长委级民域场领])|大道|路(?![上口面线网段])|街(?!道)|大桥|隧道|水库|湿地|古镇|海湾"
    rf"|(?:桥|江|河(?!道)|湖|塘|漾|浜|溪|渠|湾|岛|山(?!区)|港(?![口务公]))(?!{_HAN}?[镇乡村县路街])"
    r"|公园|植物园|广场|车站|[东西南北]站|站(?![点位长台])|机场|码头|大厦|剧院|寺|庙|塔)+"
)
_RULES = (
    (_DOTTED, 0, "parts of a foreign name, joined by a middle dot"),
    (re.compile(f"(?:{MEDIA})|(?:{MINISTRIES})"), 0, "papers, stations and organs of state that are named every day"),
    (_BODY, 0, "a level or place, and what a body's name ends with"),
    (re.compile(rf"(?:{HAN_PLACES})[省市县区]?"), 0, "places that releases of this region name"),
    (re.compile(rf"(?:{PEOPLES})族"), 0, "peoples"),
    (_LONE_BODY, 0, "a firm, hospital or paper where a phrase begins"),
    (_PERSON, 1, "a surname where a phrase begins, before a verb of such reports"),
    (_ENTITLED, 1, "a surname behind an office"),
    (_COURTEOUS, 1, "a surname before an honorific"),
    (_TOWN, 0, "a county's or township's suffix where a phrase begins"),
    (_LONE_PLACE, 0, "a place's suffix where a phrase begins"),
)
_TITLE = re.compile("《[^》]*(?<!报)》")  # of a law or document, which is no name; only papers are
_GUESSES = (_LONE_BODY, _LONE_PLACE)


def han_names(tokens: Sequence[Token]) -> Iterator[tuple[list[int], bool]]:
    """Yield the places of the tokens of each name, and whether it is but a guess; an earlier one has the first claim on a token."""
    if not any(token.kind == "han" for token in tokens):
        return
    line, places = _line(tokens)
    titles = [place for title in _TITLE.finditer(line) for place in range(*title.span())]
    for pattern, group, _reason in _RULES:
        for found in pattern.finditer(line):
            own = [places[at] for at in range(*found.span(group)) if places[at] >= 0 and at not in titles]
            if own:
                yield own, pattern in _GUESSES


def _line(tokens: Sequence[Token]) -> tuple[str, list[int]]:
    """Return a sentence as one sign for each Chinese character, and the token that each sign came from (-1: punctuation)."""
    signs, places = [], []
    for place, token in enumerate(tokens):
        gap = token.gap.strip().replace("•", "·").replace("・", "·").replace("‧", "·")
        for sign, owner in [*((sign, -1) for sign in gap), *((sign, place) for sign in _shown(token))]:
            signs.append({",": "，", ";": "；", ":": "：", "(": "（"}.get(sign, sign))
            places.append(owner)
    return "".join(signs), places


def _shown(token: Token) -> str:
    if token.kind in {"han", "article"} and len(token.text) == 1:
        return token.text
    return token.text if token.kind == "unit" and not token.text.isascii() else "0"
