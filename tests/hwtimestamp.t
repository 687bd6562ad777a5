#!/usr/bin/env python3
"""Stamps of a network interface: a preload plays one on lo that stamps 30 us before the kernel, and sends 20 us after it."""
import os
import signal
import subprocess

from harness import BUILD, DAEMON, Servers, clock, directory, done, equal, holds, ok, records, run, skip, start, tool, wait_for, \
    write

PRELOAD = os.path.join(BUILD, "tests", "preload_phc.so")
SOONER = 50000  # ns: by so much the round trip is shorter by the interface's stamps

servers = Servers({"four": clock(1.5)})


class Watching:
    def __init__(self, name, like, interface="lo", where=None, preload=True, enough=30):
        host, port = (where or servers["four"]).rsplit(":", 1)
        conf = write(name + ".conf", "[daemon]\nhwtimestamp = %s\n[server a]\naddress = %s\nport = %s\n" % (
            interface, host.strip("[]"), port))
        self.case = directory(name)
        env = dict(os.environ, LD_PRELOAD=PRELOAD, PHC=like) if preload else None
        p = start([DAEMON, "-c", conf, "-o", self.case, "--poll", "0.05"], stderr=subprocess.PIPE, text=True, env=env)
        wait_for(lambda: len(self.good()) > enough)
        p.send_signal(signal.SIGTERM)
        self.said = p.communicate(timeout=20)[1]
        self.begun = records(self.case, "start")[0]["hwtimestamp"]
        self.stamps = {(r["t1_stamp"], r["t4_stamp"]) for r in self.good()[1:]}

    def good(self):
        return [r for r in records(self.case, "exchange") if r["fault"] == "none"]

    def delay(self):
        """The least: what the machine's load has not lengthened."""
        return min(r["delay_ns"] for r in self.good())


w = Watching("none", "", preload=False)
holds("no hardware stamps of lo: it has no clock of its own; the kernel's serve", w.said,
      "an interface without a clock of its own is named")
equal(w.begun, "lo: it has no clock of its own", "also in the start record")
equal(w.stamps, {("kernel", "kernel")}, "and the kernel's stamps serve")
kernel = w.delay()
w = Watching("nowhere", "", interface="nowhere0", preload=False, enough=0)
equal(w.begun, "nowhere0: there is no such interface", "so is one that does not exist")

if "asan" in run("ldd", DAEMON).stdout:
    skip("an interface that stamps", "a sanitizer's own preload is in the way")
    done()

for like in ("on", "blind", "old"):
    w = Watching(like, like)
    equal(w.begun, "lo", "an interface that stamps is used (%s)" % like)
    equal(w.stamps, {("hardware", "hardware")}, "at both ends")
    ok(abs(kernel - w.delay() - SOONER) < SOONER / 2, "its stamps take 50 us from the delay",
       "kernel %d, hardware %d" % (kernel, w.delay()))
    # 20 us later at one end, 30 us earlier at the other: 5 us of offset; load does more than that to single ones
    best = min(w.good(), key=lambda r: r["delay_ns"])
    ok(abs(best["offset_ns"] - 1500000000) < 40000, "and put the offset where it is, whatever their clock counts", best)
    apart = [(r["t4"], r["t4_raw_ns"]) for r in w.good() if r["t4_read_ns"] <= max(r["read_ns"], 1)]
    equal(apart, [], "the interface's own reading is in their half-width")
    equal(tool("verify", "--closed", w.case).returncode, 0, "the evidence verifies")

w = Watching("late", "late")
equal(w.stamps, {("hardware", "hardware")}, "a stamp that comes only with the reply is not lost")
w = Watching("off", "off")
equal(w.begun, "lo: its stamping is switched off; 'hwstamp_ctl -i lo -t 1 -r 1' switches it on",
      "where stamping is off, it stays off, and what would help is said")
equal(w.stamps, {("kernel", "kernel")}, "and the kernel's stamps serve")
w = Watching("elsewhere", "elsewhere")
equal((w.begun, w.stamps), ("lo", {("kernel", "kernel")}), "packets that passed through another interface have the kernel's")

try:
    six = Servers({"six": clock(1.5, address="::1")})
    w = Watching("six", "on", where=six["six"])
    equal(w.stamps, {("hardware", "hardware")}, "IPv6 has them as well")
except AssertionError:
    skip("IPv6", "the kernel has none")
done()
