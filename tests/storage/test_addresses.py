"""The host of an address, as politeness and dictionaries know it."""

from __future__ import annotations

import pytest

from storage.addresses import host_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://www.jiaxing.gov.cn/art_1_2.html", "www.jiaxing.gov.cn"),
        ("HTTP://WWW.Jiaxing.GOV.cn/", "www.jiaxing.gov.cn"),
        ("http://h:80/", "h"),
        ("https://h:443/", "h"),
        ("http://h:/", "h"),
        ("http://h:443/", "h:443"),
        ("https://h:80/", "h:80"),
        ("http://h:8080/", "h:8080"),
        ("http://somebody:secret@h:80/", "h"),
        ("http://[::1]:80/", "[::1]"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("urn:sha256:00", ""),
        ("file:a.txt", ""),
    ],
)
def test_the_host(url, host):
    """In lower case, with its port unless that is the scheme's own; a file has none."""
    assert host_of(url) == host
