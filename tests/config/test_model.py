"""What all settings have in common."""

from __future__ import annotations

import pytest

from config.model import mask_url


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        (None, None),
        ("", ""),
        ("http://proxy:3128", "http://proxy:3128"),
        ("http://user:secret@proxy:3128", "http://***@proxy:3128"),
        ("http://token@proxy", "http://***@proxy"),
        ("http://user:se@cret@proxy", "http://***@proxy"),
        ("user:secret@proxy", "***@proxy"),
    ],
)
def test_what_stands_before_the_host_is_hidden(url, masked):
    """Names and passwords of an address are masked; the host is not."""
    assert mask_url(url) == masked
