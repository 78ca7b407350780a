"""A folder to explore, the program that serves it, and a browser that drives it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allnlp.annotation import annotate_collection
from allnlp.explorer.app import create_app
from allnlp.explorer.store import Store

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
AXE = Path(__file__).parent / "axe.min.js"

#: Records that try to be more than text.
HOSTILE = (
    {"id": "bad-1", "title": "<script>window.pwned = 1</script> CRS after tisagenlecleucel", "year": 2020, "journal": "J <b>bold</b>",
     "abstract": '"><img src=x onerror="window.pwned=2"> No ICANS was seen; CRS occurred in 3 of 10 (30%). {{ 7 * 7 }} </main></script>'},
    {"id": "bad-2/../../etc?x=1#y&z", "title": "Identifier with signs: CRS", "year": 2021, "abstract": "Tisagenlecleucel and CRS \u2028 and \U0001f9ec CD19 in na\u00efve e\u0301 patients."},
    {"id": "=cmd|' /C calc'!A0", "title": "=HYPERLINK(\"x\") CRS", "year": 2021, "abstract": "Tisagenlecleucel caused CRS."},
)  # fmt: skip


@pytest.fixture(scope="session")
def explored(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with hostile records, annotated. Tests leave it as it is."""
    place = tmp_path_factory.mktemp("explored")
    (place / "hostile.jsonl").write_text("\n".join(json.dumps(r) for r in HOSTILE), encoding="utf-8")
    annotate_collection([demo, place / "hostile.jsonl"], place / "cart")
    return place / "cart"


@pytest.fixture
def own(explored: Path, tmp_path: Path) -> Path:
    """A copy of the folder to write into."""
    shutil.copytree(explored, tmp_path / "cart")
    return tmp_path / "cart"


@pytest.fixture(scope="session")
def store(explored: Path) -> Iterator[Store]:
    """The folder as pages use it."""
    found = Store(explored, "AB")
    yield found
    found.close()


@pytest.fixture(scope="session")
def client(store: Store) -> Any:
    """Asks for pages without a browser."""
    testclient = pytest.importorskip("starlette.testclient")
    return testclient.TestClient(create_app(store), base_url="http://127.0.0.1:8765")


class Served:
    """The program ``allnlp explore`` on a folder, at a port of its own."""

    def __init__(self, folder: Path) -> None:
        words = [sys.executable, "-c", "from allnlp.cli import main; main()", "explore", str(folder), "--port", "0", "--no-browser", "--reviewer", "AB"]
        with tempfile.TemporaryFile() as said:  # no pipe, which would be full after a few faults
            self.process = subprocess.Popen(words, stderr=said)
            end = time.monotonic() + 60
            while not (found := re.search(rb"http://127\.0\.0\.1:\d+", lines := os.pread(said.fileno(), 1 << 16, 0))):
                assert self.process.poll() is None, lines
                assert time.monotonic() < end, lines
                time.sleep(0.05)
        self.address = found[0].decode()

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        import signal

        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def served(explored: Path) -> Iterator[str]:
    """Address of the explorer of the folder."""
    program = Served(explored)
    yield program.address
    program.stop()


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Served]]:
    """Starts explorers of folders of a test."""
    started: list[Served] = []

    def start(folder: Path) -> Served:
        started.append(Served(folder))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real Chromium; tests that need it are skipped where it is absent."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: apt install chromium chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for word in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1280,900", f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """The browser as a new user has it: light, 1280 by 900, scripts on, nothing stored."""
    look(chromium)
    chromium.get_log("performance")
    chromium.get_log("browser")
    yield chromium
    _dismiss(chromium)  # a page may still have asked a program that was just stopped
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    chromium.get("about:blank")


def _dismiss(driver: Any) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    with contextlib.suppress(NoAlertPresentException):
        driver.switch_to.alert.dismiss()


def look(driver: Any, *, width: int = 1280, height: int = 900, dark: bool = False, scripts: bool = True) -> None:
    """How the browser shows pages from now on."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, {"name": "prefers-reduced-motion", "value": "reduce"}]})
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})


def until(found: Callable[[], Any], what: str, seconds: float = 10) -> Any:
    """What a function finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = found()
        except Exception as error:
            if type(error).__name__ not in ("StaleElementReferenceException", "NoSuchElementException"):
                raise
            value = None
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def requested(driver: Any) -> list[str]:
    """Addresses that the browser asked for since it was asked last."""
    messages = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


def violations(driver: Any) -> list[str]:
    """What axe finds wrong with a page by WCAG 2.2 A and AA, with the first place of each."""
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    found = driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})"
        ".then(r => done(r.violations.map(v => v.id + ' (' + v.nodes.length + '): ' + v.help + ' at ' + v.nodes[0].target + ' ' + (v.nodes[0].failureSummary || ''))));"
    )
    return list(found)


@pytest.fixture(scope="session")
def do() -> SimpleNamespace:
    """What tests do with a browser."""
    return SimpleNamespace(look=look, until=until, requested=requested, violations=violations)
