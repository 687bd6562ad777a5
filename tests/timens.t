#!/usr/bin/env python3
"""Evidence of one boot from two time namespaces belongs together."""
import json

from harness import DAEMON, Servers, clock, daemon, directory, done, equal, ns, ok, records, rfc3339, run, skip, tool

case = directory("case")
servers = Servers({n: clock(3.2) for n in "abc"})
COMMON = ["-o", case, "--poll", "0.2", "--for", "3s"] + servers.all()
outside = daemon(*COMMON)
# in a user namespace of its own: offsets take a privilege that is taken from all tests
inside = run("unshare", "-U", "-r", "-T", "--monotonic", "100000", "--boottime", "250000", DAEMON, *COMMON)
starts = records(case, "start")
if len(starts) < 2 or "timens_monotonic_ns" not in starts[1]["context"]:
    skip("two namespaces", "a time namespace cannot be made here")
    done()
equal((outside.returncode, inside.returncode), (0, 0), "the daemon runs outside and inside of a time namespace")
ok(starts[1]["raw_ns"] - starts[0]["raw_ns"] > 10**14, "whose clocks are a day ahead")
seconds = [ns(r["at"]) for r in records(case, "calibration")]
first = [r for r in records(case) if r["type"] == "stop"][0]
between = (ns(first["at"]) + ns(starts[1]["at"])) // 2


def converted(t):
    return [json.loads(line) for line in tool("convert", "--json", "-e", case, rfc3339(t)).stdout.splitlines()]


middle = converted(between)
equal([c["kind"] for c in middle], ["between"], "what lies between the two processes lies between known readings of one clock")
for t in (seconds[len(seconds) // 4], seconds[-len(seconds) // 4]):
    got = converted(t)
    equal([c["kind"] for c in got], ["inside"], "a time that one of them saw lies inside")
    ok(abs(ns(got[0]["utc"]) - t - 3_200_000_000) < 1_000_000, "and is right", got)
done()
