"""Controls Chromium with the DevTools protocol over a pipe (--remote-debugging-pipe), which needs no port and no library."""

import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

PATIENCE = 30  # the longest time to wait for an answer, in seconds

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-pipe",
)


class Failed(Exception):
    """Chromium did not execute a command."""


def free_descriptor(descriptor):
    """A copy of the descriptor, 10 or higher, because Chromium needs its two ends as 3 and 4."""
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10)
    os.close(descriptor)
    return copy


class Browser:
    """A headless Chromium with a separate profile. It ends with the `with` block."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="droveway-browser-")
        commands, self.write_end = (free_descriptor(end) for end in os.pipe())
        self.read_end, answers = (free_descriptor(end) for end in os.pipe())

        def place():
            os.dup2(commands, 3)
            os.dup2(answers, 4)

        binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if not binary:
            raise Failed("no chromium in PATH: tools/deps.sh browser installs it")
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [binary, *FLAGS, f"--user-data-dir={self.profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, preexec_fn=place, pass_fds=(3, 4),
            start_new_session=True)
        os.close(commands)
        os.close(answers)
        self.buffer, self.last, self.events = b"", 0, []
        return self

    def __exit__(self, *_):
        os.close(self.write_end)  # Chromium exits when its pipe is closed
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # the processes of its session
        except ProcessLookupError:
            pass
        self.process.wait(5)
        os.close(self.read_end)
        shutil.rmtree(self.profile, ignore_errors=True)

    def read(self, until):
        """The next message, or None if there is none before UNTIL (monotonic time)."""
        while b"\0" not in self.buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                return None
            piece = os.read(self.read_end, 1 << 20)
            if not piece:
                self.log.seek(0)
                raise Failed("Chromium ended: " + self.log.read()[-2000:].decode(errors="replace"))
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.last += 1
        command = {"id": self.last, "method": method, "params": params}
        if session:
            command["sessionId"] = session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self.write_end, data):]
        until = time.monotonic() + PATIENCE
        while True:
            message = self.read(until)
            if message is None:
                raise Failed(f"no answer to {method} within {PATIENCE} s")
            if message.get("id") == self.last:
                if "error" in message:
                    raise Failed(f"{method}: {message['error']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def wait_for(self, method, session):
        """The next event METHOD of SESSION, which may have arrived already."""
        until = time.monotonic() + PATIENCE
        seen = 0
        while True:
            for event in self.events[seen:]:
                seen += 1
                if event["method"] == method and event.get("sessionId") == session:
                    return event
            message = self.read(until)
            if message is None:
                raise Failed(f"no {method} within {PATIENCE} s")
            if "method" in message:
                self.events.append(message)


class Page:
    """A page that is opened from a file, with this width and color scheme."""

    def __init__(self, browser, path, width=1280, height=900, scheme="light", script=True, media="", more=()):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits", "DOM", "Accessibility"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        features = [{"name": "prefers-color-scheme", "value": scheme}, *more]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        if not script:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.first_event = len(browser.events)
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        browser.wait_for("Page.loadEventFired", self.session)
        self.script = script

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def run(self, expression):
        """The value of a JavaScript expression. This also works if the page itself may not run scripts."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failed(f"{expression[:80]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def key(self, key, code, text="", modifiers=0):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      modifiers=modifiers, **({"text": text} if text and kind == "keyDown" else {}))

    def tab(self):
        self.key("Tab", 9)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def tree(self):
        """The nodes of the accessibility tree that a screen reader would read: (role, name, node)."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(n["role"]["value"], n.get("name", {}).get("value", ""), n) for n in nodes if not n.get("ignored")]

    def events(self, *methods):
        return [e for e in self.browser.events[self.first_event:]
                if e.get("sessionId") == self.session and e["method"] in methods]

    def complaints(self):
        """The messages of the console, and problems that the browser itself reports."""
        self.run("new Promise(r => requestAnimationFrame(() => setTimeout(r, 0)))" if self.script else "0")
        return [json.dumps(e["params"])[:400] for e in self.events(
            "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Audits.issueAdded")]

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.events("Network.requestWillBeSent")]

    def screenshot(self, whole=True):
        import base64
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"])
