"""URLs: one canonical spelling, the key that names a page, and what a URL's form tells of its page.

Resolving and cleaning follow the WHATWG URL standard where RFC 3986 refuses what browsers accept (white space inside, back-
slashes, Chinese characters), and RFC 3986 section 6.2.2 for the normal form.  Two spellings of one page give one key; nothing
is dropped that could tell two pages apart: the order of a query, a trailing `index.html` and the case of a path stay.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "IGNORED_PARAMETERS",
    "Ignored",
    "article_id",
    "canonical_url",
    "date_in_url",
    "host_of",
    "in_scope",
    "looks_like_article",
    "looks_like_listing",
    "url_key",
]

_DEFAULT_PORTS = {"http": 80, "https": 443}

_STRIPPED = "".join(map(chr, range(0x21)))  # WHATWG: C0 controls and the space, at both ends
_REMOVED = re.compile(r"[\t\n\r]")  # WHATWG: anywhere inside
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^:@\[\]]+)(?::([0-9]*))?", re.IGNORECASE)
_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_LONGEST = 8_192  # characters; servers refuse longer ones (414), and links that are longer hold pictures or mischief
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)

# IDNA 2003, which the standard library has, maps these to other letters or to nothing; browsers' IDNA 2008 does not.
_DISPUTED = frozenset("ßς\u200c\u200d")

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# An escape, or a character that RFC 3986 does not allow where it stands.
_PATH_ESCAPES = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
_QUERY_ESCAPES = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")


@dataclass(frozen=True, slots=True)
class Ignored:
    """A query parameter that names no page: patterns for its lower-cased name and its value, and why it is dropped."""

    name: str
    value: str
    reason: str


IGNORED_PARAMETERS = (
    Ignored(r"utm_[a-z_]+", r".*", "campaign counters of web analytics"),
    Ignored(r"spm|scm", r".*", "Alibaba's trace of the link that was clicked"),
    Ignored(r"hm(sr|pl|cu|kw|ci)", r".*", "Baidu's campaign counters"),
    Ignored(r"bd_vid|gclid|fbclid|msclkid|yclid", r".*", "advertisers' identifiers of one click"),
    Ignored(r"isappinstalled|nsukey|enterid|clicktime", r".*", "added by WeChat when a page is passed on"),
    Ignored(r"share_?token|share_?(from|source|medium|plat(form)?|uid|id|tag)|tt_from", r".*", "who passed a page on, and how"),
    Ignored(
        # Other values of `from` may be a date or an offset, which do tell pages apart.
        r"from",
        r"|singlemessage|groupmessage|message|timeline|favorites?|wechat|weixin|weixinfriend|qq|qzone|weibo|share|copy|qrcode",
        "where a page was passed on: WeChat and its like",
    ),
    Ignored(r"jsessionid|phpsessid", r".*", "the session of one visitor"),
    Ignored(r"|_|cache|r|rand|random|rnd|t|timestamp", r"0\.[0-9]{4,}", "Math.random(), against caches"),
    Ignored(r"_", r"[0-9]{13}", "jQuery's clock, against caches"),
)

_IGNORED = tuple((re.compile(each.name), re.compile(each.value, re.IGNORECASE)) for each in IGNORED_PARAMETERS)

_LISTINGS = (
    r"/",  # a folder
    r"/col/col[0-9]+",  # Hanweb: a column; below it, /col/col1/art/... are articles
    r"/[a-z0-9]*index(_[0-9]+)?\.(s?html?|jhtml)",  # TRS, Hanweb, HZCMS
    r"/(list|default|main)[_-]?[0-9]*\.(s?html?|jhtml|psp)",  # Ucap, webplus
)

_ARTICLES = (
    r"/art_[0-9]+_[0-9]+(_[0-9]+)?\.html?",  # Hanweb JCMS
    r"/art_[0-9a-f]{32}\.html?",  # Hanweb JPaaS
    r"/t[0-9]{8}_[0-9]+(_[0-9]+)?\.(s?html?|jhtml)",  # TRS, IGS
    r"/post_[0-9]+\.s?html?",  # NFCMS, gkmlpt
    r"/content_[0-9]+\.s?html?",  # Jiangxi's cluster, gov.cn
    r"/c[0-9]+/[0-9]{6}/[0-9a-f]+\.s?html?",  # Ucap
    r"/c[0-9]+/c[0-9]+/content\.s?html?",  # Ucap
    r"/[0-9]{4}/[0-9]{4}/c[0-9]+a[0-9]+/page[0-9]*\.(html?|psp)",  # webplus
    r"/info/[0-9]+/[0-9]+\.html?",  # VSB
    r"/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.html?",  # Epoint
)

_LISTING = re.compile(f"(?:{'|'.join(_LISTINGS)})$", re.IGNORECASE)
_ARTICLE = re.compile(f"(?:{'|'.join(_ARTICLES)})$", re.IGNORECASE)
_ARTICLE_ID = re.compile(r"/art_(?:[0-9]+_([0-9]+)|([0-9a-f]{32}))\.html?$", re.IGNORECASE)
_DATE = re.compile(r"/art/([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/|/t([0-9]{4})([0-9]{2})([0-9]{2})_")


@dataclass(frozen=True, slots=True)
class _Parts:
    """A URL taken apart: `host` carries a port that is not the scheme's default."""

    scheme: str
    host: str
    path: str
    query: str

    @property
    def target(self) -> str:
        """What follows the host: path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


def canonical_url(url: str, base: str | None = None) -> str:
    """Return the absolute canonical form of a URL as printed, resolved against `base` (itself an http(s) URL).

    The scheme is kept; fragments, empty queries, sessions and `IGNORED_PARAMETERS` are dropped; a host in another script
    becomes punycode, any other character that a URL cannot hold its UTF-8 escape.  Raises `ValueError` for what is no http(s)
    URL: mailto:, javascript:, no host, a user name, a bad port.
    """
    parts = _canonical(url, base)
    return f"{parts.scheme}://{parts.host}{parts.target}"


def url_key(url: str) -> str:
    """Return the name of the page behind a URL: its canonical form without the scheme and without either default port."""
    parts = _canonical(url)
    return _plain_host(parts) + parts.target


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, with `:port` where that is not the scheme's default; raises `ValueError`."""
    return _canonical(url).host


def in_scope(url: str, hosts: Sequence[str]) -> bool:
    """Tell whether a URL is http(s) and on one of these hosts (`name` or `name:port`)."""
    parts = _canonical_or_none(url)
    return parts is not None and parts.host in {host.lower() for host in hosts}


def article_id(url: str) -> str | None:
    """Return `host/id` of a Hanweb article, the same under whichever column it is shown, or None for any other URL.

    Ids restart on every host, and a migration gives new ones: equal ids on one host mean one article, unequal ones nothing.
    """
    parts = _canonical_or_none(url)
    match = _ARTICLE_ID.search(parts.path) if parts else None
    if parts is None or match is None:
        return None
    return f"{_plain_host(parts)}/{match[1] or match[2].lower()}"


def date_in_url(url: str) -> str | None:
    """Return the day that a URL names (Hanweb `/art/2022/9/20/`, TRS `t20220920_`) as `YYYY-MM-DD`, or None."""
    match = _DATE.search(url)
    if match is None:
        return None
    year, month, day = (int(group) for group in match.groups() if group)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def looks_like_listing(url: str) -> bool:
    """Tell whether a URL has the form of a listing or a folder; never by `/col/` alone, which articles carry too."""
    parts = _canonical_or_none(url)
    return parts is not None and _LISTING.search(parts.path) is not None


def looks_like_article(url: str) -> bool:
    """Tell whether a URL has the form that one of the known systems gives its articles."""
    parts = _canonical_or_none(url)
    return parts is not None and _ARTICLE.search(parts.path) is not None


def _canonical_or_none(url: str) -> _Parts | None:
    try:
        return _canonical(url)
    except ValueError:
        return None


def _canonical(url: str, base: str | None = None) -> _Parts:
    if len(url) > _LONGEST:
        raise ValueError(f"longer than any address: {url[:80]!r}...")
    parts = _resolved(url, _canonical_base(base) if base is not None else None)
    path = _SESSION.sub("", _escaped(parts.path, _PATH_ESCAPES))
    return _Parts(parts.scheme, _normal_host(parts.host, parts.scheme), _without_dots(path), _normal_query(parts.query))


@lru_cache(maxsize=64)
def _canonical_base(base: str) -> _Parts:
    """Return the parts of a page's own address, against which all its links are resolved."""
    return _canonical(base)


def _resolved(url: str, base: _Parts | None) -> _Parts:
    """Take a URL apart as browsers do and complete it from `base` (RFC 3986, section 5.2.2)."""
    text = _SURROGATES.sub("\ufffd", _REMOVED.sub("", url.strip(_STRIPPED)))
    printed, mark, query = text.partition("#")[0].partition("?")
    scheme, rest = _split_scheme(printed.replace("\\", "/"), url)
    has_host = rest.startswith("//") or (scheme != "" and (base is None or scheme != base.scheme))
    if has_host and (scheme or base):
        host, slash, path = rest.lstrip("/").partition("/")
        return _Parts(scheme or (base.scheme if base else ""), host, slash + path, query)
    if base is None:
        raise ValueError(f"not an absolute URL: {url!r}")
    if not rest:
        return _Parts(base.scheme, base.host, base.path, query if mark else base.query)
    folder = "" if rest.startswith("/") else base.path[: base.path.rindex("/") + 1]
    return _Parts(base.scheme, base.host, folder + rest, query)


def _split_scheme(text: str, url: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    if match is None:
        return "", text
    scheme = match[1].lower()
    if scheme not in _DEFAULT_PORTS:
        raise ValueError(f"not an http(s) URL: {url!r}")
    return scheme, text[match.end() :]


def _normal_host(authority: str, scheme: str) -> str:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise ValueError(f"no host that can be asked: {authority!r}")
    host, port = _normal_name(match[1]), int(match[2] or _DEFAULT_PORTS[scheme])
    if not 0 < port <= 65535:  # noqa: PLR2004 - the largest port of TCP (RFC 9293)
        raise ValueError(f"no such port: {authority!r}")
    return host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"


def _normal_name(name: str) -> str:
    if name.startswith("["):
        return f"[{ipaddress.IPv6Address(name[1:-1])}]"
    lowered = name.lower()
    if not lowered.isascii():
        if _DISPUTED & set(lowered):
            raise ValueError(f"a host that standards read differently: {name!r}")
        lowered = lowered.encode("idna").decode("ascii").lower()
    if not _HOST_NAME.fullmatch(lowered):
        raise ValueError(f"not a host: {name!r}")
    return lowered


def _plain_host(parts: _Parts) -> str:
    """Return the host without the default port of either scheme: the scheme is no part of a page's name."""
    return re.sub(r":(?:80|443)$", "", parts.host)


def _escaped(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(_normal_escape, text)


def _normal_escape(match: re.Match[str]) -> str:
    """Return one escape in normal form (RFC 3986, 6.2.2); a character that needs one gets it, a lone `%` included."""
    if match[1] is None:
        return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8"))
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """Return a path from the root without `.` and `..` (RFC 3986, 5.2.4); empty segments stay."""
    kept: list[str] = []
    segments = path.split("/")[1:] if path.startswith("/") else [path]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    ends_open = segments[-1] in {".", ".."}
    return "/" + "/".join([*kept, ""] if ends_open and kept else kept)


def _normal_query(query: str) -> str:
    pieces = _escaped(query, _QUERY_ESCAPES).split("&")
    return "&".join(piece for piece in pieces if not _is_ignored(piece))


def _is_ignored(piece: str) -> bool:
    name, mark, value = piece.partition("=")
    if not mark:  # `?0.4777` is a value without a name
        name, value = ("", piece) if piece[:1].isdigit() else (piece, "")
    lowered = name.lower()
    return any(names.fullmatch(lowered) and values.fullmatch(value) for names, values in _IGNORED)
