"""Pictures of every screen of the explorer, and the three of the README.

    python docs/screenshots.py [--folder FOLDER] [--out DIR]

Without --out the three of the README are written to docs/pictures, from the demo (``make demo``). With --out every screen is drawn, light and dark,
1280 and 390 pixels wide. Needs Debian's chromium and chromium-driver, and selenium.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CRS, CART = "toxicity:mesh:D000080424", "therapy:ncit:C126102"
SCREENS = {
    "overview": "/overview",
    "documents": f"/documents?mentioning={CRS}",
    "document": "/document?id={doc}&m=3",
    "cooccurrence": "/cooccurrence?rows=therapy&cols=toxicity",
    "sentences": "/cooccurrence?rows=therapy&cols=toxicity&{cell}",
    "network": "/network",
    "trends": "/trends",
    "findings": "/findings",
    "forest": "/findings?concept=toxicity:CRS&pool=1",
    "evidence-table": "/evidence-table",
    "concept": "/concept?id=mesh:D000080424&label=toxicity",
    "concepts": "/concepts?label=toxicity",
    "compare": "/compare",
    "check": "/check?label=TOXICITY",
    "evidence": f"/evidence?c={CRS}",
    "nothing": "/documents?q=nonsense:(",
}
README = ("documents", "sentences", "forest")


def browser(width: int, height: int, *, dark: bool) -> Any:
    """A browser that shows pages so."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--hide-scrollbars", f"--user-data-dir={tempfile.mkdtemp()}",
    ):  # fmt: skip
        options.add_argument(word)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    return driver


def filled(driver: Any, address: str, path: str) -> str:
    """The address of a screen with a document, or a cell, of this folder."""
    if "{doc}" in path:
        driver.get(f"{address}/documents?mentioning={CRS}&sort=matches")
        doc = re.search(r"[?&]id=([^&]+)", driver.find_element("css selector", ".card h2 a").get_attribute("href"))
        assert doc
        return path.format(doc=doc[1])
    if "{cell}" in path:
        driver.get(f"{address}{path.partition('&{')[0]}")
        href = driver.find_element("css selector", "table.heat td a").get_attribute("href")
        return path.format(cell="&".join(re.findall(r"\bc=[^&#]+", href)))
    return path


def main() -> None:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("demo"))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    wanted = README if asked.out is None else tuple(SCREENS)
    out = Path(__file__).parent / "pictures" if asked.out is None else asked.out
    out.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-c", "from allnlp.cli import main; main()", "explore", str(asked.folder), "--no-browser", "--port", "0", "--reviewer", "AB"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", program.stderr.readline())
        assert found
        looks = [(1280, 960, False)] if asked.out is None else [(w, h, dark) for w, h in ((1280, 900), (390, 844)) for dark in (False, True)]
        for width, height, dark in looks:
            driver = browser(width, height, dark=dark)
            for name in wanted:
                driver.get(found[0] + filled(driver, found[0], SCREENS[name]))
                time.sleep(0.4)  # the drawer slides in, the network draws itself
                suffix = "" if asked.out is None else f"-{width}{'-dark' if dark else ''}"
                driver.save_screenshot(str(out / f"{name}{suffix}.png"))
            driver.quit()
        program.terminate()


if __name__ == "__main__":
    main()
