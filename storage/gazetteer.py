"""What names are made of: surnames, given names, places, peoples, kinds of bodies, titles and roles.  Plain data.

Nobody can list every name; these lists hold what is common, and `storage.names` and `storage.hannames` judge by neighbours as well.
"""

# ruff: noqa: E501, SIM905 - ideographs count twice; a list of words reads best as running text

from __future__ import annotations

import re

__all__ = [
    "BODY_HEADS", "COMPOUND_SURNAMES", "EVENTS", "GIVEN_NAMES", "HAN_BODIES", "HAN_PLACES", "LEVELS", "MEDIA", "MINISTRIES", "NO_NAME_HEADS",
    "ORDINARY", "PEOPLES", "PINYIN_SURNAMES", "PLACES", "PLAIN_WORDS", "PRODUCTS", "ROLES", "STANDING_FOR", "STANDING_FOR_HAN",
    "SURNAMES", "TITLES", "TRANSLITERATED",
]  # fmt: skip

# English

TITLES = frozenset(
    "mr mrs ms miss dr prof professor mayor vice deputy director secretary president premier minister governor chairman chairwoman"
    " chair chief head former acting member editor reporter author spokesman spokeswoman spokesperson comrade sir madam captain"
    " colonel judge engineer manager expert leader leaders commissioner ambassador principal dean teacher officer photographer"
    " source correspondent writer councillor councilor alderman sheriff inspector superintendent sergeant lieutenant major admiral"
    " lord lady bishop king queen prince princess emperor curator coach conductor warden surgeon nurse pharmacist researcher"
    " scientist economist undersecretary treasurer clerk registrar prosecutor attorney lawyer magistrate chancellor provost rector"
    " commander marshal envoy consul assistant associate senior executive founder owner chairperson senator congressman"
    " representative ombudsman auditor architect meteorologist forecaster hydrologist driver pilot foreman supervisor analyst"
    " commissar academician doctor farmer volunteer firefighter artist sculptor poet novelist historian archaeologist biologist"
    " retired veteran interim incoming outgoing honorary resident student interpreter moderator mechanic technician operator".split()
)
# Words of a name that also go with a title: `district governor`, `municipal secretary`.
LEVELS = frozenset("party county district city municipal provincial general state national regional local town township".split())
STANDING_FOR = frozenset(
    "he she they it him her them his their its who the a an this that city province county district town our mayor company bureau"
    " hospital school village committee government organisation organization governor minister president director chairman premier"
    " council ministry firm agency university club team bank port authority commissioner".split()
)
# Capitalised, but no names: the rule leaves out laws, documents, plans, events, festivals, prizes and products.
NO_NAME_HEADS = frozenset(
    "law laws act code regulation regulations rules measures plan plans project projects programme program initiative campaign"
    " festival expo fair day days week month year games cup championship championships forum conference congress exhibition prize"
    " award awards medal opinions notice outline strategy agreement convention treaty competition olympics marathon session summit"
    " bill decree ordinance constitution charter protocol circular directive guideline guidelines order scheme accord pact protocol"
    " race contest tournament ceremony carnival gala symposium seminar congresses eve holiday holidays report book gazette standard"
    " certificate licence license permit levy tax title titles edition series vaccine lecture concert".split()
)
EVENTS = frozenset(
    "christmas easter ramadan eid halloween thanksgiving diwali olympics paralympics biennale hanukkah lent advent passover qingming"
    " chuseok tet vesak nowruz holi songkran carnival oktoberfest".split()
)
# Behind a name in capitals they say that it is a product's.
PRODUCTS = frozenset(
    "granules tablets capsules pills drops syrup ointment vaccine vaccines phones phone cars wine beer app software".split()
)
ORDINARY = frozenset(
    "i gdp covid internet ok tv ai it ceo pm am id vip faq dna qr sms co led pdf app lng ppe vat hiv sars ngo ngos sme smes stem phd mba utc gmt cctv rd atm gps wifi usb sos iso ev evs hr"
    " earth god bible form room grade annex appendix table figure article section chapter schedule phase stage part".split()
)
BODY_HEADS = frozenset(
    "bureau commission committee ministry department office administration council court hospital school university college"
    " institute academy company corporation group bank association federation union league agency centre center society"
    " museum library station party road street avenue river lake park square bridge district county province city town village"
    " police government press news authority dam tower hall hotel airport harbour harbor port canal reservoir mountain hill"
    " island bay peninsula valley temple church cathedral stadium theatre theater terminal tunnel expressway motorway lane market"
    " foundation trust club ltd inc railways airlines service senate parliament guard army navy fund".split()
)
# The commonest surnames in pinyin: at the start of a sentence `Gao Min` is a person although `gao` may stand in a dictionary.
PINYIN_SURNAMES = frozenset(
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang han feng deng cao"
    " peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu lü lv ding ren yao shen zhong cui tan fan liao shi jin jia"
    " xia fu fang zou xiong bai meng qin qiu hou yin xue yan duan lei long shi tao he mao hao gu gong shao wan qian dai mo kong xiang"
    " chang kang yi qiao lai wen ni niu ge you bi nie zhan guan miao ling fei ji sheng tong ouyang bao qi sima zhuge mei zhuang".split()
)
# Given names that an English dictionary may take for words, or lists as names.
GIVEN_NAMES = frozenset(
    "adam alan albert alex alexander alfred alice amy andrea andrew angela ann anna anne anthony arthur barbara ben benjamin bernard"
    " bill bob brian bruce carl carla carlos carol caroline catherine charles charlotte chris christian christine christopher claire"
    " clara claudia colin dan daniel david dennis diana diego donald dorothy douglas edward elena elizabeth ella emily emma eric"
    " erik eva eve fatima felix fernando francis frank fred frederick gary george gerald gordon grace graham grant greg hannah harold"
    " harry heather helen helena henry hope howard hugh hugo ian ingrid irene isaac isabel ivan ivy jack jacob james jan jane janet"
    " jason jean jennifer jessica jim joan joe johan john jonathan jordan jose joseph joy juan judith julia julian julie karen karl"
    " kate katherine keith ken kenneth kevin larry laura lars lawrence leo leon lewis lily linda lisa liz louis louise lucia lucy luis"
    " luke magnus marcus margaret maria marie mark marta martha martin mary matthew maurice max maya michael miguel mike miriam"
    " mohamed mohammed monica nancy natalie neil nicholas nick nicole nigel nina nora norman oliver olivia oscar otto owen pablo pat"
    " patricia patrick paul paula pedro peter philip phillip rachel ralph raymond rebecca richard rita robert robin roger roland"
    " rosa rose ross roy ruth ryan sally sam samuel sandra sara sarah scott sean sergei sharon simon sofia sophia sophie stanley"
    " stella stephen steve steven stuart susan sven sylvia teresa terry theresa thomas tim timothy tom tony tracy ursula victor"
    " victoria vincent viola violet vladimir walter wendy will william yvonne zoe".split()
)
# Countries with their adjectives and peoples, and what a dictionary may list of other places.
PLACES = frozenset(
    "afghan afghanistan africa african albania albanian algeria algerian america american angola arab arabia argentina argentine"
    " armenia armenian asia asian athens australia australian austria austrian azerbaijan bahrain bangkok bangladesh barcelona"
    " beijing belarus belgian belgium berlin bolivia bolivian bosnia boston brazil brazilian britain british brunei brussels"
    " budapest bulgaria bulgarian burma burmese cairo cambodia cambodian cameroon canada canadian chicago chile chilean china"
    " chinese colombia colombian congo copenhagen croatia croatian cuba cuban cyprus czech danish denmark dubai dublin dutch"
    " ecuador edinburgh egypt egyptian england english estonia estonian ethiopia ethiopian europe european fiji finland finnish"
    " france french geneva georgia german germany ghana ghanaian greece greek guatemala hamburg hanoi helsinki holland honduras"
    " hungarian hungary iceland icelandic india indian indonesia indonesian iran iranian iraq iraqi ireland irish israel israeli"
    " istanbul italian italy jakarta jamaica jamaican japan japanese jordan kazakh kazakhstan kenya kenyan kiev korea korean kuwait"
    " kyrgyzstan lagos laos latin latvia latvian lebanon libya lima lisbon lithuania lithuanian london luxembourg madrid malaysia"
    " malaysian mali malta manchester manila mexican mexico milan moldova mongolia mongolian montreal moroccan morocco moscow"
    " mozambique munich myanmar nairobi namibia nepal nepalese netherlands nicaragua nigeria nigerian norway norwegian oslo ottawa"
    " pakistan pakistani palestine panama paraguay paris persian peru peruvian philippines poland polish portugal portuguese prague"
    " qatar riga romania romanian rome russia russian rwanda saudi scotland scottish senegal seoul serbia serbian shanghai"
    " singapore slovak slovakia slovenia slovenian somalia spain spanish sudan sweden swedish swiss switzerland sydney syria syrian"
    " taiwan tajikistan tanzania tehran thai thailand tibet tibetan tokyo toronto tunisia turkey turkish uganda ukraine ukrainian"
    " uruguay uzbek uzbekistan vancouver venezuela venice vienna vietnam vietnamese wales warsaw welsh yemen zambia zimbabwe zurich"
    " jiaxing haining haiyan jiashan pinghu tongxiang nanhu xiuzhou wuzhen zhapu zhejiang jiangsu hangzhou suzhou ningbo".split()
) - {"polish", "turkey", "china", "latin"} | {"china"}

# Chinese

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊"
    "白孟秦邱侯候江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦柳邢岳齐梅庄辛管祝左"
    "涂谷时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫屈鲍霍翁隋植甘景单包司柏宁柯阮桂闵解强丛宫仇栾缪宗苟楼应华褚鄢储姬蓝冉滕古艾傅诸邬沙穆"
)
COMPOUND_SURNAMES = "欧阳|司马|诸葛|上官|司徒|皇甫|尉迟|东方|慕容|夏侯"
# Surnames that begin ordinary words, and the characters that then follow them.
_PLAIN = """
高兴度质速温效中校层考原峰价血压龄铁水标新级楼管品科低空端位技热大炉分地山出于达额架产 黄金河色海土昏牛豆瓜 方面案便式法向针舱略阵言位
安全排置装康稳静心徽保居检监防家抚顿慰 金融额属牌秋色华点奖 白色天酒银领云日血昼 马上路拉力匹 任务何职命意期教免选性用
成功立为果员就本长效熟交都绩品年分套因片人群批型像倍 时间期代候刻段常任光限钟装节空尚下效 文化明件艺章物旅字本书体教创献具稿案
应当急该用对邀届有聘诉付收 关于注心键系闭爱怀停联口节税 强调化大烈制度行力 单位元个独一纯词向双日价 项目链 江河苏西南北水面堤
于是今此年本其 向前社着全市广 万元人一亿户里物众家千名亩 常委务态年规住见用驻设绿青识 温度暖馨州室泉和 石油材化头灰子 许多可诺
严格重肃厉禁峻密打查惩防控守明历 程序度式 包括装含容联裹抓保干 管理道控网线护辖委廊用 解决放释除读答困难说封散 游客览泳园船乐戏
路面段口线网灯边况上通 华侨东南人北 古镇城建代老树村今典迹 谈判话及心 储备存能蓄 蓝天图色 宁静波可夏 景区观点色象 章程节
施工行策教展救肥 康复养健 易于地发燃 周围边期年末日到密转 田间野园地径头 林业地木场区草农 牛奶羊肉 兰花州 龙舟头灯 雷电雨达阵暴
夏季天令粮日收种 武装术警器汉 钱款财包 盛会大况夏开典世 童年话 史料上学 段落时 申请报领办诉购遗 柴油 焦点虑 阳光台性历 席位卡
司机法局 宗旨教 楼房道栋宇梯市 何时种处以 杜绝 左右 曲线折 贺信电卡岁 季度节 余名人家万元个户亩年处热 祝贺愿福 柏油 卫生星健视
毕业竟 纪念律委检录实要 梅雨花 丛林书 费用 甘肃蔗 苗木族圃 候选补车诊鸟 黎明族 董事 尤其 凌晨 牟取 谷物雨 舒适缓 艾滋 欧洲盟元美
顾客问全 庄严园稼 齐全心聚抓 沈阳 陆续地军上运域路 范围例本畴 戴上口 钟楼头 叶片子 苏州 付出款费诸 熊猫 洪水涝灾峰 乔迁木 颜色 毛巾利
孔雀 葛根 汤圆 沙滩石漠 傅里 诸多如位 穆斯 植物树被保 桂花林 傅里 隋唐 伍员 曾经任 莫大名 罗列 唐代诗 宋代词 韩国 齐鲁 鲁迅 谢谢意绝
"""
PLAIN_WORDS = "|".join(f"{row[0]}[{row[1:]}]" for row in _PLAIN.split())
_OFFICES = (
    "副?(?:省委|市委|区委|县委|镇党委|党委|党组|党总支|党支部)?(?:书记|省长|市长|区长|县长|镇长|乡长|村长|州长|主任|局长|厅长|部长|院长|校长|处长|科长|所长|站长|队长|会长|秘书长|"
    "主席|总理|首相|总统|国王|董事长|总经理|经理|总监|委员|常委|主编|总裁|行长|司长|检察长|园长|馆长|团长|组长|班长|台长|社长|厂长|店长|机长|船长|护士长|理事长|理事|监事|参赞|大使|总领事|领事|"
    "教授|研究员|工程师|总工程师|书记员)"
)
_CALLINGS = (
    "市领导|区领导|县领导|省领导|领导|责任编辑|编辑|记者|通讯员|作者|来源|摄影|供稿|撰稿|校对|审核|同志|先生|女士|小姐|医生|医师|护士|老师|专家|院士|博士|代表|传承人|继承人|负责人|"
    "发言人|主持人|律师|村民|居民|市民|业主|选手|运动员|队员|教师|党员|村支书|支书|支部书记|诗人|作家|画家|书法家|艺术家|导演|演员|歌手|歌唱家|教练|裁判|裁判员|警官|民警|辅警|交警|"
    "消防员|司机|驾驶员|师傅|工匠|技师|工人|农民|农户|种粮大户|养殖户|志愿者|大学生|学生|同学|退役军人|老兵|创始人|经营者|店主|摊主|老板|设计师|讲解员|法官|检察官|科学家|企业家|学者|讲师|"
    "社工|网格员|获得者|冠军|亚军|旅客|游客|乘客|船员|外长|委员|院士|烈士|英雄|模范|标兵|嫌疑人|被告人|当事人|患者|家长"
)
ROLES = re.compile(f"{_OFFICES}|{_CALLINGS}")
# Characters that transliterate foreign names, beside a middle dot.
TRANSLITERATED = (
    "约翰汉莱托宁赫艾力买提古丽娜尔山吐逊阿安奥巴拜班贝比彼波伯勃布查达戴德蒂迪丁杜多恩法菲费芬弗福夫戈格哈海亨胡霍吉加贾杰捷金卡凯坎康科克肯孔库拉兰朗"
    "劳勒雷里利莉琳伦罗洛鲁卢玛马迈曼梅门蒙米莫默姆穆纳奈南内妮尼诺努帕佩皮普奇乔切琴热日瑞萨塞桑森沙莎舍圣史舒斯丝思苏索塔泰坦汤特汀廷图瓦万威韦维魏文沃"
    "乌吾武西希锡夏谢辛休雅亚扬耶叶伊依因尤泽扎詹珍朱兹佐孜江肉麦合木依斯明得甫捷琳娅娃薇黛朵茨赛柯"
)
HAN_PLACES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|内蒙古|"
    "香港|澳门|台湾|长三角|珠三角|京津冀|嘉兴|海宁|海盐|平湖|桐乡|嘉善|南湖|秀洲|乌镇|乍浦|杭州|宁波|温州|绍兴|湖州|金华|衢州|舟山|台州|丽水|苏州|无锡|常州|南京|合肥|广州|深圳|"
    "成都|武汉|西安|厦门|青岛|大连|沈阳|长沙|郑州|济南|福州|昆明|贵阳|南昌|哈尔滨|长春|石家庄|太原|兰州|银川|西宁|拉萨|呼和浩特|乌鲁木齐|海口|三亚|南宁|桂林|洛阳|开封|扬州|镇江|南通|"
    "徐州|盐城|连云港|烟台|威海|潍坊|淄博|泉州|漳州|珠海|东莞|佛山|汕头|中山|惠州|遵义|大理|丽江|义乌|慈溪|余姚|诸暨|上虞|象山|三门|温岭|临海|德清|长兴|安吉|"
    "中国|美国|英国|法国|德国|日本|韩国|朝鲜|俄罗斯|印度|意大利|西班牙|葡萄牙|芬兰|瑞典|挪威|丹麦|冰岛|荷兰|比利时|卢森堡|瑞士|奥地利|波兰|捷克|斯洛伐克|匈牙利|罗马尼亚|保加利亚|塞尔维亚|克罗地亚|"
    "希腊|土耳其|埃及|南非|摩洛哥|阿尔及利亚|突尼斯|肯尼亚|坦桑尼亚|埃塞俄比亚|尼日利亚|加纳|巴西|阿根廷|智利|秘鲁|哥伦比亚|古巴|墨西哥|加拿大|澳大利亚|新西兰|新加坡|马来西亚|泰国|越南|老挝|柬埔寨|"
    "缅甸|菲律宾|印度尼西亚|印尼|孟加拉国|斯里兰卡|尼泊尔|巴基斯坦|阿富汗|哈萨克斯坦|乌兹别克斯坦|吉尔吉斯斯坦|蒙古国|乌克兰|白俄罗斯|以色列|伊朗|伊拉克|沙特|阿联酋|卡塔尔|科威特|欧盟|东盟|联合国|"
    "欧洲|亚洲|非洲|美洲|大洋洲|太平洋|大西洋|印度洋|太湖|洞庭湖|鄱阳湖|长江|黄河|珠江|淮河|钱塘江|黄浦江|大运河|东海|黄海|渤海|南海(?!洋)|纽约|伦敦|巴黎|柏林|东京|首尔|莫斯科|华盛顿|日内瓦|布鲁塞尔"
)
PEOPLES = "汉|回|藏|满|苗|彝|壮|侗|瑶|白|傣|黎|畲|土家|哈尼|维吾尔|哈萨克|布依|朝鲜|蒙古|傈僳|佤|纳西|羌|土|锡伯|柯尔克孜|塔吉克|鄂温克|鄂伦春|赫哲|高山"
HAN_BODIES = (
    "发改委|卫健委|国资委|纪委监委|纪委|监委|政协|人大常委会|人大|市委|省委|区委|县委|委员会|管委会|村委会|居委会|党委|委|政府|局|办公室|办事处|厅|法院|检察院|医院|保健院|卫生院|福利院|敬老院|剧院|学院|大学|中学|小学|学校|幼儿园|公司|集团|银行|"
    "协会|商会|联合会|基金会|红十字会|残联|工商联|科协|侨联|学会|文联|作协|妇联|总工会|工会|团委|图书馆|博物馆|美术馆|文化馆|科技馆|体育馆|档案馆|纪念馆|研究院|研究所|中心|大队|支队|派出所|指挥部|"
    "气象台|电视台|报社|日报社?|晚报|海关|部"
)
MEDIA = "新华社|人民日报|光明日报|经济日报|解放军报|中新社|央视|中央电视台|中央广播电视总台|中国日报|路透社|法新社|美联社|塔斯社|澎湃新闻"
MINISTRIES = (
    "国务院|党中央|中共中央|中央|最高人民法院|最高人民检察院|(?:外交|国防|教育|科技|工业和信息化|工信|公安|民政|司法|财政|人力资源和?社会保障|人社|自然资源|生态环境|住房和?城乡建设|住建|交通运输|水利|"
    "农业农村|商务|文化和旅游|文旅|退役军人事务|应急管理)部(?![门署分队长])|国家发展改革委|国家发改委|国家卫健委"
)
STANDING_FOR_HAN = re.compile(
    "我市|我省|我区|我县|全市|本市|该市|他们|她们|他|她|它|该公司|该局|该校|该院|该镇|该村|该县|该区|市长|县长|区长|这|其|当地|本报|会长|校长|局长"
)
