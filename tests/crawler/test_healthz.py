"""What programs on this machine are told of an archive and its daemon."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import load
from crawler.clock import WallClock
from crawler.errors import CrawlError
from crawler.healthz import answer, serving
from crawler.heartbeat import Heartbeat
from crawler.metrics import INSTALL
from seeds.portal import Portal, PortalServer
from storage.copies import copies_of
from tests.commands import bench

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Crawl a portal once, and make a copy."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "copies").mkdir()
    with PortalServer(Portal(1, 20)) as server:
        town = bench(folder, server, settings='[backup]\nfolder = "copies"\n')
        town.run("crawl")
        town.run("backup")
        yield town


def settings_of(town, listen: str = ""):
    """Return the settings of a town, to listen at an address."""
    settings = load(town.folder / "jiaxing-today.toml", {}, town.folder)
    return settings.model_copy(update={"health": settings.health.model_copy(update={"listen": listen})})


def free_port() -> int:
    """Return a port that is free on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def values(body: bytes) -> dict[str, float]:
    """Return the samples of an answer, by name and labels."""
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    return {name.removeprefix("jiaxing_today_"): float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def asked(address: tuple[str, int], path: str, **headers: str) -> tuple[int, str, bytes]:
    """Ask a server in a thread; return status, media type and body."""

    def ask() -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection(*address, timeout=10)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        told = response.status, response.headers["Content-Type"], response.read()
        connection.close()
        return told

    return await asyncio.to_thread(ask)


def test_healthz_says_what_status_check_says(town):
    """200 where nothing is wrong, 503 with the reasons where something is."""
    settings, clock = settings_of(town), WallClock()
    well = answer("/healthz", settings, clock)
    assert (well.status, json.loads(well.body)["healthy"], json.loads(well.body)["problems"]) == (200, True, [])
    Heartbeat.claim(town.archive, clock.now()).release()
    ill = answer("/healthz", settings, clock)
    (reason,) = json.loads(ill.body)["problems"]
    assert ill.status == 503
    assert reason in town.run("status --check", code=1).stdout
    (town.folder / "archive.db.daemon").unlink()


def test_metrics_are_the_figures_of_status(town):
    """Each figure that Prometheus is given is one that the overview shows."""
    now = datetime.now(UTC)
    with Heartbeat.claim(town.archive, now - timedelta(days=1)) as heartbeat:
        heartbeat.beat(now - timedelta(seconds=30))
        told = answer("/metrics", settings_of(town), WallClock())
        status = town.json("status")
    (town.folder / "archive.db.daemon").unlink()
    found = values(told.body)
    (host,) = {re.sub(r"^https?://", "", town.server.base_url)}
    (copy,) = copies_of(town.archive, town.folder / "copies")
    assert (told.status, found["healthy"], found["daemon_up"], found["alerts_open"]) == (200, 1, 1, 0)
    assert found['pages_due{section="embedded/today"}'] == status["sections"][0]["due"]
    assert 0 <= found['listing_age_seconds{section="embedded/today"}'] < 300
    assert found[f'requests_today{{host="{host}"}}'] == status["today"]["requests"]
    assert found["archive_bytes"] == status["bytes"]
    assert found["disk_free_bytes"] > 0
    assert 30 <= found["beat_age_seconds"] < 90
    assert 0 <= found["backup_age_seconds"] - (now - copy.made_at).total_seconds() < 60
    assert found["pages_not_answering"] == len(status["suspects"])


def test_an_archive_that_is_not_there(town, tmp_path):
    """It is unhealthy, and said so; nothing is made by looking."""
    settings = settings_of(town).model_copy(update={"archive": tmp_path / "none.db"})
    for path in ("/healthz", "/metrics"):
        told = answer(path, settings, WallClock())
        assert (told.status, json.loads(told.body)["healthy"]) == (503, False)
    assert list(tmp_path.iterdir()) == []


def test_it_is_served_on_loopback(town):
    """While inside, at the address configured, to whoever asks by this machine's own names; afterwards nobody listens there."""

    async def story() -> None:
        port = free_port()
        async with serving(lambda: settings_of(town, f"127.0.0.1:{port}"), WallClock()) as address:
            assert address == ("127.0.0.1", port)
            status, media_type, body = await asked(address, "/healthz?now")
            assert (status, media_type, json.loads(body)["healthy"]) == (200, "application/json", True)
            status, media_type, body = await asked(address, "/metrics", Host="localhost:1")
            assert (status, "jiaxing_today_healthy 1.0\n" in body.decode()) == (200, True)
            assert media_type.startswith("text/plain; version=0.0.4")
            assert (await asked(address, "/"))[0] == 404
            assert (await asked(address, "/healthz", Host="rebound.example"))[0] == 403
            with pytest.raises(CrawlError, match=f"cannot listen at 127.0.0.1:{port}"):
                async with serving(lambda: settings_of(town, f"127.0.0.1:{port}"), WallClock()):
                    pass
        with pytest.raises(ConnectionRefusedError):
            await asked(address, "/healthz")

    asyncio.run(story())


def test_a_client_that_dawdles_keeps_nobody(town):
    """Somebody who connects and says nothing, or hangs up, is no matter of the others', nor of who ends."""
    settings = settings_of(town, f"[::1]:{free_port()}")

    async def story() -> None:
        async with serving(lambda: settings, WallClock()) as address:
            with socket.create_connection(address), socket.create_connection(address) as rude:
                rude.sendall(b"GET /metrics HTTP/1.1\r\nHost: [::1]\r\n\r\n")
                rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                rude.close()
                assert (await asked(address, "/healthz", Host="[::1]"))[0] == 200

    asyncio.run(story())


def test_nothing_is_served_unless_wished(town):
    """Without an address there is none."""

    async def story() -> None:
        async with serving(lambda: settings_of(town), WallClock()) as address:
            assert address is None

    asyncio.run(story())


def test_without_the_extra(town):
    """Where prometheus-client is not installed, /metrics says how to install it, and /healthz answers as ever."""
    program = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        "from pathlib import Path; from config.settings import load\n"
        "from crawler.healthz import answer; from crawler.clock import WallClock\n"
        "settings = load(Path(sys.argv[1]), {}, Path(sys.argv[1]).parent)\n"
        "for path in ('/metrics', '/healthz'):\n    told = answer(path, settings, WallClock())\n"
        "    print(int(told.status), told.body.decode())"
    )
    arguments = [sys.executable, "-c", program, town.folder / "jiaxing-today.toml"]
    said = subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said.startswith(f"501 not installed: {INSTALL}\n")
    assert "\n200 {" in said


def test_settings_that_were_read_again_hold(town):
    """What is answered goes by the settings as they stand, not by those that the daemon began with."""
    held = [settings_of(town, f"127.0.0.1:{free_port()}")]

    async def story() -> None:
        async with serving(lambda: held[0], WallClock()) as address:
            assert (await asked(address, "/healthz"))[0] == 200
            more = held[0].health.model_copy(update={"stop_below_free": 10**18})
            held[0] = held[0].model_copy(update={"health": more})
            assert (await asked(address, "/healthz"))[0] == 503

    asyncio.run(story())
