"""URLs: two spellings of one page give one key, two pages never do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import urls
from crawler.urls import IGNORED_PARAMETERS, canonical_url, url_key

ARTICLE = "https://www.jiaxing.gov.cn/art/2022/9/20/art_1591186_59540939.html"
BASE = "http://h.cn/d/e?q=1"

SPELLINGS = [
    (f"  {ARTICLE}\n", ARTICLE),
    ("HTTPS://WWW.Jiaxing.gov.CN:443/art/2022/9/20/art_1591186_59540939.html#top", ARTICLE),
    ("https://www.jiaxing.gov.cn/art/./2022/x/../9/20/art_1591186_59540939.html?", ARTICLE),
    ("https://www.jiaxing.gov.cn/art/2022/9/20/art%5f1591186_5954%30939.html", ARTICLE),
    ("https://www.jiaxing.gov.cn/art/2022/9/20/art_1591186_59540939.html;jsessionid=0A1B.node1", ARTICLE),
    (
        "https://www.jiaxing.gov.cn/art/2022/9/20/art_1591186_59540939.html%3BJSESSIONID=1",
        ARTICLE.replace(".html", ".html%3BJSESSIONID=1"),
    ),
    ("https://www.jiaxing.gov.cn/art/2022/9/20/art_1591\n\t186_59540939.html", ARTICLE),
    ("https:\\\\www.jiaxing.gov.cn\\art/2022/9/20/art_1591186_59540939.html", ARTICLE),
    (f"{ARTICLE}?spm=a.1&utm_source=x&from=timeline&isappinstalled=0&share_token=9", ARTICLE),
    (f"{ARTICLE}?0.4777", ARTICLE),
    ("http://h.cn", "http://h.cn/"),
    ("http://h.cn:080", "http://h.cn/"),
    ("http://h.cn:", "http://h.cn/"),
    ("http://h.cn:8080/a", "http://h.cn:8080/a"),
    ("https://h.cn:80/a", "https://h.cn:80/a"),
    ("http://h.cn/..//a/./b/..", "http://h.cn//a/"),
    ("http://h.cn/a/%2e%2E/b", "http://h.cn/b"),
    ("http://h.cn/%7euser/100%/%zz", "http://h.cn/~user/100%25/%25zz"),
    ("http://h.cn/公告 1.html", "http://h.cn/%E5%85%AC%E5%91%8A%201.html"),
    ("http://h.cn/?k=公告&g=%b9%ab", "http://h.cn/?k=%E5%85%AC%E5%91%8A&g=%B9%AB"),
    ("http://h.cn/?b=2&a=1&&c", "http://h.cn/?b=2&a=1&&c"),
    ("http://h.cn/?q=a\\b?c|d", "http://h.cn/?q=a%5Cb?c%7Cd"),
    ("http://h.cn/a\ud800", "http://h.cn/a%EF%BF%BD"),
    ("http://中文.com/", "http://xn--fiq228c.com/"),
    ("http://h。CN/", "http://h.cn/"),
    ("http://[0:0::1]:80/a", "http://[::1]/a"),
    ("http:///h.cn/a", "http://h.cn/a"),
    ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
]


@pytest.mark.parametrize(("printed", "expected"), SPELLINGS)
def test_canonical_form(printed, expected):
    """Each spelling comes to the one canonical form, which is its own."""
    assert canonical_url(printed) == expected
    assert canonical_url(expected) == expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/art/1.html", "http://h.cn/art/1.html"),
        ("art/1.html", "http://h.cn/d/art/1.html"),
        ("./t20220101_1.html", "http://h.cn/d/t20220101_1.html"),
        ("../../../x", "http://h.cn/x"),
        ("..", "http://h.cn/"),
        (".", "http://h.cn/d/"),
        ("//fzggw.zj.gov.cn/col/", "http://fzggw.zj.gov.cn/col/"),
        ("\\\\h2.cn\\x", "http://h2.cn/x"),
        ("///h2.cn/x", "http://h2.cn/x"),
        ("https://h2.cn/x", "https://h2.cn/x"),
        ("http:x", "http://h.cn/d/x"),
        ("http:/x", "http://h.cn/x"),
        ("https:h2.cn/x", "https://h2.cn/x"),
        ("?a=2", "http://h.cn/d/e?a=2"),
        ("?", "http://h.cn/d/e"),
        ("", "http://h.cn/d/e?q=1"),
        ("#f?g", "http://h.cn/d/e?q=1"),
        ("2022:a", None),
        ("a/b:c", "http://h.cn/d/a/b:c"),
    ],
)
def test_resolving(href, expected):
    """References are resolved as browsers do; what a browser takes for a path is one."""
    assert canonical_url(href, BASE) == (expected or "http://h.cn/d/2022:a")


@pytest.mark.parametrize(
    "url",
    [
        "mailto:a@h.cn",
        "javascript:void(0)",
        "ftp://h.cn/",
        "data:text/html,x",
        "",
        "h.cn/a",
        "/a",
        "//h.cn/a",
        "http://",
        "http:///",
        "http://:80/",
        "http://h.cn:0/",
        "http://h.cn:65536/",
        "http://h.cn:8o/",
        "http://h.cn:80:80/",
        "http://h cn/",
        "http://h%41.cn/",
        "http://user:pass@h.cn/",
        "http://a..cn/",
        "http://[::1/",
        "http://[zz]/",
        "http://faß.de/",
        "http://" + "公" * 64,
        "http://h.cn\ud800/",
        "http://*.cn/",
        "http://?a",
        "http://#",
    ],
)
def test_what_is_no_http_url_is_refused(url):
    """Other schemes, missing hosts, user names and bad ports raise, and the questions about URLs answer no."""
    with pytest.raises(ValueError):  # noqa: PT011 - the type is the promise
        canonical_url(url)
    assert not urls.in_scope(url, ["h.cn"])
    assert not urls.looks_like_article(url)
    assert not urls.looks_like_listing(url)
    assert urls.article_id(url) is None


def test_a_bad_base_is_refused():
    """What is relative to nothing cannot be resolved."""
    with pytest.raises(ValueError, match="http"):
        canonical_url("/a", "mailto:x")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("http://h.cn/a", "https://h.cn/a"),
        ("http://h.cn:443/a", "https://h.cn/a"),
        ("https://h.cn:80/a?x=1", "http://h.cn/a?x=1"),
        ("http://s/a", "https://s:443/a"),
        ("http://[::1]:443/a", "https://[0::1]/a"),
    ],
)
def test_key_knows_no_scheme(left, right):
    """A page has one key under http and https and either default port."""
    assert url_key(left) == url_key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("http://h.cn/col/col1/", "http://h.cn/col/col1/index.html"),
        ("http://h.cn/a", "http://h.cn/A"),
        ("http://h.cn/a", "http://h.cn/a/"),
        ("http://h.cn/a%2Fb", "http://h.cn/a/b"),
        ("http://h.cn/?a=1&b=2", "http://h.cn/?b=2&a=1"),
        ("http://h.cn/?from=2022-01-01", "http://h.cn/?from=2022-01-02"),
        ("http://h.cn/?t=1", "http://h.cn/?t=2"),
        ("http://h.cn/?0", "http://h.cn/?1"),
        ("http://h.cn:8080/", "http://h.cn/"),
        ("http://h.cn:8443/", "http://h.cn:8080/"),
        ("http://www.h.cn/", "http://h.cn/"),
        ("https://s/a", "https://s/b"),
        ("http://h.cn/a;v=1", "http://h.cn/a;v=2"),
        ("http://h.cn//a", "http://h.cn/a"),
        ("http://h.cn/100%25", "http://h.cn/100"),
    ],
)
def test_different_pages_have_different_keys(left, right):
    """What could tell two pages apart is kept."""
    assert url_key(left) != url_key(right)


def test_key_is_the_canonical_url_without_its_scheme():
    """A key reads as the address without `https://`."""
    assert url_key(ARTICLE) == ARTICLE.removeprefix("https://")
    assert url_key("http://127.0.0.1:8000/a?b=http://127.0.0.1:8000") == "127.0.0.1:8000/a?b=http://127.0.0.1:8000"


@pytest.mark.parametrize("rule", IGNORED_PARAMETERS, ids=lambda rule: rule.name)
def test_each_ignored_parameter_has_a_reason_and_valid_patterns(rule):
    """The table is data: two patterns and why."""
    assert re.compile(rule.name)
    assert re.compile(rule.value)
    assert len(rule.reason) > 10


@pytest.mark.parametrize(
    "query",
    [
        "utm_campaign=x",
        "UTM_SOURCE=x",
        "spm=1.2",
        "hmsr=a",
        "gclid=1",
        "nsukey=x",
        "shareToken=1",
        "tt_from=weixin",
        "from=singlemessage",
        "from",
        "from=",
        "jsessionid=AB",
        "cache=0.3312345",
        "_=1663641960000",
        "0.4777",
        "%75tm_source=x",
    ],
)
def test_ignored_parameters_are_dropped_from_between(query):
    """A tracking parameter goes wherever it stands, and the others keep their order."""
    assert canonical_url(f"http://h.cn/a?b=1&{query}&a=2") == "http://h.cn/a?b=1&a=2"
    assert canonical_url(f"http://h.cn/a?{query}") == "http://h.cn/a"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (ARTICLE, "www.jiaxing.gov.cn/59540939"),
        (ARTICLE.replace("1591186", "7").replace("https", "http"), "www.jiaxing.gov.cn/59540939"),
        ("https://H.cn:80/col/col1/art/2026/art_0d144cfa624e415b932c0f5950c2105a.html", "h.cn/0d144cfa624e415b932c0f5950c2105a"),
        ("http://h.cn:8000/art/2022/9/20/art_1_2.html", "h.cn:8000/2"),
        ("https://h.cn/col/col1/index.html", None),
        ("https://h.cn/art/2022/9/20/art_1_2_3.html", None),
        ("https://h.cn/t20220920_1.html", None),
    ],
)
def test_article_id(url, expected):
    """A Hanweb article has one id on its host under every column."""
    assert urls.article_id(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (ARTICLE, "2022-09-20"),
        ("./202607/t20260716_1406530.html", "2026-07-16"),
        ("https://h.cn/art/2022/2/30/art_1_2.html", None),
        ("https://h.cn/t20221301_1.html", None),
        ("https://h.cn/col/col1/art/2026/art_0d144cfa624e415b932c0f5950c2105a.html", None),
    ],
)
def test_date_in_url(url, expected):
    """Only a day of the calendar, in the two forms that mean one, is a date."""
    assert urls.date_in_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"), [("HTTP://H.cn:80/", "h.cn"), ("https://h.cn:80/", "h.cn:80"), ("http://[::1]:8/", "[::1]:8")]
)
def test_host_of(url, expected):
    """A host carries the port that is not its scheme's own."""
    assert urls.host_of(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://H.CN/a", True),
        ("http://h.cn:8000/", True),
        ("http://h.cn:8001/", False),
        ("http://a.h.cn/", False),
        ("http://evil.com/?h.cn", False),
        ("http://h.cn.evil.com/", False),
        ("http://h.cn@evil.com/", False),
    ],
)
def test_scope_is_the_host_itself(url, expected):
    """Only the named hosts and ports are in scope, whatever else names them."""
    assert urls.in_scope(url, ("H.cn", "h.cn:8000")) is expected


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/col/col1591186/index.html",
        "/col/col1/",
        "/col/col1",
        "/xw/index_2.shtml",
        "/index.htm",
        "/A0937index_1.htm",
        "/c1/list.shtml",
        "/l/list2.htm",
    ],
)
def test_listings_by_form(path):
    """The forms of listings and folders are no articles'."""
    assert urls.looks_like_listing(f"http://h.cn{path}")
    assert not urls.looks_like_article(f"http://h.cn{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/art/2022/9/20/art_1591186_59540939.html",
        "/col/col1/art/2026/art_0d144cfa624e415b932c0f5950c2105a.html",
        "/202607/t20260716_1406530.shtml",
        "/content/post_123.html",
        "/gkmlpt/content/8/8/post_8.html",
        "/site/col/colX/content/content_9.html",
        "/zhengce/content_9.htm",
        "/jyt/c110634/202511/174240943.shtml",
        "/c100015/c5251153/content.html",
        "/2024/0101/c123a456/page.htm",
        "/info/1009/1234.htm",
        "/x/0d144cfa-624e-415b-932c-0f5950c2105a.html",
        "/t20260911_7372816.jhtml",
    ],
)
def test_articles_by_form(path):
    """The forms of articles are no listings', `/col/` in their path or not."""
    assert urls.looks_like_article(f"http://h.cn{path}?a=1")
    assert not urls.looks_like_listing(f"http://h.cn{path}")


@pytest.mark.parametrize("path", ["/about.html", "/attach/0/1.pdf", "/module/web/jpage/dataproxy.jsp"])
def test_other_forms_are_neither(path):
    """What has no known form is neither."""
    assert not urls.looks_like_article(f"http://h.cn{path}")
    assert not urls.looks_like_listing(f"http://h.cn{path}")


SEGMENTS = st.text(st.sampled_from("abZ09-._~!$&'()*+,;=:@%/公 "), max_size=8)
PATHS = st.builds("/".join, st.lists(SEGMENTS, max_size=4))
QUERIES = st.builds("&".join, st.lists(st.text(st.sampled_from("abt_=09.%?/公"), max_size=8), max_size=4))


@st.composite
def addresses(draw):
    """Any http(s) URL of a few hosts."""
    host = draw(st.sampled_from(["h.cn", "www.h.cn", "h.cn:8000", "中文.com", "[::1]"]))
    return f"{draw(st.sampled_from(['http', 'https']))}://{host}/{draw(PATHS)}?{draw(QUERIES)}"


@given(addresses())
def test_canonical_form_is_stable_and_plain(url):
    """The canonical form of a canonical form is itself, and only characters that RFC 3986 allows are in it."""
    canonical = canonical_url(url)
    assert canonical_url(canonical) == canonical
    assert re.fullmatch(r"[A-Za-z0-9\-._~:/?@!$&'()*+,;=%\[\]]+", canonical)
    assert url_key(canonical) == url_key(url)


@given(addresses(), st.data())
def test_spellings_of_one_page_share_a_key(url, data):
    """Scheme, case of host and escapes, default port, fragment and campaign parameters make no other page."""
    canonical = canonical_url(url)
    scheme, _, rest = canonical.partition("://")
    host, slash, path = rest.partition("/")
    escaped = "".join(f"%{ord(c):02x}" if c.isalnum() and data.draw(st.booleans()) else c for c in re.sub(r"%..", "", path))
    plain = re.sub(r"%..", "", path)
    respelled = [
        f"{scheme.upper()}://{host.upper()}{slash}{path}#x",
        f"{'http' if scheme == 'https' else 'https'}://{rest}",
        f"{canonical}{'&' if '?' in canonical else '?'}utm_medium=x",
        f"{scheme}://{host}/./x/..{slash}{path}",
    ]
    if ":8000" not in host:
        respelled.append(f"http://{host}:80/{path}")
    assert {url_key(each) for each in respelled} == {url_key(canonical)}
    assert url_key(f"http://{host}/{escaped}") == url_key(f"http://{host}/{plain}")


@given(addresses(), addresses())
def test_different_pages_never_share_a_key(left, right):
    """Two canonical forms with one key differ in their scheme alone."""
    one, other = canonical_url(left), canonical_url(right)
    assert (url_key(one) == url_key(other)) == (one.partition("://")[2] == other.partition("://")[2])


# A page in signs: what may be written raw or escaped, what stands as it is, what is always escaped, what is no ASCII.
FREE, RAW, ESCAPED, HAN = "abZ09-._~", "!$'()*+,;:@", "%/?#&= ", "公告"
SIGNS = st.sampled_from(FREE + RAW + ESCAPED + HAN)
WORDS = st.text(SIGNS, min_size=1, max_size=4).filter(lambda word: word not in {".", ".."})
PARAMETERS = st.tuples(st.sampled_from(["id", "page", "a1", "k", "公"]), st.one_of(st.none(), WORDS))
PAGES = st.tuples(
    st.sampled_from(["h.cn", "www.h.cn", "xn--fiq228c.com"]),
    st.sampled_from(["", ":8000"]),
    st.lists(st.one_of(WORDS, st.just("")), max_size=3).map(tuple),
    st.lists(PARAMETERS, max_size=2).map(tuple),
)
TRACKING = (
    "utm_source=x",
    "SPM=1.2",
    "from=timeline",
    "_=1663641960000",
    "0.4777123",
    "jsessionid=AB",
    "share_token=9",
    "cache=0.33123",
)


def spelt(draw, word):
    """Return a word as somebody may write it into an address."""
    written = []
    for sign in word:
        escapes = "".join(f"%{byte:02X}" for byte in sign.encode())
        is_escaped = sign in ESCAPED or (sign in FREE + HAN and draw(st.booleans()))
        written.append((escapes.lower() if draw(st.booleans()) else escapes) if is_escaped else sign)
    return "".join(written)


def address(draw, page):
    """Return an address of a page, in one of its many spellings."""
    host, port, segments, parameters = page
    scheme = draw(st.sampled_from(["http", "https", "HTTP", "Https"]))
    default = draw(st.sampled_from(["", ":", ":80" if scheme.lower() == "http" else ":443"]))
    path = draw(st.sampled_from(["", "/.", "/x/..", "/%2e"]))
    path += "".join(f"/{spelt(draw, segment)}{draw(st.sampled_from(['', '', '/.', '/y/%2E.']))}" for segment in segments[:-1])
    path += "".join(f"/{spelt(draw, segment)}" for segment in segments[-1:])
    path += (
        draw(st.sampled_from(["", ";jsessionid=0A.n1", ";JSESSIONID="]))
        if path.rpartition("/")[2] not in {"", ".", "..", "%2e"}
        else ""
    )
    pieces = [spelt(draw, name) + ("" if value is None else f"={spelt(draw, value)}") for name, value in parameters]
    for tracking in draw(st.lists(st.sampled_from(TRACKING), max_size=2)):
        pieces.insert(draw(st.integers(0, len(pieces))), tracking)
    query = f"?{'&'.join(pieces)}" if pieces else draw(st.sampled_from(["", "?"]))
    cased = host.upper() if draw(st.booleans()) else host
    fragment = draw(st.sampled_from(["", "#", "#top?x"]))
    return f"{draw(st.sampled_from(['', ' ']))}{scheme}://{cased}{port or default}{path}{query}{fragment}"


def named(page):
    """Return what names a page: an empty path is that of the root."""
    host, port, segments, parameters = page
    return host, port, segments or ("",), parameters


@given(PAGES, st.data())
def test_every_spelling_of_a_page_gives_its_key(page, data):
    """Case, port, dots, escapes, fragments, sessions, campaigns and schemes are no part of a page's name."""
    assert url_key(address(data.draw, page)) == url_key(address(data.draw, page))


@given(PAGES, PAGES, st.data())
def test_keys_are_equal_only_where_pages_are(left, right, data):
    """Whatever the spelling, pages of another host, port, path or query have another key."""
    keys = [url_key(address(data.draw, page)) for page in (left, right)]
    assert (keys[0] == keys[1]) == (named(left) == named(right))


@given(PAGES, st.data())
def test_one_sign_more_is_another_page(page, data):
    """A page differs from its nearest neighbours: one sign more in a path or a value, one parameter more or less."""
    host, port, segments, parameters = page
    last = segments[-1] if segments else ""
    sign = data.draw(SIGNS.filter(lambda sign: last + sign not in {".", ".."}))
    others = [
        (host, port, (*segments[:-1], last + sign), parameters),
        (host, port, segments, (*parameters, ("id", "7"))),
        (host, port or ":8000", segments, parameters) if not port else (host, "", segments, parameters),
        (f"wap.{host}", port, segments, parameters),
    ]
    key = url_key(address(data.draw, page))
    assert all(url_key(address(data.draw, other)) != key for other in others)


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_a_url_or_a_value_error(text, relative):
    """Whatever is written in an href gives an http(s) URL or a ValueError."""
    try:
        canonical = canonical_url(text, BASE if relative else None)
    except ValueError:
        return
    assert canonical.startswith(("http://", "https://"))
    assert canonical_url(canonical) == canonical
