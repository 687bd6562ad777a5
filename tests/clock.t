#!/usr/bin/env python3
"""A host whose clock somebody steps, or that sleeps, under the real daemon: a preload plays it."""
import hashlib
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import time

from harness import BUILD, DAEMON, Servers, clock, directory, done, equal, holds, ns, ok, records, rfc3339, run, scratch, \
    skip, start, tool, wait_for, write

PRELOAD = os.path.join(BUILD, "tests", "preload_clock.so")
HOURS = 3600 * 10**9
SLACK = 50000000  # ns: kernel stamps tell the true time, so the program's own must do
STA_INS = 16


class Faked:
    """The daemon under a clock of ours, watching servers that tell this machine's true time."""

    def __init__(self, name, before=(), lacks="", **clock_at_start):
        self.fake = os.path.join(scratch, name + ".fake")
        self.now = dict(step=0, sleep=0, since=0, turn=0, later=0, origin=0, gained=0, slew=0, status=64, tick=10000)
        open(self.fake, "wb").close()
        self.set(**clock_at_start)
        self.case = directory(name)
        self.servers = Servers({n: clock(0) for n in "abc"})
        self.daemon = start([*before, DAEMON, "-o", self.case, "--poll", "0.2"] + self.servers.all(), stderr=subprocess.PIPE,
                            text=True, env=dict(os.environ, LD_PRELOAD=PRELOAD, CLOCK_FAKE=self.fake, CLOCK_LACKS=lacks))
        wait_for(lambda: len(records(self.case, "calibration")) > 4)

    def write(self):
        with open(self.fake, "r+b") as f:
            f.write(struct.pack("=10q", *self.now.values()))

    def set(self, **what):
        """Changes numbers of tests/preload_clock.c; a slew in ppm begins where the one before ended."""
        self.now["turn"] += 1
        self.write()
        if "slew" in what:
            raw = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
            self.now["gained"] += self.now["slew"] * (raw - self.now["origin"]) // 65536000000
            self.now["origin"] = raw
            what["slew"] = int(what["slew"] * 65536)
        self.now.update(what)
        self.now["turn"] += 1
        self.write()

    def host(self):
        """What the faked clock shows now."""
        n = self.now
        raw = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
        return (time.time_ns() + n["step"] + n["sleep"] + n["later"] + n["gained"] +
                n["slew"] * (raw - n["origin"]) // 65536000000)

    def events(self, kind=None):
        """Which time daemons run on this machine is its own affair."""
        return [e for e in records(self.case, "event") if e["event"] == kind or (kind is None and e["event"] != "daemon")]

    def wait_event(self, kind=None):
        return wait_for(lambda: self.events(kind), 8)

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
    f.set(step=size)
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
f.set(sleep=90 * 10**9)
events = f.wait_event()
equal([(e["event"], round(e["size_ns"] / 1e9)) for e in events], [("suspend", 90)], "a suspend is told from a step")
last = [c for c in records(f.case, "calibration") if c["seq"] > events[0]["seq"]]
ok(wait_for(lambda: [c for c in records(f.case, "calibration") if c["selected"] and c["seq"] > events[0]["seq"]], 10),
   "the servers are measured afresh after it")
ok("the host slept for 90.0" in f.stop(), "and it is said")

f = Faked("slewed")
time.sleep(4.2)
f.set(slew=500)
slews = f.wait_event("slew")
ok(slews and abs(slews[0]["size_ppm"] - 500) < 1 and abs(slews[0]["rate_after_ppm"] - slews[0]["rate_before_ppm"] - 500) < 1,
   "a rate that somebody sets is an event, with its size", slews)
ok(slews and slews[0].get("freq_ppm") == 500, "and what adjtimex says of it", slews)
placed = slews[0]["knot_raw_ns"] - f.now["origin"] if slews else None
ok(slews and "slew_limit_ppm" not in slews[0] and abs(placed) < 50000000, "placed where the lines cross", placed)
time.sleep(3)
known = [r for r in records(f.case) if "at" in r and r["raw_ns"] > f.now["origin"]]
off = [ns(r["at"]) - r["raw_ns"] - (ns(slews[0]["knot"]) - slews[0]["knot_raw_ns"]) -
       500e-6 * (r["raw_ns"] - f.now["origin"]) for r in known] if slews else [1e9]
ok(off and max(map(abs, off)) < 5000, "and the path through it is right to microseconds", max(map(abs, off)))
count = len(records(f.case, "clock"))
f.set(slew=0)
ok(wait_for(lambda: len(f.events("slew")) == 2, 8) and abs(f.events("slew")[1]["size_ppm"] + 500) < 1, "so is its end",
   f.events())
ok((len(records(f.case, "clock")), len(f.events())) == (count, 2), "and neither needs a record beside the event", f.events())
f.set(status=64 + STA_INS)
ok(wait_for(lambda: [r for r in records(f.case, "clock") if r.get("status") == 64 + STA_INS]), "a pending leap second is known")
f.set(step=86400 * 10**9 - (f.host() + 2 * 10**9) % (86400 * 10**9) + f.now["step"])
ok(f.wait_event("step"), "a clock set to two seconds before midnight is a step")
time.sleep(2.2)
f.set(step=f.now["step"] - 10**9)
leaps = f.wait_event("leap")
ok(leaps and abs(leaps[0]["size_ns"] + 10**9) < 2000, "a second taken back at midnight, as told, is a leap second", f.events())
ok(re.search(r"leap second: the clock was set by -(1.000000|0.999999)", f.stop()), "and is said to be one")
equal(tool("verify", "--closed", f.case).returncode, 0, "and the evidence verifies")

lacking = Faked("lacking", lacks="boot,adjtimex,cancel,raw")
begun = records(lacking.case, "start")[0]
equal([what for what in ("CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME", "TFD_TIMER_CANCEL_ON_SET", "adjtimex")
       if what + ": " not in begun["unwatched"]], [], "a clock that is missing is named in the start record")
ok("boot_ns" not in begun and "freq_ppm" not in begun and begun["raw_ns"] > 0, "with nothing in its place", begun)
lacking.set(step=5 * 10**9)
events = lacking.wait_event()
ok(events and events[0]["event"] == "step" and abs(events[0]["size_ns"] - 5 * 10**9) < 2000,
   "and a step is still seen", events)
said = lacking.stop()
ok("the watch goes without CLOCK_BOOTTIME: Invalid argument" in said, "and it is said", said)
equal(tool("verify", "--closed", lacking.case).returncode, 0, "with evidence that verifies")

DEVICE = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
if os.getuid() == 0 and run("unshare", "-m", "true").returncode == 0 and os.path.exists(DEVICE):
    device = write("device", "tsc\n")
    zone = write("zone", open("/usr/share/zoneinfo/Europe/Berlin", "rb").read())
    program = os.path.join(scratch, "chronyd")
    shutil.copy(shutil.which("sleep"), program)
    inner = "mount --make-rprivate / && mount --bind %s %s && mount --bind %s /etc/localtime && exec \"$@\"" % (device, DEVICE, zone)
    f = Faked("beside", before=["unshare", "-m", "sh", "-c", inner, "sh"])
    equal(records(f.case, "start")[0]["clocksource"], "tsc", "the kernel's device is in the start record")
    write("device", "hpet\n")
    events = f.wait_event("clocksource")
    equal([(e["was"], e["now"]) for e in events], [("tsc", "hpet")], "another one is an event")
    ok(wait_for(lambda: [c for c in records(f.case, "calibration") if c["selected"] and c["seq"] > events[0]["seq"]]),
       "and all is measured afresh")
    other = start([program, "600"])
    write("zone", open("/usr/share/zoneinfo/America/New_York", "rb").read())
    f.set(later=70 * 10**9, step=-70 * 10**9)
    zones = f.wait_event("timezone")
    digest = hashlib.sha256(open(zone, "rb").read()).hexdigest()
    ok(zones and zones[0]["localtime_sha256"] == digest and zones[0]["utc_offset_s"] in (-18000, -14400),
       "another local time is an event, with its digest and offset", f.events())
    named = "chrony %d" % other.pid
    daemons = f.wait_event("daemon")
    ok(daemons and named not in daemons[0]["was"] and named in daemons[0]["now"],
       "another time daemon is noticed when somebody touches the clock", daemons)
    other.kill()
    other.wait()
    f.set(later=140 * 10**9, step=-140 * 10**9)
    ok(wait_for(lambda: [e for e in f.events("daemon") if named in e["was"] and named not in e["now"]], 8), "and its end",
       f.events("daemon"))
    said = f.stop()
    for words in ("the kernel counts by hpet, before by tsc", "other time daemons: chrony", "the rules of local time"):
        holds(words, said, "it is said: %s" % words.split(",")[0])
    equal(tool("verify", "--closed", f.case).returncode, 0, "with evidence that verifies")
else:
    skip("what stands beside the clock", "no mount namespace can be made here")
done()
