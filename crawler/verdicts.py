"""What failures say of themselves: tables of wordings and marks, with a reason each.

They count only on pages that read as no press release: a press release may quote every one of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.labels import folded
from storage.records import Outcome

__all__ = ["ADDRESSES", "MARKS", "TRACE", "WORDS", "Verdict", "Wording", "failure_named", "failure_said", "may_be_trace"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer counts as without being read, and why."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One line of a table: a pattern, what a page that holds it counts as, and why."""

    pattern: re.Pattern[str]
    outcome: Outcome
    reason: str


def _wording(outcome: Outcome, reason: str, *patterns: str) -> Wording:
    return Wording(re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE), outcome, reason)


_HOLDERS = r"(?:网站|网页|系统|平台|站点|本站|服务器|门户|網站|系統|website|web site|site|system|server|portal)"

MARKS = (
    _wording(
        Outcome.CHALLENGE,
        "the script of a check of browsers in place of the page",
        r"_cf_chl_opt|__cf_chl_|__jsl_clearance|acw_sc__v2|wzwschallenge|id=[\"']challenge-form",
    ),
    _wording(
        Outcome.BLOCKED,
        "the page of a firewall, by its name in the source",
        r"_Incapsula_Resource|wzws-waf-cgi|errors\.aliyun\.com|yunsuologo|reason:GeoBL",
    ),
)
"""Names in the source of a page that printed no press release; sound pages carry some of them too."""

WORDS = (
    _wording(
        Outcome.CHALLENGE,
        "a code, a slider or another check to be passed by hand before the page is shown",
        r"(?:输入|填写|輸入)[^。\n]{0,12}(?:验证码|驗證碼)",
        r"(?:拖动|滑动|移动|按住|拖動)[^。\n]{0,8}滑[块动塊]",
        r"(?:完成|通过|进行)[^。\n]{0,8}(?:人机|安全|滑[块动]|身份)?(?:验证|校验|识别)[^。\n]{0,12}(?:继续|访问|进入|后|再)",
        r"人机(?:验证|识别|校验)|请[^。\n]{0,12}完成[^。\n]{0,6}(?:验证|校验)|^(?:安全|访问)验证$",
        r"(?:complete|solve|pass)\b[^.\n]{0,30}\b(?:captcha|security check|verification)",
        r"verify(?:ing)? (?:that )?you(?:'re| are) (?:a )?(?:not a robot|human)",
        r"(?:are|you're) not a robot|prove you(?:'re| are) human",
    ),
    _wording(
        Outcome.CHALLENGE,
        "the browser is being checked before the page is shown",
        r"(?:正在|自动)[^。\n]{0,8}(?:安全检[测查]|验证您的|检[测查](?:您|你)?的?浏览器|浏览器(?:环境)?(?:检测|验证|安全检查))",
        r"checking (?:if|your|the) (?:the )?(?:browser|site connection|connection)|^just a moment\W*$",
        r"(?:请|需)[^。\n]{0,4}(?:开启|启用|打开)[^。\n]{0,4}(?:javascript|cookie)",
        r"enable javascript (?:and cookies )?(?:to continue|and (?:refresh|reload))",
        r"javascript (?:is|must be) (?:required|enabled) to (?:continue|view|access|proceed)",
    ),
    _wording(
        Outcome.BLOCKED,
        "a firewall says that it stopped the request",
        r"(?:访问|请求|操作|提交|风险|請求)[^。\n]{0,24}(?:已?被[^。\n]{0,16}(?:拦截|阻断|阻止|攔截|拒绝)|阻断|拦截(?!率))",
        r"疑似(?:黑客|恶意)?攻击|含有攻击行为|网站防火墙|安全威胁|创宇盾|云锁|安全狗|D盾|拦截提示|拦截编号",
        r"(?:设置|設置)(?:为|為)?(?:拦截|攔截)|(?:不合法|非法|危险)的?(?:参数|攻击)",
        r"request (?:has been |was |is )?(?:blocked|rejected|denied|refused)|requested url was rejected",
        r"(?:you|your (?:request|access|visit|connection)) (?:have|has|was|were) (?:been )?(?:blocked|banned|denied|refused)",
        r"web application firewall|website firewall|your support id is|incident id:|restricted access",
        r"blocked by[^.\n]{0,30}(?:firewall|security|administrator|policy)",
    ),
    _wording(
        Outcome.BLOCKED,
        "our address, our region or our kind is not served",
        r"(?:IP|地址|网段)[^。\n]{0,40}(?:封禁|封锁|禁止|限制|拉黑|黑名单|封鎖|屏蔽)",
        r"(?:所在|当前|您的)的?(?:地区|区域|国家|位置|地域)[^。\n]{0,12}(?:无法|不能|限制|禁止|不支持|不允许)",
        r"\bip(?: address)?\b[^.\n]{0,40}\b(?:banned|blocked|restricted|blacklisted|forbidden)",
        r"not available in your (?:region|country|area|location)|(?:geo|region)[- ]?(?:blocked|restricted)",
        r"(?:检测到|禁止)[^。\n]{0,8}(?:爬虫|自动(?:程序|访问)|机器人|采集)|automated (?:access|requests?|queries|traffic)",
        r"unusual traffic|suspicious activity",
    ),
    _wording(
        Outcome.BLOCKED,
        "we are found too frequent",
        r"(?:访问|请求|操作|刷新|訪問|請求)[^。\n]{0,6}(?:过于|太过?|过|過於|太)(?:频繁|快|多|頻繁)",
        r"(?:访问|请求)(?:频率|次数)[^。\n]{0,6}(?:过|超|限)",
        r"too many requests|rate limit(?:ed|ing)?\b|requests? too frequent|too frequently|slow down",
    ),
    _wording(
        Outcome.BLOCKED,
        "access is denied, which says nothing about the page",
        r"access (?:is |was |has been )?(?:denied|forbidden|restricted)|permission denied|403[\s:-]*forbidden|^forbidden\W*$",
        r"you (?:do not|don't) have permission",
        r"(?:没有|无|沒有)(?:访问)?权限|(?:拒绝|禁止|限制)访问|访问(?:被|受到?|已被)?(?:拒绝|禁止|受限|限制)|尚未完成备案|未备案",
    ),
)
"""What guards say, the challenge first: who may pass after a check was not refused."""

TRACE = _wording(
    Outcome.SERVER_ERROR,
    "the trace or the message of a program that failed, in place of the page",
    r"^\s*at [\w$.<>/]+\([^()\n]*\)",
    r"\b(?:[a-z_]\w*\.){2,}[A-Z]\w*(?:Exception|Error)\b",
    r"HTTP (?:Status|状态|Error)\s*[-–]?\s*50\d|HTTP状态 50\d",
    r"(?:fatal|parse) error\b\W.{0,300}? on line",
    r"uncaught \w*(?:error|exception)|^stack trace:?$|traceback \(most recent call last\)",
    r"server error in '[^'\n]*' application|microsoft (?:ole db|jet database|vbscript)|\[odbc |ADODB\.",
    r"SQLSTATE\[|\bORA-\d{5}|too many connections|you have an error in your sql syntax|whitelabel error page",
    r"(?:error establishing a|could not connect to(?: the)?|cannot connect to(?: the)?) database|database (?:connection )?error",
)
"""Programs that failed; their messages may be long."""

_TRACE_SIGNS = ("error", "exception", "http", "trace", "microsoft", "[odbc", "adodb", "sqlstate", "ora-", "connections", "database")


def may_be_trace(line: str) -> bool:
    """Tell whether a line holds any word without which it fits no pattern of `TRACE`, which takes far longer to search for."""
    told = folded(line).strip()
    return told.startswith("at ") or any(sign in told for sign in _TRACE_SIGNS)


_BROKEN = _wording(
    Outcome.SERVER_ERROR,
    "the server says that it failed",
    r"(?:数据库|資料庫)(?:连接|連接|访问|查询)?(?:失败|错误|异常|出错|超时|失敗)",
    r"(?:系统|服务器|网络|程序|应用|服务|系統)[^。\n]{0,6}(?:繁忙|太忙|错误|异常|故障|出错|开小差|崩溃|过载|超时|錯誤)",
    r"服务(?:暂时|临时|当前)?(?:不可用|无法使用|中断)|(?:页面|网页)(?:加载)?(?:出错|错误|异常|崩溃)了?|(?:内部|运行时|未知)错误",
    r"(?:请|請)(?:您)?(?:稍后|稍候|过一会儿?|稍後)(?:再|重)?(?:试|访问|刷新|来|重试|試)",
    r"\b50[0-4]\b[\s:,-]*(?:internal|bad|service|gateway|error|not implemented|服务器)|error[\s:-]*50[0-4]\b|^50[0-4]$",
    r"internal server error|bad gateway|gateway time-?out|service (?:is )?(?:temporarily |currently )?unavailable|runtime error",
    r"an? (?:unexpected |unknown |internal )?error (?:has )?occurred|something went wrong",
    r"(?:currently|temporarily) (?:unavailable|not available|down)|(?:try|come|check) (?:again|back) (?:later|soon|in )",
    r"(?:server|system|service) is (?:too )?busy|connection (?:timed out|refused)",
)
_CLOSED = _wording(
    Outcome.SERVER_ERROR,
    "the portal is being maintained or rebuilt",
    rf"{_HOLDERS}[^。\n]{{0,12}}(?:维护|升级|检修|改造|改版|建设|调试|迁移|維護|升級)",
    rf"(?:维护|升级|检修|调试)[^。\n]{{0,12}}(?:无法访问|暂停|暂不|关闭|稍后)|{_HOLDERS}[^。\n]{{0,20}}(?:暂停|停止)(?:服务|访问|开放)",
    r"^(?:正在)?(?:维护|升级|建设|改造)(?:中|公告|通知)?[.…。！!]*$|网站(?:已|暂时)?关闭",
    rf"{_HOLDERS} (?:is |will be )?(?:\w+ )?(?:down|offline|closed|undergoing|under)\b",
    r"(?:under|undergoing|down for)[^.\n]{0,24}(?:maintenance|construction|upgrade)|(?:site|scheduled|planned|system) maintenance",
    r"be (?:right )?back (?:soon|shortly)|coming soon",
)

ADDRESSES = (
    _wording(Outcome.BLOCKED, "the redirect leads to the page of a firewall", r"/(?:waf|deny|denied|block(?:ed)?|forbidden|403)\b"),
    _wording(
        Outcome.CHALLENGE, "the redirect leads to a check to be passed", r"/(?:captcha|challenge|verify|yanzheng|checkcode)\b"
    ),
    _wording(
        Outcome.SERVER_ERROR,
        "the redirect leads to the page for failures or maintenance",
        r"/(?:weihu|maintain|maintenance|maintaining|upgrad(?:e|ing)|50[0-4x]|busy)\b|[?&](?:code|status|error|err)=50\d\b",
    ),
)
"""Addresses that tell what a redirect led to; asked last, since a page's words are surer than its address."""


def failure_said(text: str, source: str) -> Verdict | None:
    """Return who refused us, by the printed words of a short page and by marks in its source, or None."""
    return _first((*WORDS,), text) or _first(MARKS, source)


def failure_named(text: str) -> Verdict | None:
    """Return the failure of a server that a short page prints, or None."""
    return _first((TRACE, _BROKEN, _CLOSED), text)


def _first(table: tuple[Wording, ...], text: str) -> Verdict | None:
    return next((Verdict(each.outcome, each.reason) for each in table if each.pattern.search(text)), None)
