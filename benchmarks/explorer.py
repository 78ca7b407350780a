"""How quick the explorer is in a real browser on a large folder, and how much memory it takes.

    python benchmarks/explorer.py FOLDER [--mentions 1000000] [--rounds 5] [--pause 20]

The folder is replicated until it has so many mentions (questions.py says how). Each round is a new browser: the first page is measured from the
request to the end of its load; a filter, a search and the heat map from the click or the last letter until the answer stands in the document,
and until it is painted (the second frame after). A pause is made before, so that the folder is read. Needs Debian's chromium and chromium-driver, and selenium.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from questions import replicate

CONCEPTS = ("therapy", "toxicity", "disease")
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--window-size=1280,900",
)  # fmt: skip

#: Acts, and waits until a test holds; gives milliseconds until then, and until the second frame after it.
_TIMED = """
const [act, test, done] = [arguments[0], arguments[1], arguments[arguments.length - 1]];
const holds = new Function('return ' + test);
const start = performance.now();
const watch = new MutationObserver(() => {
  if (!holds()) return;
  watch.disconnect();
  const stands = performance.now() - start;
  requestAnimationFrame(() => requestAnimationFrame(() => done([stands, performance.now() - start])));
});
watch.observe(document, {childList: true, subtree: true, characterData: true});
new Function(act)();
"""


def browser() -> Any:
    """A browser without any history."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in (*_OPTIONS, f"--user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(word)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_script_timeout(20)
    return driver


def opened(driver: Any, address: str) -> float:
    """Milliseconds from the request of a page to the end of its load."""
    driver.get(address)
    return float(driver.execute_script("const n = performance.getEntriesByType('navigation')[0]; return n.loadEventEnd - n.startTime"))


def timed(driver: Any, act: str, test: str) -> tuple[float, float]:
    """Milliseconds from an act until its answer stands in the document, and until it is painted."""
    stands, painted = driver.execute_async_script(_TIMED, act, test)
    return float(stands), float(painted)


def pace() -> float:
    """Seconds for ten million additions in Python: how quick this machine is now."""
    start, total = time.perf_counter(), 0
    for i in range(10_000_000):
        total += i
    return time.perf_counter() - start


def count(driver: Any) -> str:
    """Documents that the page says it shows."""
    return str(driver.execute_script("return document.querySelector('.bar .count b').textContent"))


_COUNT = "document.querySelector('.bar .count b').textContent"


#: Words to look for in the text; each round takes others, and other filters, since an answer is kept.
_SOUGHT = ('"overall survival"', "fever", "remission", "graft*", '"cytokine release syndrome"', "relapse*", "marrow", '"median follow-up"', "infection", "children")


def one_round(address: str, times: dict[str, list[float]], number: int) -> None:
    """Measure everything once."""
    driver = browser()

    def measured(name: str, value: float | tuple[float, float]) -> None:
        if isinstance(value, float):
            times.setdefault(name, []).append(value)
        else:
            times.setdefault(name, []).append(value[0])
            times.setdefault(f"{name}, painted", []).append(value[1])

    try:
        measured("overview, first page", opened(driver, f"{address}overview"))
        measured("documents, first page", opened(driver, f"{address}documents"))
        for label in CONCEPTS:
            before = count(driver)
            choice = f"document.querySelectorAll('#box-{label} li:not(.set) input')[{number % 7}]"
            measured("filter by a concept", timed(driver, f"{choice}.click()", f"{_COUNT} !== '{before}'"))
        before = count(driver)
        measured("take a filter away", timed(driver, "document.querySelector('.chips a').click()", f"{_COUNT} !== '{before}'"))
        opened(driver, f"{address}documents")
        sought = [f"text:{_SOUGHT[i % len(_SOUGHT)]}" for i in (2 * number, 2 * number + 1)]
        for words in ("CRS", *sought, "tisagenlecleucel NOT negated CRS"):
            before = count(driver)
            act = f"const q = document.getElementById('q'); q.value = {json.dumps(words)}; q.form.requestSubmit()"
            measured("search, words of the text" if "text:" in words else "search, names", timed(driver, act, f"{_COUNT} !== '{before}'"))
            opened(driver, f"{address}documents")
        opened(driver, f"{address}documents")
        link = "document.querySelector(\".top nav a[href^='/cooccurrence']\")"
        measured("heat map, first", timed(driver, f"{link}.click()", "document.querySelector('table.heat td a') !== null"))
        before = count(driver)
        measured("heat map, after a filter", timed(driver, f"document.querySelectorAll('#box-disease li:not(.set) input')[{number % 7}].click()", f"{_COUNT} !== '{before}'"))
        measured("sentences of a cell", timed(driver, "document.querySelector('table.heat td a').click()", "document.getElementById('drawer') !== null"))
        measured("trends", opened(driver, f"{address}trends"))
        measured("network", opened(driver, f"{address}network"))
        measured("findings", opened(driver, f"{address}findings"))
        measured("evidence table", opened(driver, f"{address}evidence-table"))
    finally:
        driver.quit()


def memory(process: int, field: str) -> float:
    """Memory of a process, MB."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    assert found
    return int(found[1]) / 1024


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mentions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pause", type=float, default=20, help="seconds before the first round, in which the folder is read")
    asked = parser.parse_args()
    rows = json.loads((asked.folder / "manifest.json").read_text(encoding="utf-8"))["tables"]["mentions"]["rows"]
    with tempfile.TemporaryDirectory() as work:
        folder = asked.folder
        times = -(-asked.mentions // rows)
        if times > 1:
            folder = Path(work) / "large"
            replicate(asked.folder, folder, times)
        tables = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["tables"]
        print(f"{tables['documents']['rows']:,} documents, {tables['mentions']['rows']:,} mentions, {tables['findings']['rows']:,} findings")
        start = time.perf_counter()
        words = [sys.executable, "-c", "from allnlp.cli import main; main()", "explore", str(folder), "--no-browser", "--port", "0"]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as program:
            assert program.stderr is not None
            found = re.search(r"http://\S+/", program.stderr.readline())
            assert found
            print(f"answers after {time.perf_counter() - start:.1f} s")
            driver = browser()
            opened(driver, f"{found[0]}documents")
            driver.quit()
            print(f"first page seen after {time.perf_counter() - start:.1f} s, with the start of the browser")
            time.sleep(asked.pause)
            measured: dict[str, list[float]] = {}
            paces = []
            for number in range(asked.rounds):
                paces.append(pace())
                one_round(found[0], measured, number)
            print(f"ten million additions in Python take {statistics.median(paces):.2f} s here, {min(paces):.2f} to {max(paces):.2f}")
            for name, values in measured.items():
                print(f"{name:36} median {statistics.median(values):6.0f} ms   least {min(values):6.0f}   most {max(values):6.0f}   first {values[0]:6.0f}   ({len(values)})")
            print(f"memory of the program {memory(program.pid, 'VmRSS'):,.0f} MB, at most {memory(program.pid, 'VmHWM'):,.0f} MB")
            program.terminate()


if __name__ == "__main__":
    main()
