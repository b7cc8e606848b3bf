"""Headless Chromium, spoken to through pipes: what a page looks like, loads and says.

The DevTools protocol: messages that end in a zero byte, on file descriptors 3 and 4. No port is
opened, and nothing beside Chromium is needed.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
_DOMAINS = ("Page", "Runtime", "Log", "Network", "DOM", "CSS", "Accessibility")


def _free(descriptor: int) -> int:
    """The same pipe under a number beyond 3 and 4, to be inherited."""
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10)
    os.close(descriptor)
    os.set_inheritable(high, True)
    return high


class Browser:
    """A browser with one page. events: what it has reported since the page was opened."""

    def __init__(self) -> None:
        assert CHROMIUM is not None
        self.events: list[dict[str, Any]] = []
        self._count = 0
        self._rest = b""
        self._session = ""
        self._profile = tempfile.TemporaryDirectory(
            prefix="derive-chromium-", ignore_cleanup_errors=True
        )
        its_input, self._write = os.pipe()
        self._read, its_output = os.pipe()
        its_input, its_output = _free(its_input), _free(its_output)
        command = [
            CHROMIUM, "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu",
            f"--user-data-dir={self._profile.name}", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "about:blank",
        ]  # fmt: skip
        shell = f'exec 3<&{its_input} 4>&{its_output}; exec "$@"'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", shell, "chromium", *command], pass_fds=(its_input, its_output),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(its_input)
        os.close(its_output)
        targets = self.send("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        attached = self.send("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        for domain in _DOMAINS:
            self.send(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command, and its result."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        while True:
            answer = self._message()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._read, 1 << 20)
            assert more, "Chromium has ended"
            self._rest += more
        first, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        return message

    def open(self, file: Path, width: int, *, dark: bool = False, medium: str = "") -> None:
        """Show a file in a window of some width, or as it is printed (medium: print)."""
        self.events.clear()
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
            mobile=False,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", media=medium, features=[scheme])
        self.send("Page.navigate", url=file.absolute().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._message())
        self.run("document.fonts.ready.then(() => 0)")

    def run(self, script: str) -> Any:
        """The value of an expression of JavaScript; of a promise, what it comes to."""
        result = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def reported(self, *methods: str) -> list[dict[str, Any]]:
        """The parameters of such events."""
        return [event["params"] for event in self.events if event.get("method") in methods]

    def picture(self, file: Path) -> None:
        """What is to be seen, as a PNG."""
        shot = self.send("Page.captureScreenshot")
        file.write_bytes(base64.b64decode(shot["data"]))
