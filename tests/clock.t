#!/usr/bin/env python3
"""A host whose clock somebody steps, or that sleeps, under the real daemon: a preload plays it."""
import json
import os
import re
import signal
import struct
import subprocess
import time

from harness import BUILD, DAEMON, Servers, clock, directory, done, equal, ns, ok, records, rfc3339, scratch, skip, start, \
    tool, wait_for

PRELOAD = os.path.join(BUILD, "tests", "preload_clock.so")
HOURS = 3600 * 10**9
SLACK = 50000000  # ns: kernel stamps tell the true time, so the program's own must do


class Faked:
    """The daemon under a clock of ours, watching servers that tell this machine's true time."""

    def __init__(self, name):
        self.fake = os.path.join(scratch, name + ".fake")
        self.set(0, 0)
        self.case = directory(name)
        self.servers = Servers({n: clock(0) for n in "abc"})
        self.daemon = start([DAEMON, "-o", self.case, "--poll", "0.2"] + self.servers.all(), stderr=subprocess.PIPE,
                            text=True, env=dict(os.environ, LD_PRELOAD=PRELOAD, CLOCK_FAKE=self.fake))
        wait_for(lambda: len(records(self.case, "calibration")) > 4)

    def set(self, step, sleep, slew=0):
        mode = "r+b" if os.path.exists(self.fake) else "wb"
        with open(self.fake, mode) as f:
            f.write(struct.pack("=qqq", step, sleep, slew))
        self.step = step

    def host(self):
        """What the faked clock shows now."""
        return time.time_ns() + self.step

    def wait_event(self):
        return wait_for(lambda: records(self.case, "event"), 5)

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.communicate(timeout=20)[1]


def asked(f, *times):
    got = tool("convert", "--json", "-e", f.case, *[rfc3339(t) for t in times])
    return [json.loads(line) for line in got.stdout.splitlines()]


if not os.path.exists(PRELOAD) or "asan" in subprocess.run(["ldd", DAEMON], capture_output=True, text=True).stdout:
    skip("a clock of our own", "a sanitizer's own preload is in the way")
    done()

for name, size in (("forward", 3 * HOURS), ("back", -3 * HOURS), ("little", 1000000)):
    f = Faked(name)
    before = f.host()
    set_at = time.monotonic()
    f.set(size, 0)
    events = f.wait_event()
    took = time.monotonic() - set_at
    equal([e["event"] for e in events], ["step"], "a step %s is one event" % name)
    ok(events and abs(events[0]["size_ns"] - size) < 2000, "with its size to 2 us", events)
    time.sleep(1.2)
    after = f.host()
    time.sleep(1)
    said = f.stop()
    found = re.search(r"somebody set the clock: ([-+.0-9]+) s", said)
    ok(found and abs(float(found.group(1)) - size / 1e9) < 2e-6, "it is said (%s)" % name, said)
    good = [c for c in records(f.case, "calibration") if c["selected"] and c["seq"] > events[0]["seq"]]
    ok(abs(good[0]["offset_ns"] + size) < SLACK, "the first calibration after it is right at once", good[0]["offset_ns"])
    ok(abs(good[-1]["oscillator_ppm"]) < 200, "and the oscillator's frequency is not bent by it", good[-1]["oscillator_ppm"])
    answers = asked(f, before)
    ok(answers and min(abs(ns(a["utc"]) - before) for a in answers) < SLACK, "a time before it is corrected by the old clock",
       answers)
    answers = asked(f, after)
    ok(answers and min(abs(ns(a["utc"]) - (after - size)) for a in answers) < SLACK,
       "a time after it by the new one", answers)
    if size > 0 and size > 10**9:
        equal([a["kind"] for a in asked(f, before + size // 2)], ["never-shown"], "what it skipped was never shown")
    equal(tool("verify", "--closed", f.case).returncode, 0, "and the evidence verifies")

f = Faked("sleep")
f.set(0, 90 * 10**9)
events = f.wait_event()
equal([(e["event"], round(e["size_ns"] / 1e9)) for e in events], [("suspend", 90)], "a suspend is told from a step")
last = [c for c in records(f.case, "calibration") if c["seq"] > events[0]["seq"]]
ok(wait_for(lambda: [c for c in records(f.case, "calibration") if c["selected"] and c["seq"] > events[0]["seq"]], 10),
   "the servers are measured afresh after it")
ok("the host slept for 90.0" in f.stop(), "and it is said")
done()
