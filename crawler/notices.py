"""Notices that a page is gone, told from prose that speaks of such things.

Pure.  A notice is known by holding nothing else: every word of its clause belongs to a small vocabulary (apologies, "the page that
you visited", "has been deleted"), and among them are a thing such as a page and a state such as deleted.  A sentence about a
bridge that has been removed holds a bridge, and is prose.
"""

from __future__ import annotations

import re

__all__ = ["gone_clauses", "is_filler", "is_gone", "is_gone_title", "is_only_notice", "weight"]


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What a notice is about.
_THINGS = _any(
    "页面 网页 信息 文章 内容 链接 文件 新闻 稿件 资源 地址 网址 文档 记录 资讯 帖子 公告 数据 文 页 URL url 頁面 網頁 資訊 "
    "內容 連結 鏈接 檔案 網址 資源 新聞 頁"
)
# What makes it one.
_STATES = _any(
    "不存在 已不在 不在了 找不到 未找到 没找到 没有找到 无法找到 未能找到 不见了 丢失 走丢 删除 删掉 删 移除 撤销 撤下 撤回 "
    "撤稿 下线 下架 失效 过期 取消发布 停止发布 未发布 未通过审核 未审核 没有通过审核 屏蔽 清除 不復存在 找不著 刪除 "
    "沒有找到 無法找到 撤銷 下線 過期 迷路 飞走 非法请求404 非法请求 无此 没有此 没有该 查无此 已无"
)
_OTHERS = (
    "很 非常 十分 真 抱歉 对不起 遗憾 不好意思 哎呀 啊哦 糟糕 提示 温馨提示 系统提示 友情提示 對不起 您好 您 你 我们 用户 "
    "所 要 想 想要 正在 需要 请求 访问 查看 浏览 查找 寻找 打开 阅读 点击 输入 查询 找 看 的 瀏覽 訪問 閱讀 請求 尋找 该 此 "
    "本 这个 这篇 这条 此条 该条 该篇 当前 对应 相关 指定 目标 個 个 篇 条 這個 該 該篇 條 當前 一 获取 已 已经 已被 被 "
    "可能 或许 也许 暂时 现在 了 啦 或 或者 及 和 与 且 并 而 是 在 到 因 由 原 从 已經 暫時 发布者 发布单位 发布机构 作者 "
    "管理员 编辑 网站 系统 本站 服务器 移动 转移 更名 改名 变更 有误 错误 無 出错 不正确 不可用 无法 不能 显示 原因 如下 "
    "以下 哦 呢 哟 喔 呀 吧"
)
_FILLERS = (
    "秒 后 後 将 将会 自动 跳转 返回 回到 进入 前往 首页 主页 首頁 主頁 上一页 上页 栏目 点击 点此 这里 此处 继续 如果 如未 "
    "没有 浏览器 请 立即 关闭 窗口 正在 至 到 网站 本 页面 检查 核对 核实 网址 输入 是否 正确 重新 联系 管理员 您 可以 或 "
    "去 看看 要不 尝试 刷新 搜索 其他 稍候 等待"
)
_CODES = r"4(?:04|10)"
_PUNCTUATION = r"[\s\u3000\xa0\"'“”‘’《》<>【】\[\]()（）:：,，、.．。…·!！?？;；\-–—_|/~～*]"

_CHINESE = re.compile(rf"(?:(?P<thing>{_THINGS})|(?P<state>{_STATES}|{_CODES})|{_any(_OTHERS)}|{_PUNCTUATION})")
_FILLER_WORDS = _set(_FILLERS) | _set(_OTHERS)
_FILLER_LENGTHS = sorted({len(word) for word in _FILLER_WORDS})
_FILLER_SIGN = re.compile(rf"\d|{_PUNCTUATION}")
_IS_CHINESE = re.compile(r"[\u4e00-\u9fff]")

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_ENGLISH_THINGS = _set(
    "page pages article articles content file directory document resource item information url link news story record "
    "webpage post address entry notice"
)
_ENGLISH_STATE = re.compile(
    r"not (?:be )?found|no longer (?:exists?|available|here|online|published)|(?:does|do|did)(?: not|n['’]?t) exist|not exist\b"
    r"|(?:can(?:not|['’]?t| not)|could(?: not|n['’]?t)|unable to) (?:be )?(?:find|found|locate|located)"
    r"|(?:has|have|had|was|were|is|been|be) (?:\w+ )?(?:removed|deleted|withdrawn|unpublished|retired|taken (?:down|offline|off))"
    r"|(?:has|have|is) expired|^(?:page|article|content|file) (?:removed|deleted|missing)$"
)
_ENGLISH = _ENGLISH_THINGS | _set(
    "the a an this that these it its you your we our i us are is was were be been being has have had do does did not no "
    "longer or and but by for from to on at in of with may might could can cannot can't couldn't doesn't don't isn't wasn't "
    "hasn't didn't unable requested request looking look trying try view visit visited access accessing want wanted see "
    "find found located locate asked exist exists existed available here there anymore any more removed deleted withdrawn "
    "moved renamed expired unpublished retired taken down offline off online missing lost error 404 410 http status code "
    "sorry oops unfortunately apologies apologize we're you're name changed site website server publisher author editor "
    "administrator web temporarily unavailable published off-line line message never either which because"
)
_ENGLISH_FILLER = _ENGLISH | _set(
    "go back home homepage click return will redirected taken seconds second main please check use search again later "
    "spelling mistyped previous s continue redirecting automatically"
)

_CLAUSES = re.compile(r"[。！!；;\n]+|(?<=[a-z0-9])[.?](?:\s+|$)|(?<=[^0-9a-zA-Z])\.(?:\s+|$)|，|,(?=[^\s0-9])")
_CODE = re.compile(
    rf"(?:(?:http|error|错误|状态码?|status|code|代码|提示|页面)[\s:：-]*)*{_CODES}(?:[\s:：!！.-]*(?:error|错误|页面?|page|gone|了))*"
)
_TITLE_PARTS = re.compile(r"\s*[|｜_»›]+\s*|\s*[-–—]+\s*")
_SITE = re.compile(
    r"(?:网|网站|政府|委员会|[局厅委办部院台]|中心|大学|平台|門戶|網|government|china|website|portal|\.cn|\.com)\s*$", re.IGNORECASE
)
_PATH = re.compile(r"(?:https?:/)?/\S+")
_TITLES = frozenset({"not found", "未找到", "找不到", "不存在", "已删除", "已刪除"})
_LONGEST_CLAUSE = 160
_LONGEST_TITLE = 400


def weight(text: str) -> int:
    """Return how much a text says: its letters, each Chinese character counted as two."""
    return len(text) + len(_IS_CHINESE.findall(text))


def is_gone(clause: str) -> bool:
    """Tell whether a clause says of a page, and of nothing else, that it is gone."""
    clause = clause.strip().strip("\"'“”").strip()
    if not clause or len(clause) > _LONGEST_CLAUSE:
        return False
    if _CODE.fullmatch(clause.lower().strip(" .!！。：:")):
        return True
    return _is_gone_in_chinese(clause) if _IS_CHINESE.search(clause) else _is_gone_in_english(clause)


def _is_gone_in_chinese(clause: str) -> bool:
    """Cut a clause into the words of the vocabulary: all of it must be spent, and both a thing and a state be met."""
    at, kinds = 0, set()
    while at < len(clause):
        word = _CHINESE.match(clause, at)
        if word is None:
            return False
        kinds.add(word.lastgroup)
        at = word.end()
    return "state" in kinds and ("thing" in kinds or re.search(_CODES, clause) is not None)


def _is_gone_in_english(clause: str) -> bool:
    printed = _PATH.sub(" ", clause.lower().replace("’", "'"))
    words = _WORD.findall(printed)
    if not set(words) <= _ENGLISH or _ENGLISH_STATE.search(" ".join(words)) is None:
        return False
    return not _ENGLISH_THINGS.isdisjoint(words) or "404" in words


def is_filler(clause: str) -> bool:
    """Tell whether a clause is what stands around a notice: the way back, how many seconds, an apology."""
    if _IS_CHINESE.search(clause):
        return _is_filler_in_chinese(clause)
    return set(_WORD.findall(clause.lower().replace("’", "'"))) <= _ENGLISH_FILLER


def _is_filler_in_chinese(clause: str) -> bool:
    """Tell whether a clause can be cut into fillers, signs and digits, in any of the ways there are.

    The places that a cut can reach are followed in one pass: a regular expression tries all ways, which double with every digit.
    """
    ends = {0}
    for at in range(len(clause)):
        if at in ends:
            ends.update(at + length for length in _FILLER_LENGTHS if clause[at : at + length] in _FILLER_WORDS)
            if _FILLER_SIGN.match(clause, at):
                ends.add(at + 1)
            ends.remove(at)
        if not ends:
            return False
    return len(clause) in ends


def clauses(text: str) -> list[str]:
    """Return the clauses of a text, empty ones left out."""
    return [each.strip() for each in _CLAUSES.split(text) if each.strip()]


def gone_clauses(text: str) -> tuple[list[str], list[str]]:
    """Return the clauses that say that a page is gone, and those that say something else, fillers left out."""
    said, rest = [], []
    for line in text.split("\n"):
        if is_gone(line):
            said.append(line)
            continue
        for clause in clauses(line):
            if is_gone(clause):
                said.append(clause)
            elif not is_filler(clause):
                rest.append(clause)
    return said, rest


def is_only_notice(text: str) -> bool:
    """Tell whether a whole text says that a page is gone, and nothing else."""
    said, rest = gone_clauses(text)
    return bool(said) and not rest


def is_gone_title(title: str) -> bool:
    """Tell whether a title says that a page is gone, and names nothing else but the site."""
    if len(title) > _LONGEST_TITLE:
        return False
    if is_gone(title) or title.strip(" .!！").lower() in _TITLES:
        return True
    first, *others = [each for each in _TITLE_PARTS.split(title.strip()) if each] or [""]
    return is_gone(first) and all(is_gone(each) or is_filler(each) or _SITE.search(each) for each in others)
