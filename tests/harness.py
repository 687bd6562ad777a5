"""What the scenario tests share: servers on loopback, the real programs, TAP.

Nothing here may set a clock: all programs are started without CAP_SYS_TIME. All traffic
stays on loopback.
"""
import atexit
import calendar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
BUILD = os.path.join(TOP, os.environ.get("BUILD", "build"))
DAEMON = os.path.join(BUILD, "clockwitnessd")
TOOL = os.path.join(BUILD, "clockwitness")
MAKE_EVIDENCE = os.path.join(BUILD, "tests", "prog_make_evidence")
# and none outlives a test, however that ends
SAFE = ["setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time", "--pdeathsig", "KILL"]

scratch = tempfile.mkdtemp(prefix="clockwitness-test-")
atexit.register(shutil.rmtree, scratch, ignore_errors=True)

_count = 0
_failed = 0
_running = []


@atexit.register
def _end_all():
    for p in _running:
        if p.poll() is None:
            p.kill()


def ok(good, sentence, detail=""):
    """One test: a sentence that holds or does not."""
    global _count, _failed
    _count += 1
    print("%sok %d - %s" % ("" if good else "not ", _count, sentence))
    if not good:
        _failed += 1
        for line in str(detail).splitlines()[:40]:
            print("# " + line)
    sys.stdout.flush()
    return good


def equal(got, want, sentence):
    return ok(got == want, sentence, "got  %r\nwant %r" % (got, want))


def holds(part, whole, sentence):
    return ok(part in whole, sentence, "no %r in:\n%s" % (part, whole))


def skip(sentence, reason):
    global _count
    _count += 1
    print("ok %d - %s # SKIP %s" % (_count, sentence, reason))


def done():
    print("1..%d" % _count)
    sys.exit(1 if _failed else 0)


def directory(name):
    path = os.path.join(scratch, name)
    os.makedirs(path, exist_ok=True)
    return path


def write(name, text):
    path = os.path.join(scratch, name)
    with open(path, "wb" if isinstance(text, bytes) else "w") as f:
        f.write(text)
    return path


def start(command, **more):
    p = subprocess.Popen(SAFE + command, **more)
    _running.append(p)
    return p


class Servers:
    """ntpsim with these servers: name -> dict as in its scenario; port 0 is any free one."""

    def __init__(self, servers, log=False, **scenario):
        specs = []
        for name, spec in servers.items():
            spec = dict({"name": name, "address": "127.0.0.1", "port": 0}, **spec)
            specs.append(spec)
        self.log = os.path.join(scratch, "truth-%d.tsv" % time.monotonic_ns()) if log else None
        path = write("scenario-%d.json" % time.monotonic_ns(),
                     json.dumps(dict({"seed": 1, "servers": specs}, **scenario)))
        command = [sys.executable, os.path.join(HERE, "ntpsim.py"), path, "--stdin"]
        if self.log:
            command += ["--log", self.log]
        self.process = start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        assert ready.startswith("READY "), ready
        self.where = {}
        for name, (host, port) in json.loads(ready[6:]).items():
            self.where[name] = ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)

    def __getitem__(self, name):
        return self.where[name]

    def all(self):
        return list(self.where.values())

    def set(self, name, key, value):
        self.process.stdin.write("set %s %s %s\n" % (name, key, json.dumps(value)))
        self.process.stdin.flush()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stdin.close()
        self.process.wait(10)

    def begun(self):
        """The host's time at the start, ns: clocks with a rate are right there."""
        with open(self.log) as f:
            seconds, fraction = f.readline().split()[1].split(".")
        return int(seconds) * 10**9 + int(fraction)


def clock(offset=0.0, ppm=0.0, **more):
    """A server whose clock is so far ahead of this host's."""
    spec = {"clock": {"offset": offset, "freq_ppm": ppm}, "net": {"up": 0.0003, "down": 0.0003}}
    spec.update(more)
    return spec


def run(*command, timeout=60, **more):
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    more.setdefault("stdin", subprocess.DEVNULL if "input" not in more else None)
    if "input" in more:
        del more["stdin"]
    return subprocess.run(SAFE + list(command), text=True, timeout=timeout, **more)


def daemon(*args, **more):
    return run(DAEMON, *args, **more)


def configure(name, servers, evidence, **keys):
    """A configuration for these servers; keys of [daemon] with _ for -."""
    text = "[daemon]\nevidence = %s\nsyslog = no\nstatus = none\n" % evidence
    for key, value in keys.items():
        text = re.sub("^%s = .*\n" % key, "", text, flags=re.M) + "%s = %s\n" % (key.replace("_", "-"), value)
    for i, where in enumerate(servers.all()):
        text += "[server s%d]\naddress = 127.0.0.1\nport = %s\n" % (i, where.rsplit(":", 1)[1])
    return write(name + ".conf", text)


def ask(path):
    """The daemon's answer at its status socket; None: it does not answer."""
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(path)
            s.settimeout(10)
            s.sendall(b"status\n")
            text = b""
            while not text.endswith(b"\n"):
                got = s.recv(65536)
                if not got:
                    return None
                text += got
        except OSError:
            return None
    return json.loads(text)


def tool(*args, **more):
    return run(TOOL, *args, **more)


def evidence_files(path):
    return sorted(os.path.join(path, n) for n in os.listdir(path) if n.endswith(".jsonl"))


def records(path, kind=None):
    """All records of a file or directory."""
    found = []
    for name in evidence_files(path) if os.path.isdir(path) else [path]:
        with open(name, "rb") as f:
            for line in f:
                if not line.endswith(b"\n"):
                    break  # still being written; what comes of it is no line of its own
                found.append(json.loads(line))
    return [r for r in found if kind is None or r["type"] == kind]


def wait_for(what, seconds=20):
    """Until what() is true; what it says then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.02)
    return what()


def ns(text):
    """RFC 3339 with nine digits and Z -> ns since 1970."""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(text[20:29])


def rfc3339(t, digits=9):
    s, fraction = divmod(t, 10**9)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(s)) + "." + ("%09d" % fraction)[:digits] + "Z"
