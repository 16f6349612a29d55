"""Which tokens of a sentence are names of persons, places and bodies, as far as spelling and neighbours tell.  Pure.

Heuristics with their reasons beside them; nobody can know every name.  English: runs of capitals that are more than the start of
a sentence.  Chinese: surnames before one or two characters where the neighbours are those of a name, closed lists of places and
peoples, and the suffixes of places and bodies after a particular beginning.
"""

# ruff: noqa: E501, SIM905 - ideographs count twice; a list of words reads best as running text

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from storage.words import BODY_HEADS, NO_NAME_HEADS, ORDINARY, TITLES, is_english

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.figures import Token

__all__ = ["ROLES", "STANDING_FOR_HAN", "names"]

# The two hundred commonest surnames, and the compound ones that still occur.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊"
    "白孟秦邱侯候江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦柳邢岳齐梅庄辛管祝左"
    "涂谷时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫屈鲍覃霍翁隋植甘景单包司柏宁柯阮桂闵解强丛宫仇栾缪宗苟楼应华褚鄢谈储姬蓝冉滕古艾"
)
_COMPOUND = "欧阳|司马|诸葛|上官|司徒|皇甫|尉迟|东方|慕容"
# Words that begin with a surname and are none.
_PLAIN_WORDS = (
    "高兴|黄金|高度|高质|高速|高温|高效|方面|方案|方式|方便|方法|方向|安全|安排|安置|安装|金融|金额|白银|马上|任务|任何|成功|成为|成立|成果|成交|时间|时期|时代|"
    "和平|文化|文明|文件|文艺|应当|应急|应该|应用|关于|关注|关心|关键|强调|强化|单位|项目|水平|江河|于是|向|万元|万人|常委|常务|常态|金牌|温度|石油|许多|许可|"
    "严格|严重|严肃|白色|程序|程度|包括|包装|管理|管道|管控|解决|解放|解释|游客|路|华侨|华东|古镇|古城|古建|曲艺|谈判|储备|蓝天|宁静|景区|景观|景点|章程|经济|"
    "施工|施行|康复|健康|易|周围|周边|周期|周年|周末|周日|年|田间|林业|林地|牛奶|兰花|花|龙舟|龙头|雷电|夏季|夏天|秋|江南|向着|余|付款|武装|武术|钱|孔|梅雨|柳|"
    "房|毛|万|左右|盛|童|季度|汤|史|段|申请|申报|柴油|焦点|童年|阳光|席|甘|司机|司法|宗旨|宗教|楼|任职|任命|何时|何种|杜绝|石|田|于|常|向|成|应|解|单|包|时|管|关|路|项"
)
_ROLES = (
    "副?(?:省委|市委|区委|县委|镇党委|党委|党组)?(?:书记|省长|市长|区长|县长|镇长|乡长|村长|主任|局长|厅长|部长|院长|校长|处长|科长|所长|站长|队长|会长|秘书长|"
    "主席|总理|总统|董事长|总经理|经理|委员|常委|主编|总裁|行长|司长|检察长|园长|馆长|团长|组长|班长)|市领导|区领导|县领导|省领导|领导|责任编辑|编辑|记者|"
    "通讯员|作者|来源|同志|先生|女士|教授|医生|老师|专家|院士|博士|代表|传承人|负责人|发言人|工程师|律师|村民|居民|市民|业主|选手|队员|教师"
)
ROLES = re.compile(_ROLES)
# Verbs and particles that follow a person's name in reports of meetings and visits.
_FOLLOWS = (
    "主持|参加|出席|参与|宣布|表示|介绍|说|指出|强调|要求|讲话|致辞|致词|会见|会|带队|率|向|到|在|赴|来到|深入|现场|察看|调研|检查|考察|汇报|通报|回答|负责|担任|为|"
    "感谢|陪同|看望|慰问|走访|听取|作|做|同志|先生|女士|获|荣获|当选|被|等|和|与|及|、|，|。|；|：|）|\\)|,|;|:|对|从|是|就|也|率领|乘|已|将|任|告诉|认为|透露|提出|乘坐|一直|带领"
)
_BEFORE = rf"(?:^|(?<=[、，。；：（(,;: 和与及由的有是])|(?<=时)|(?<=后)|(?:{_ROLES})[:：、]?)"
_PERSON = re.compile(
    rf"(?:^|(?<=[、，。；：（(,;:和与及由的有]))(?:{_ROLES})?[:：]?(?P<person>(?!{_PLAIN_WORDS})(?:{_COMPOUND}|[{_SURNAMES}])"
    rf"[\u4e00-\u9fff]{{1,2}}?)(?={_FOLLOWS}|$)"
)
_ENTITLED = re.compile(
    rf"(?:{_ROLES})[:：]?(?P<person>(?!{_PLAIN_WORDS})(?:{_COMPOUND}|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}?(?={_FOLLOWS}|$)"
    rf"|(?!{_PLAIN_WORDS})[{_SURNAMES}][\u4e00-\u9fff]{{2}})"
)
_COURTEOUS = re.compile(rf"(?P<person>[{_SURNAMES}])(?=先生|女士|某|市长|书记|主任|局长|老师|医生)")
# Characters that transliterate foreign names, beside a middle dot.
_SOUNDS = (
    "约翰汉莱托宁赫艾力买提古丽娜尔山吐逊阿安奥巴拜班贝比彼波伯勃布查达戴德蒂迪丁杜多恩法菲费芬弗福夫戈格哈海亨胡霍吉加贾杰捷金卡凯坎康科克肯孔库拉兰朗"
    "劳勒雷里利莉琳伦罗洛鲁卢玛马迈曼梅门蒙米莫默姆穆纳奈南内妮尼诺努帕佩皮普奇乔切琴热日瑞萨塞桑森沙莎舍圣史舒斯丝思苏索塔泰坦汤特汀廷图瓦万威韦维魏文沃"
    "乌吾武西希锡夏谢辛休雅亚扬耶叶伊依因尤泽扎詹珍朱兹佐孜江肉麦合木依斯明"
)
_DOTTED = re.compile(rf"[{_SOUNDS}]{{1,5}}(?:·[{_SOUNDS}]{{1,6}})+")

_PLACES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|内蒙古|"
    "香港|澳门|台湾|长三角|嘉兴|海宁|海盐|平湖|桐乡|嘉善|南湖|秀洲|乌镇|乍浦|杭州|宁波|温州|绍兴|湖州|金华|衢州|舟山|台州|丽水|苏州|无锡|常州|南京|合肥|广州|深圳|"
    "成都|武汉|西安|厦门|青岛|大连|沈阳|长沙|郑州|济南|福州|昆明|贵阳|南昌|哈尔滨|长春|石家庄|太原|兰州|银川|西宁|拉萨|呼和浩特|海口|中国|美国|英国|法国|德国|日本|"
    "韩国|朝鲜|俄罗斯|印度|意大利|西班牙|芬兰|瑞典|挪威|丹麦|荷兰|比利时|瑞士|奥地利|波兰|捷克|匈牙利|希腊|土耳其|埃及|南非|巴西|阿根廷|墨西哥|加拿大|澳大利亚|"
    "新西兰|新加坡|马来西亚|泰国|越南|老挝|柬埔寨|缅甸|菲律宾|印度尼西亚|印尼|巴基斯坦|哈萨克斯坦|乌克兰|以色列|伊朗|欧盟|欧洲|亚洲|非洲|美洲|太湖|长江|黄河|钱塘江"
)
_PEOPLES = "汉|回|藏|满|苗|彝|壮|侗|瑶|白|傣|黎|畲|土家|哈尼|维吾尔|哈萨克|布依|朝鲜|蒙古|傈僳|佤|纳西|羌|土|锡伯|柯尔克孜|塔吉克|鄂温克|鄂伦春|赫哲|高山"
# Where a particular body's name may begin: a level of government or a place; what a body's name may end with.
_LEVEL = rf"(?:(?:{_PLACES})[省市县区]?|全国|国家|省|(?<![全本我城各])市|(?<![全本我各地景园小社])区|(?<![全本我各])县|[\u4e00-\u9fff]{{2}}[市县区])"
_BODY = (
    "发改委|卫健委|国资委|纪委监委|纪委|监委|政协|人大|人大常委会|市委|委员会|委|政府|局|办公室|厅|法院|检察院|医院|学院|大学|中学|小学|学校|公司|集团|银行|协会|"
    "联合会|学会|文联|作协|妇联|总工会|团委|图书馆|博物馆|美术馆|文化馆|体育馆|研究院|研究所|中心|部"
)
_BODIES = re.compile(rf"{_LEVEL}[\u4e00-\u9fff]{{0,8}}?(?:{_BODY})(?!员|长|书记|常委|门)")
_LONE_BODIES = re.compile(
    r"(?:^|(?<=[、，。；：和与及由在到向的]))(?!有关|各|相关|本|该|全|多|一些|这|国土)[\u4e00-\u9fff]{2,6}?(?:银行|集团|公司|大学|医院|日报|晚报|电视台|通讯社|部(?=发布|公布|表示|宣布)|堂(?=推出|开|的)|饭店)"
)
_LONE_PLACES = re.compile(
    r"(?:^|(?<=[、，。；：和与及由在到向至往])|(?<=来到)|(?<=改造，))(?!有关|各|相关|本|该|全|多|一些|这|我|两|道|公|铁|线|社区|地区|山区|园区|城区|老城|新城|农|乡)"
    r"[\u4e00-\u9fff]{1,3}?(?:省|市|县|区|镇|村|乡|街道|大道|路(?!上|口|面|线)|街|大桥|江|河(?!道)|湖|港(?!口|务|公)|公园|广场|车站|机场|大厦|寺)"
)
_STANDING = re.compile("我市|我省|我区|我县|全市|本市|该市|他们|她们|他|她|它|该公司|该局|该校|该院|市长|这|其")
STANDING_FOR_HAN = _STANDING
_HAN_RULES = (
    (_DOTTED, 0, "parts of a foreign name, joined by a middle dot"),
    (re.compile(rf"(?:{_PLACES})[省市县区]?"), 0, "places that releases of this region name"),
    (re.compile(rf"(?:{_PEOPLES})族"), 0, "peoples"),
    (_BODIES, 0, "a level or place, and what a body's name ends with"),
    (_LONE_BODIES, 0, "a firm, hospital or paper where a phrase begins"),
    (_LONE_PLACES, 0, "a place's suffix where a phrase begins"),
    (_PERSON, 1, "a surname where a phrase begins, before a verb of such reports"),
    (_ENTITLED, 1, "a surname behind an office"),
    (_COURTEOUS, 1, "a surname before an honorific"),
)
_LEADING = frozenset(
    "the a an in on at from of for to by with and but as according further this that these those our it he she they we".split()
)
# The commonest surnames in pinyin: at the start of a sentence `Gao Min` is a person although `gao` may stand in a dictionary.
_PINYIN = frozenset(
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang han feng deng cao"
    " peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu lü lv ding ren yao shen zhong cui tan fan liao shi jin jia"
    " xia fu fang zou xiong bai meng qin qiu hou yin xue yan duan lei long shi tao he mao hao gu gong shao wan qian dai mo kong xiang"
    " chang kang yi qiao lai wen ni niu ge you bi nie zhan guan miao ling fei ji sheng tong ouyang bao qi sima zhuge mei zhuang".split()
)
_LINKS = frozenset({"of", "for", "and"})


def names(tokens: Sequence[Token]) -> list[int]:
    """Return for each token the number of the name that it belongs to (from 1), or 0."""
    numbers = [0] * len(tokens)
    for number, places in enumerate([*_latin(tokens), *_han(tokens)], 1):
        for place in places:
            numbers[place] = numbers[place] or number
    return numbers


# English


def _latin(tokens: Sequence[Token]) -> Iterator[list[int]]:
    place = 0
    while place < len(tokens):
        run = _run(tokens, place)
        kept = _kept(tokens, run)
        if kept:
            yield kept
        place = run[-1] + 1 if run else place + 1


def _capital(token: Token) -> bool:
    return token.kind == "word" and token.text[:1].isupper() and token.key not in ORDINARY


def _run(tokens: Sequence[Token], start: int) -> list[int]:
    """Return the capitalised words from a place on, with `of`, `for` and `and` inside the name of a body."""
    if not _capital(tokens[start]) or tokens[start].key in TITLES:
        return []
    run = [start]
    for place in range(start + 1, len(tokens)):
        token = tokens[place]
        if token.gap.strip(" -'") or not (_capital(token) or _links(tokens, run, place)):
            break
        run.append(place)
    return run


def _links(tokens: Sequence[Token], run: list[int], place: int) -> bool:
    token = tokens[place]
    if token.key not in _LINKS or place + 1 >= len(tokens) or not _capital(tokens[place + 1]) or tokens[place + 1].gap.strip():
        return False
    rest = range(place + 1, min(place + 4, len(tokens)))
    in_body = any(tokens[each].key in BODY_HEADS and _capital(tokens[each]) for each in (*run, *rest))
    return in_body and (token.key != "and" or not any(tokens[each].key in BODY_HEADS for each in run))


def _kept(tokens: Sequence[Token], run: list[int]) -> list[int]:
    """Return what of a run is a name: without an ordinary word that only begins the sentence; nothing for laws and events."""
    if run and run[0] == 0:
        first = tokens[0].key
        person = len(run) > 1 and first in _PINYIN
        ordinary = is_english(first) and not person and tokens[run[-1]].key not in BODY_HEADS
        run = run[1:] if first in _LEADING or ordinary else run
    if not run or tokens[run[-1]].key in NO_NAME_HEADS:
        return []
    return run


# Chinese


def _han(tokens: Sequence[Token]) -> Iterator[list[int]]:
    if not any(token.kind == "han" for token in tokens):
        return
    line, places = _line(tokens)
    for pattern, group, _reason in _HAN_RULES:
        for found in pattern.finditer(line):
            own = [places[at] for at in range(*found.span(group)) if places[at] >= 0]
            if not own:
                continue
            yield own


def _line(tokens: Sequence[Token]) -> tuple[str, list[int]]:
    """Return a sentence as one sign for each Chinese character, and the token that each sign came from (-1: punctuation)."""
    signs, places = [], []
    for place, token in enumerate(tokens):
        shown = (
            token.text if token.kind in {"han", "article"} and len(token.text) == 1 else token.text if token.kind == "unit" else "0"
        )
        gap = token.gap.strip().replace("•", "·").replace("・", "·").replace("‧", "·")
        for sign, owner in [*((sign, -1) for sign in gap), *((sign, place) for sign in shown)]:
            signs.append({",": "，", ";": "；", ":": "：", "(": "（"}.get(sign, sign))
            places.append(owner)
    return "".join(signs), places
