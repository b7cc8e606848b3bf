"""How long a change of a slider takes on the page to play with, until it is on the screen."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median

import derive
from tests.browser import CHROMIUM, Browser

_FRAME = 16.0  # milliseconds
# Moves a slider in a frame; milliseconds until all is laid out, and until it is painted.
_MOVE = """(async () => {
  const slider = document.querySelector('[data-leaf="%d"] input[type="range"]');
  const times = [];
  for (let turn = 0; turn < %d; turn += 1) {
    times.push(await new Promise((done) => requestAnimationFrame(() => {
      const start = performance.now();
      const share = ((turn * 37) %% 100) / 100;
      slider.value = String(Number(slider.min) + (slider.max - slider.min) * share);
      %s;
      document.documentElement.getBoundingClientRect();
      const laid = performance.now() - start;
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done([laid, performance.now() - start]);
      channel.port2.postMessage(0);
    })));
  }
  return JSON.stringify(times);
})()"""

_SLIDE = 'slider.dispatchEvent(new Event("input", {bubbles: true}))'
_WORD = "document.getElementById('explore-place').textContent = String(turn)"


def main() -> None:
    if CHROMIUM is None:
        print("Page to play with: Chromium is not there")
        return
    tanh, out = derive.Dense(8, "tanh"), derive.Dense(3, "softmax")
    network = derive.Network(inputs=4, layers=[tanh, tanh, out], loss="cross_entropy")
    print("Page to play with, 4-8-8-3: milliseconds from a slider to the screen")
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        page = Path(folder) / "page.html"
        page.write_text(derive.render(network, "html", parts=["explore"]), encoding="utf-8")
        browser.open(page, 1280)
        lists = "document.querySelectorAll('#explore details').forEach((e) => { e.open = true; })"
        for name, script, what in (
            ("one word changed", "0", _WORD),  # what a frame of this browser costs anyway
            ("as it opens", "0", _SLIDE),
            ("with every list open", lists, _SLIDE),
        ):
            browser.run(script)
            browser.run(_MOVE % (4, 10, what))
            laid, painted = zip(*json.loads(browser.run(_MOVE % (4, 60, what))), strict=True)
            print(
                f"  {name:24}laid out {median(laid):5.1f} (worst {max(laid):.1f}), "
                f"painted {median(painted):5.1f}; a frame is {_FRAME:g}"
            )


if __name__ == "__main__":
    main()
