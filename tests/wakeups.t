#!/usr/bin/env python3
"""Asleep between its readings: what wakes the daemon is counted, not timed."""
import os
import re
import signal
import subprocess

from harness import DAEMON, Servers, clock, directory, done, ok, records, scratch, skip, start, wait_for

servers = Servers({n: clock(0.5, 10) for n in "abc"})
case = directory("traced")
trace = os.path.join(scratch, "trace")
config = os.path.join(scratch, "wakeups.conf")
with open(config, "w") as f:
    f.write("[daemon]\nlog = debug\n" + "".join(
        "[server %s]\naddress = 127.0.0.1\nport = %s\nburst = 0\n" % (n, servers[n].rsplit(":", 1)[1]) for n in "abc"))
p = start(["strace", "-o", trace, DAEMON, "-c", config, "-o", case, "--poll", "1000"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
if not wait_for(lambda: os.path.exists(trace) and re.search(r"^p?poll\(", open(trace).read(), re.M) and len(records(case, "exchange")) >= 3, 15):
    skip("system calls", "strace cannot trace here")
    p.send_signal(signal.SIGTERM)
    done()


def calls():
    return [m.group(1) for m in re.finditer(r"^(\w+)\(", open(trace).read(), re.M)]


def since(mark, name):
    return sum(c == name for c in calls()[mark:])


wait_for(lambda: records(case, "seal"))
mark = len(calls())
wait_for(lambda: since(mark, "adjtimex") + since(mark, "clock_adjtime") >= 12, 30)
seen = calls()[mark:]
while seen.count("adjtimex") + seen.count("clock_adjtime") > 10:
    seen.pop(0)  # what the start still had to do
wakes = sum(c in ("poll", "ppoll") for c in seen)
reads = sum(c in ("adjtimex", "clock_adjtime") for c in seen)
ok(reads >= 9, "the clocks are read", seen)
ok(wakes <= reads + 2, "and nothing else wakes it: %d wakeups, %d readings" % (wakes, reads), seen)
others = len(seen) - wakes - reads - seen.count("pread64")
ok(others <= 4, "a wakeup is one call of poll and adjtimex, and what the vDSO does", seen)
ok(seen.count("pread64") <= reads // 4 + 1, "and at one of four a look at the clocksource", seen)
for pid in open("/proc/%d/task/%d/children" % (p.pid, p.pid)).read().split():
    os.kill(int(pid), signal.SIGTERM)
p.wait(20)

# each is asked a second later, give or take a sixteenth: alone they would go apart
case = directory("together")
config = os.path.join(scratch, "together.conf")
with open(config, "w") as f:
    f.write("".join("[server %s]\naddress = 127.0.0.1\nport = %s\nminpoll = 0\nmaxpoll = 0\nburst = 0\n" % (
        n, servers[n].rsplit(":", 1)[1]) for n in "abc"))
p = start([DAEMON, "-c", config, "-o", case], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wait_for(lambda: len(records(case, "exchange")) >= 45, 40)
p.send_signal(signal.SIGTERM)
p.wait(20)
asked = {n: [r["t1_raw_ns"] for r in records(case, "exchange") if r["server"] == n][:15] for n in "abc"}
apart = sorted(max(t) - min(t) for t in zip(*asked.values()))
ok(len(apart) == 15 and apart[7] < 20000000, "servers of one interval are asked together", asked)
waits = sorted(b - a for t in asked.values() for a, b in zip(t, t[1:]))
ok(waits and waits[0] > 0.93 * 10**9, "and none sooner than its spread allows", waits)
done()
