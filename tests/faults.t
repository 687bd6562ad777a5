#!/usr/bin/env python3
"""Every refused reply is recorded with its fault; nothing a server sends ends the daemon."""
from harness import Servers, clock, daemon, directory, done, equal, holds, ok, records, tool, write


def bad(*faults, **more):
    return clock(faults=list(faults), **more)


WANT = {
    "length": bad({"type": "short"}),
    "mode": bad({"type": "field", "name": "mode", "value": 5}),
    "version": bad({"type": "field", "name": "version", "value": 7}),
    "bogus-origin": bad({"type": "origin"}),
    "zero-timestamp": bad({"type": "zero", "which": ["xmt"]}),
    "kiss-rate": bad({"type": "kod", "code": "RATE"}),
    "kiss-deny": bad({"type": "kod", "code": "DENY"}),
    "kiss-rstr": bad({"type": "kod", "code": "RSTR"}),
    "kiss-other": bad({"type": "kod", "code": "XYZW"}),
    "unsynchronised": bad({"type": "unsync"}),
    "transmit-before-receive": bad({"type": "order", "by": 0.5}),
    "future-reference": bad({"type": "future_ref", "by": 5}),
    "root-distance": clock(ntp={"root_delay": 4.0}),
    "loop": clock(ntp={"stratum": 2, "refid": "127.0.0.1"}),
    "implausible": clock(net={"proc": 0}, faults=[{"type": "order", "by": -5}]),
    "refused": bad({"type": "closed"}),
    "timeout": bad({"type": "drop"}),
}
servers = Servers(dict(WANT, good=clock(0.05), good2=clock(0.05), flood=bad({"type": "origin"},
                                                                            {"type": "flood", "n": 200, "interval": 0.0005})))
case = directory("case")
got = daemon("-o", case, "--for", "4s", "--poll", "0.3", *servers.all(), timeout=30)
equal(got.returncode, 0, "the daemon lives through all of them")
found = {}
for r in records(case, "exchange"):
    found.setdefault(r["server"], {}).setdefault(r["fault"], []).append(r)
for fault in WANT:
    ok(fault in found.get(servers[fault], {}), "fault %s is recorded by name" % fault, found.get(servers[fault], {}).keys())
    ok("none" not in found.get(servers[fault], {}), "and gives no sample")
    ok(all("offset_ns" not in r for r in found.get(servers[fault], {}).get(fault, [])), "nor an offset")
equal(list(found[servers["good"]]), ["none"], "a good server beside them has no fault")
equal(len(found[servers["kiss-deny"]]["kiss-deny"]), 1, "after DENY it is not asked again")
equal(len(found[servers["kiss-rstr"]]["kiss-rstr"]), 1, "nor after RSTR")
ok(len(found[servers["kiss-rate"]]["kiss-rate"]) <= 4, "after RATE it is asked less and less",
   len(found[servers["kiss-rate"]]["kiss-rate"]))
last = records(case, "calibration")[-1]
verdict = {s["name"]: s["verdict"] for s in last["servers"]}
equal({f: verdict[servers[f]] for f in ("kiss-deny", "unsynchronised", "loop", "root-distance", "refused", "mode", "good2")},
      {"kiss-deny": "denied", "unsynchronised": "unsynchronised", "loop": "loop", "root-distance": "too-distant",
       "refused": "unreachable", "mode": "unreachable", "good2": verdict[servers["good2"]]},
      "each has the verdict that fits")
ok({verdict[servers["good"]], verdict[servers["good2"]]} == {"selected", "eligible"}, "the good two are believed", verdict)
bogus = [r for r in records(case, "exchange") if r["server"] == servers["flood"] and r["fault"] == "bogus-origin"]
ok(1 <= len(bogus) <= 6, "a flood of forged replies is recorded once a second", len(bogus))
suppressed = sum(r.get("suppressed", 0) for r in records(case, "exchange") if r["server"] == servers["flood"])
ok(suppressed > 100, "and the rest is counted", suppressed)
equal(tool("verify", "--closed", case).returncode, 0, "the evidence of it all verifies")

spoofed = Servers({"spoof": clock(0.25, faults=[{"type": "origin", "value": "bogus", "every": 2},
                                                {"type": "duplicate", "n": 1, "delay": 0.01}]),
                   "tail": clock(0.25, net={"loss_up": 0.3, "up": 0.001, "down": 0.001}), "plain": clock(0.25)})
got = daemon("--once", "--poll", "0.2", *spoofed.all())
equal(got.returncode, 0, "forged, doubled and lost replies do not stop the others")
holds("+0.25", got.stdout, "nor bend the offset")

unsync = {"ntp": {"leap": 3, "stratum": 0, "refid": 0}}
base = Servers({"base": clock(1.25, **unsync)})
config = write("common.conf", "[server base]\naddress = 127.0.0.1\nport = %s\ncommon = yes\n"
                                     % base["base"].rsplit(":", 1)[1])
case = directory("common")
got = daemon("-c", config, "-o", case, "--for", "2s", "--poll", "0.1")
last = [r for r in records(case, "calibration") if r["selected"]][-1]
equal((last["selected"], last["common"], last["why"]), ("base", True, "only-server"),
      "an unsynchronised server is a common time base if it may be")
got = tool("convert", "--json", "-e", case, last["at"])
holds('"timescale":"common time"', got.stdout, "and what rests on it is called common time, not UTC")
equal(daemon("--once", "--poll", "0.1", base["base"]).returncode, 1, "otherwise it is refused")
done()
