#!/usr/bin/env python3
"""10,000 malformed replies a second; FLOOD_S= so many seconds of them."""
import os
import re
import socket
import subprocess
import time

from harness import DAEMON, Servers, clock, directory, done, equal, ok, records, run, skip, start, tool

SECONDS = float(os.environ.get("FLOOD_S", "2"))
RATE, BATCH = 10000, 50
good = Servers({"a": clock(0.1), "b": clock(0.1)})
flooding = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flooding.bind(("127.0.0.1", 0))
flooding.settimeout(20)
where = "127.0.0.1:%d" % flooding.getsockname()[1]
case = directory("case")
p = start([DAEMON, "-o", case, "--poll", "0.2", where, *good.all()], stderr=subprocess.DEVNULL)


def resident():
    """Of its own memory, kB; pages of code come and go."""
    with open("/proc/%d/status" % p.pid) as f:
        return int(re.search(r"RssAnon:\s+(\d+)", f.read())[1])


def flood(seconds):
    """From the server's own address to whichever port asked last; how many were sent, and there."""
    sent, asked = 0, flooding.recvfrom(2048)[1]
    flooding.setblocking(False)
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        for _ in range(BATCH if sent < (time.monotonic() - begun) * RATE else 0):
            try:
                flooding.sendto(b"x" * 20, asked)
                sent += 1
            except OSError:  # that port is closed by now
                break
        try:
            asked = flooding.recvfrom(2048)[1]
        except OSError:
            time.sleep(0.001)
    flooding.settimeout(20)
    return sent, asked


def measured():
    return [r for r in records(case, "exchange") if r["fault"] == "none"]


def of_it():
    return [r for r in records(case, "exchange") if r["server"] == where]


warm, _ = flood(1)
early, before = resident(), len(measured())
sent, asked = flood(SECONDS)
late = resident()
sent += warm
ok(p.poll() is None, "a flood does not end it")
ok(len(measured()) > before, "it measures on all the while")
p.terminate()
equal(p.wait(30), 0, "and ends as asked")
its = of_it()
bad = [r["raw_ns"] for r in its if r["fault"] == "length"]
counted = len(bad) + sum(r.get("suppressed", 0) for r in its)
print("# %d sent in %g s, %d recorded, %d told in all; resident %d, then %d kB" % (
    sent, SECONDS + 1, len(bad), counted, early, late))
ok(len(bad) >= 2 and all(b - a >= 999_000_000 for a, b in zip(bad, bad[1:-1])),
   "a fault is recorded at most once a second, but for the last at the end", bad)
ok(sent / 2 < counted <= sent, "and all that came is counted", (sent, counted))
if "asan" in run("ldd", DAEMON).stdout:
    skip("memory does not grow", "a sanitizer keeps what is freed for a while")
else:
    ok(late <= early + 128, "memory does not grow", (early, late))
equal(tool("verify", "--closed", case).returncode, 0, "and the evidence verifies")


def waiting(port):
    """Octets that a socket on loopback has not been asked for; None: there is no such socket."""
    for line in open("/proc/net/udp").read().splitlines()[1:]:
        if line.split()[1].endswith(":%04X" % port):
            return int(line.split()[4].split(":")[1], 16)
    return None


def told():
    return sum((r["fault"] == "length") + r.get("suppressed", 0) for r in of_it())


case = directory("tail")
p = start([DAEMON, "-o", case, "--poll", "60", where], stderr=subprocess.DEVNULL)
flooding.settimeout(0.2)
asked, sent, port, before = None, 0, 0, 0
while not (sent == 100 and waiting(port) == 0) and p.poll() is None:
    try:
        while True:
            asked, sent = flooding.recvfrom(2048)[1], 0  # a new request: what came before is told by its record
            port, before = asked[1], told()
    except OSError:
        pass
    for _ in range(100 if asked and sent == 0 else 0):
        flooding.sendto(b"x" * 20, asked)
        sent += 1
p.terminate()
equal(p.wait(30), 0, "one that is stopped within the second of a flood ends as asked")
equal(told(), before + 100, "and tells all that came in it")
equal([r["exchanges"] for r in records(case, "stop")], [len(of_it())], "and its stop record counts what was recorded")
equal(tool("verify", "--closed", case).returncode, 0, "and that replays, too")
done()
