"""What the embedded portal looks like: one module for each platform, and the table of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seeds.platforms.base import CLICKS, Sheet, Twin, Wish
from seeds.platforms.jcms import JCMS
from seeds.platforms.jpaas import JPAAS
from seeds.platforms.static import STATIC
from seeds.platforms.trs import TRS

if TYPE_CHECKING:
    from seeds.addresses import Platform

__all__ = ["CLICKS", "TWINS", "Sheet", "Twin", "Wish"]

TWINS: dict[Platform, Twin] = {twin.platform: twin for twin in (JCMS, JPAAS, STATIC, TRS)}
