#!/usr/bin/env python3
"""10,000 malformed replies a second; FLOOD_S= so many seconds of them."""
import os
import re
import socket
import subprocess
import time

from harness import DAEMON, Servers, clock, directory, done, equal, ok, records, start, tool

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
    with open("/proc/%d/status" % p.pid) as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])


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
late, after = resident(), time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
sent += warm
ok(p.poll() is None, "a flood does not end it")
ok(len(measured()) > before, "it measures on all the while")
while of_it()[-1]["raw_ns"] < after + 10**6 and p.poll() is None:
    time.sleep(0.5)  # the next record tells what was not recorded before it
    flooding.sendto(b"x" * 20, asked)
    sent += 1
p.terminate()
equal(p.wait(30), 0, "and ends as asked")
its = of_it()
bad = [r["raw_ns"] for r in its if r["fault"] == "length"]
told = len(bad) + sum(r.get("suppressed", 0) for r in its)
print("# %d sent in %g s, %d recorded, %d told in all; resident %d, then %d kB" % (
    sent, SECONDS + 1, len(bad), told, early, late))
ok(len(bad) >= 2 and all(b - a >= 999_000_000 for a, b in zip(bad, bad[1:])), "a fault is recorded at most once a second", bad)
ok(sent / 2 < told <= sent, "and all that came is counted", (sent, told))
ok(late <= early + 512, "memory does not grow", (early, late))
equal(tool("verify", "--closed", case).returncode, 0, "and the evidence verifies")
done()
