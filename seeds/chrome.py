"""What stands around the content on every page: head, menus, scripts and footer, in the bulk that real portals have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from seeds.addresses import ADDRESSES, HOME, PHOTOS, REPORTS, SECOND, TODAY, Platform

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ASSETS", "COLUMNS", "MAKERS", "SITE_NAME", "banner", "footer", "menu", "page"]

SITE_NAME = "Jiaxing, China"

NAMED = {
    TODAY: "Jiaxing Today",
    REPORTS: "Report on the Work of the Jiaxing Municipal Government",
    PHOTOS: "Photo News",
    SECOND: "City News",
}

MENU: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "About Jiaxing",
        ("Overview", "History", "Geography", "Climate", "Population", "Administrative Divisions", "City Flower and Tree"),
    ),
    ("Government", ("Leadership", "Departments", "Plans", "Statistics", "Policies", "Budget", "Open Data", "Mayor’s Mailbox")),
    (
        "Invest",
        ("Why Jiaxing", "Development Zones", "Key Industries", "Projects", "Incentives", "Land", "Talent", "Services for Firms"),
    ),
    (
        "Live",
        ("Visa and Residence", "Housing", "Schools", "Medical Care", "Transport", "Banking", "Emergency Calls", "Community Life"),
    ),
    (
        "Travel",
        ("South Lake", "Wuzhen", "Xitang", "Yuehe Street", "Canal Walks", "Hotels", "Food", "Souvenirs", "Festivals", "Maps"),
    ),
    ("Culture", ("Majiabang Culture", "Silk", "Celebrities", "Folk Arts", "Museums", "Libraries", "Intangible Heritage", "Zongzi")),
    (
        "Services",
        ("Business Registration", "Taxation", "Customs", "Intellectual Property", "Marriage", "Driving Licences", "Hotline 12345"),
    ),
)

COLUMNS: dict[int, str] = NAMED | {
    1591200 + place: name for place, name in enumerate(name for heading, names in MENU for name in (heading, *names))
}
"""Every column of the English section by its id; most of them are empty."""

NEIGHBOURS = (
    ("Nanhu District", "www.nanhu.gov.cn"),
    ("Xiuzhou District", "www.xiuzhou.gov.cn"),
    ("Jiashan County", "www.jiashan.gov.cn"),
    ("Pinghu City", "www.pinghu.gov.cn"),
    ("Haiyan County", "www.haiyan.gov.cn"),
    ("Haining City", "www.haining.gov.cn"),
    ("Tongxiang City", "www.tx.gov.cn"),
    ("The State Council", "english.www.gov.cn"),
    ("Zhejiang, China", "english.zj.gov.cn"),
)

STYLED = (
    *("body", "header", ".top-bar", ".logo", ".search-box", ".menu", ".menu-item", ".menu-drop", ".location", ".article"),
    *(".article-title", ".article-info", "#zoom", ".zoom-text", ".list-box", ".main_list", ".pager", ".share", ".fontsize"),
    *(".attachments", ".neighbours", ".related", ".footer", ".footer-links", ".footer-text", ".qr", ".back-top"),
)

SHARE_SCRIPT = """
(function(w,d){
  var places={'weibo':'新浪微博','weixin':'微信','qzone':'QQ空间','mail':'E-mail','print':'Print'};
  function bar(id){var b=d.getElementById(id);if(!b){return;}
    for(var k in places){var a=d.createElement('a');a.className='share-'+k;
      a.title=places[k];a.href='javascript:void(0)';b.appendChild(a);}}
  function size(px){var z=d.getElementById('zoom');if(!z){return;}z.style.fontSize=px+'px';
    var p=z.getElementsByTagName('p');for(var i=0;i<p.length;i++){p[i].style.fontSize=px+'px';p[i].style.lineHeight=(px*1.8)+'px';}}
  function toggle(e){var s=e.currentTarget.getElementsByTagName('ul')[0];
    if(s){s.style.display=s.style.display==='block'?'none':'block';}}
  function menus(){var m=d.querySelectorAll('.menu-item');for(var i=0;i<m.length;i++){m[i].addEventListener('click',toggle,false);}}
  function top(){var t=d.querySelector('.back-top');if(t){t.onclick=function(){w.scrollTo(0,0);return false;};}}
  w.doZoom=size;w.onload=function(){bar('share-bar');menus();top();};
})(window,document);
"""

TRACKING = "".join(
    f"_hmt_{number}=['_trackEvent','english','menu-{number}','{name}'];"
    for number, name in enumerate(name.replace("’", "") for _, names in MENU for name in names)
)

ASSETS: dict[str, tuple[str, bytes]] = {
    "/script/page.css": ("text/css", b".pager a{margin:0 4px}\n.pager .on{color:#c00}\n"),
    "/images/29/hanweb.css": ("text/css", b"body{font-family:Arial,sans-serif}\n#zoom{line-height:2em}\n"),
    "/module/jslib/jquery/jquery.js": ("application/javascript", b"/* the library would be here */\n"),
    "/module/jslib/jquery/jpage/jquery.jpage.min.js": ("application/javascript", b"/* paging in the browser */\n"),
    "/module/visitcount/articlehits.jsp": ("text/html", b"document.getElementById('visitcount').innerHTML='';"),
    "/images/29/logo.png": ("image/png", bytes.fromhex("89504e470d0a1a0a")),
    "/cms_files/default/script/AuthorizedRead/unitbuild.js": ("application/javascript", b"/* fetches the units of the page */\n"),
    "/images/xxgk2018.css": ("text/css", b".TRS_Editor p{line-height:2em}\n"),
    "/images/createPage.js": ("application/javascript", b"function createPageHTML(pages,current,name,ext){/* the pager */}\n"),
    "/system/resource/js/counter.js": ("application/javascript", b"/* counts visitors */\n"),
    "/system/resource/style/index.css": ("text/css", b"#vsb_content{line-height:2em}\n"),
}
"""Paths of style sheets, scripts and pictures that pages name, with their type and bytes."""


@cache
def _style_sheet() -> str:
    rules = (
        f"{selector}{{margin:0 auto {number % 7}px;padding:{number % 5 * 4}px {number % 3 * 6}px;"
        f"font:{12 + number % 6}px/1.8 Arial,sans-serif;"
        f"color:#{number * 0x050505:06x};background:transparent url(/images/29/bg{number}.gif) no-repeat left top;"
        f"border:0 solid #ccc}}\n@media (max-width:{600 + number * 10}px)"
        f"{{{selector}{{width:100%;float:none;padding:0 {number % 4 * 5}px;box-sizing:border-box}}}}\n"
        for number, selector in enumerate(STYLED)
    )
    return "".join(rules)


def _column_link(platform: Platform, number: int, name: str) -> str:
    path = ADDRESSES[platform].column(number)
    return f'<a href="{path}" target="_self" title="{escape(name)}" class="menu-link">{escape(name)}</a>'


@cache
def menu(platform: Platform) -> str:
    """Return the menu of all columns."""
    ids = {name: number for number, name in COLUMNS.items()}
    home = ADDRESSES[platform].column(HOME)
    parts = [f'<div class="menu" id="menu"><span class="menu-item"><a href="{home}">Home</a></span>']
    parts += [f'<span class="menu-item">{_column_link(platform, number, name)}</span>\n' for number, name in NAMED.items()]
    for heading, names in MENU:
        rows = "\n".join(f'  <li class="menu-drop-item">{_column_link(platform, ids[name], name)}</li>' for name in names)
        link = _column_link(platform, ids[heading], heading)
        parts.append(f'<span class="menu-item">{link}<ul class="menu-drop">\n{rows}\n</ul></span>\n')
    return "".join([*parts, "</div>\n"])


@cache
def footer() -> str:
    """Return what stands at the foot of every page: neighbouring portals, the sponsor, the numbers of the law."""
    links = "\n".join(f'  <li><a href="http://{host}/" target="_blank" rel="noopener">{name}</a></li>' for name, host in NEIGHBOURS)
    return (
        f'<div class="footer"><ul class="footer-links">\n{links}\n</ul>\n'
        '<div class="footer-text">Sponsored by the General Office of the Jiaxing Municipal Government<br>'
        "Address: No. 1, Guangchang Road, Jiaxing, Zhejiang &nbsp; Best viewed at 1024 x 768<br>"
        "浙ICP备05015290号 &nbsp; 网站标识码 3304000001</div>\n"
        '<div class="qr"><img src="/images/29/qr.png" alt=""></div><a class="back-top" href="#"></a></div>\n'
    )


@cache
def banner(platform: Platform) -> str:
    """Return what stands at the head of every page."""
    home = ADDRESSES[platform].column(HOME)
    return (
        '<div class="top-bar"><a href="/">中文</a> | <a href="javascript:void(0)" onclick="window.print()">Print</a></div>\n'
        f'<div class="logo"><a href="{home}"><img src="/images/29/logo.png" alt=""></a></div>\n'
        '<form class="search-box" action="/jrobot/search.do" method="get"><input type="text" name="q" value="">'
        '<input type="submit" value="Search"></form>\n'
    )


@dataclass(frozen=True, slots=True)
class Maker:
    """The marks of a platform on every page: what the head links, and what the foot says."""

    links: str
    signature: str = ""


MAKERS: dict[Platform, Maker] = {
    Platform.JCMS: Maker(
        '<link rel="stylesheet" href="/script/page.css">\n<link rel="stylesheet" href="/images/29/hanweb.css">\n'
        '<script src="/module/jslib/jquery/jquery.js"></script>\n'
        '<script src="/module/jslib/jquery/jpage/jquery.jpage.min.js"></script>\n',
        "<!-- Produced By 大汉网络 大汉版通发布系统 -->\n",
    ),
    Platform.JPAAS: Maker('<link rel="stylesheet" href="/script/page.css">\n'),
    Platform.TRS: Maker(
        '<link rel="stylesheet" type="text/css" href="/images/xxgk2018.css">\n<script src="/images/createPage.js"></script>\n'
    ),
    Platform.STATIC: Maker(
        '<link rel="stylesheet" type="text/css" href="/system/resource/style/index.css">\n'
        '<script type="text/javascript" src="/system/resource/js/counter.js"></script>\n'
    ),
}


def page(  # noqa: PLR0913 - the parts of a page, told apart by name
    *,
    title: str,
    head: str,
    content: str,
    platform: Platform = Platform.JCMS,
    above: Callable[[Platform], str] = menu,
    below: Callable[[], str] = footer,
) -> str:
    """Return a whole HTML page; `title` is text, `head` and `content` are HTML, `above` and `below` make menu and footer."""
    maker = MAKERS[platform]
    return (
        '<!DOCTYPE html>\n<html lang="zh">\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
        f"<title>{escape(title)}</title>\n{head}{maker.links}"
        f"<style>\n{_style_sheet()}</style>\n</head>\n<body>\n{banner(platform)}{above(platform)}{content}{below()}"
        f"{maker.signature}<script>{TRACKING}</script>\n<script>{SHARE_SCRIPT}</script>\n</body>\n</html>\n"
    )
