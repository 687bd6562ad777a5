#!/usr/bin/env python3
"""What the real daemon concluded follows from what it recorded, whatever happened; nothing else does."""
import json
import os
import re
import signal
import struct
import subprocess
import time

from harness import BUILD, DAEMON, SAFE, Servers, clock, directory, done, equal, evidence_files, ok, records, scratch, \
    start, wait_for, write

REPLAY = os.path.join(BUILD, "tests", "prog_replay")
PRELOAD = os.path.join(BUILD, "tests", "preload_clock.so")
faked = os.path.exists(PRELOAD) and "asan" not in subprocess.run(["ldd", DAEMON], capture_output=True, text=True).stdout


def replay(lines, skip=0):
    got = subprocess.run(SAFE + [REPLAY, str(skip)], input=b"".join(lines), capture_output=True, timeout=60)
    return got.returncode, got.stdout.decode(), got.stderr.decode()


def counts(said):
    return {what: int(n) for what, n in re.findall(r"(follow|differ|not yet|foreign) (\d+)", said.splitlines()[-1])}


servers = Servers({
    "a": clock(0.3, 40), "b": clock(0.3, 40), "c": clock(0.3, 40, net={"up": 0.0003, "down": 0.0003, "loss_up": 0.3}),
    "liar": clock(1.7, 40), "pool": clock(0.3, 40),
    "denies": clock(0.3, 40, faults=[{"type": "kod", "code": "DENY", "from": 1.5}]),
    "unset": clock(0.3, 40, faults=[{"type": "unsync", "p": 0.5}]),
    "forges": clock(0.3, 40, faults=[{"type": "flood", "n": 5, "interval": 0.001}, {"type": "bitflip", "p": 0.3}]),
    "late": clock(0.3, 40)})
fake = os.path.join(scratch, "fake")


def host(*numbers):
    """Steps, sleep, slew: what the preload adds to the clocks."""
    with open(fake, "r+b" if os.path.exists(fake) else "wb") as f:
        f.write(struct.pack("=qqq", *numbers))


def configuration(*names):
    text = "[daemon]\n"
    for name in names:
        where, _, port = servers[name].rpartition(":")
        # both addresses of the name; there is a server at one
        if name == "pool":
            text += "[server pool]\naddress = localhost\nport = %s\npool = 2\n" % port
        else:
            text += "[server %s]\naddress = %s\nport = %s\n" % (name, where, port)
    return write("replay.conf", text)


host(0, 0, 0)
case = directory("case")
conf = configuration("a", "b", "c", "liar", "pool", "denies", "unset", "forges")
p = start([DAEMON, "-c", conf, "-o", case, "--poll", "0.1"], stderr=subprocess.DEVNULL,
          env=dict(os.environ, **({"LD_PRELOAD": PRELOAD, "CLOCK_FAKE": fake} if faked else {})))


def calibrated(more):
    """So many calibrations more, the last one with a server selected."""
    had = len(records(case, "calibration"))
    wait_for(lambda: len(records(case, "calibration")) >= had + more and records(case, "calibration")[-1]["selected"], 30)


wait_for(lambda: records(case, "start"))
calibrated(12)
if faked:
    host(-4 * 10**9, 0, 0)
    wait_for(lambda: [e for e in records(case, "event") if e["event"] == "step"])
    calibrated(3)
    host(-4 * 10**9, 0, 300000)
    wait_for(lambda: [e for e in records(case) if e["type"] == "clock" or e.get("event") == "slew"])
    calibrated(3)
    host(-4 * 10**9, 90 * 10**9, 300000)
    wait_for(lambda: [e for e in records(case, "event") if e["event"] == "suspend"])
    calibrated(6)
configuration("a", "b", "c", "liar", "late")
p.send_signal(signal.SIGHUP)
wait_for(lambda: records(case, "reload"))
calibrated(12)
# until a file that begins anywhere could be replayed again: a full history of each server that stays
write("replay.conf", "[daemon]\nwatch = 2\n" + open(conf).read().partition("\n")[2])
p.send_signal(signal.SIGHUP)
wait_for(lambda: len(records(case, "reload")) > 1)
calibrated(4)
p.send_signal(signal.SIGTERM)
equal(p.wait(20), 0, "the daemon ran through it all")

path, = evidence_files(case)
with open(path, "rb") as f:
    lines = f.readlines()
said = [json.loads(line) for line in lines]
kinds = {r["type"] for r in said} | {r.get("event") for r in said}
ok({"start", "exchange", "calibration", "reload", "stop"} <= kinds, "the evidence holds what was meant", kinds)
if faked:
    ok({"step", "suspend"} <= kinds, "a step and a suspend, too", kinds)
verdicts = {s["verdict"] for r in said if r["type"] == "calibration" for s in r["servers"]}
ok({"selected", "falseticker", "denied"} <= verdicts, "and servers of many verdicts", verdicts)
faults = {r["fault"] for r in said if r["type"] == "exchange"}
ok({"none", "unsynchronised", "kiss-deny", "timeout"} <= faults, "and many faults", faults)

status, out, err = replay(lines)
ok(status == 0, "every conclusion follows from the records before it, bit for bit", out + err)
conclusions = sum(r["type"] in ("exchange", "calibration") for r in said)
equal(counts(out), {"follow": conclusions, "differ": 0, "not yet": 0, "foreign": 0}, "and each was looked at")

# what is altered is found; a number by one in its last digit
last = [i for i, r in enumerate(said) if r["type"] == "calibration" and r["selected"]][-1]
good = [i for i, r in enumerate(said) if r["type"] == "exchange" and r["fault"] == "none"][-1]
missed = []


def altered(i, pattern, to):
    line, n = re.subn(pattern, to, lines[i].decode(), count=1)
    if n != 1:
        missed.append("no %s in line %d" % (pattern, i + 1))
    status, out, err = replay(lines[:i] + [line.encode()] + lines[i + 1:])
    if status not in (1, 3):
        missed.append("%s in line %d: %s" % (pattern, i + 1, out))
    return out


def other(m):
    return m.group(1) + ("1" if m.group(2) != "1" else "2")


NUMBERS = ["candidates", "truechimers", "offset_ns", "utc_minus_raw_ns", "delay_ns", "jitter_ns", "root_distance_ns",
           "frequency_ppm", "frequency_error_ppm", "oscillator_ppm", "noise_ns", "uncertainty_ns", "bound_ns", "span_ns",
           "samples", "reach"]
for key in NUMBERS:
    out = altered(last, r'("%s":-?[0-9.]*)([0-9])(?=[,}])' % key, other)
    if not re.search(r"(^|\.| )%s " % key, out):
        missed.append("%s is not named: %s" % (key, out))
altered(last, r'("pairs":\[\[-?[0-9]*)([0-9])(?=,)', other)
altered(last, r'"selected":"[^"]*"', '"selected":"liar"')
altered(last, r'"why":"majority"', '"why":"only-server"')
altered(last, r'"common":false', '"common":true')
altered(last, r'"verdict":"falseticker"', '"verdict":"eligible"')
altered(last, r'"name":"liar"', '"name":"truth"')
altered(last, r'("address":"127\.0\.0\.1:)[0-9]*', r'\g<1>1')
altered(last, r'("raw_ns":[0-9]*)([0-9])', other)
altered(last, r'("at":"[^"]*)([0-9])(?=Z)', other)
for key in ("offset_ns", "delay_ns", "dispersion_ns"):
    altered(good, r'("%s":-?[0-9]*)([0-9])(?=[,}])' % key, other)
for key in ("t1", "t2", "t3", "t4"):
    altered(good, r'("%s":"[^"]*)([0-9])(?=[0-9]Z)' % key, other)
altered(good, r'("precision":-)([0-9]*)', r'\g<1>9')
altered(good, r'("leap":)0', r'\g<1>3')
altered(good, r'("stratum":)[0-9]*', r'\g<1>0')
altered(good, r'("root_delay_ns":)[0-9]*', r'\g<1>4000000000')
for fault, to in (("unsynchronised", "root-distance"), ("kiss-deny", "kiss-rate"), ("kiss-deny", "unsynchronised")):
    altered([i for i, r in enumerate(said) if r.get("fault") == fault][0], '"fault":"%s"' % fault, '"fault":"%s"' % to)
equal(missed, [], "every altered conclusion is found, and named")

# without its exchange a calibration does not follow
dropped = [i for i in range(good) if said[i]["type"] == "exchange" and said[i]["fault"] == "none" and said[i]["server"] == "a"]
status, out, _ = replay(lines[:dropped[-1]] + lines[dropped[-1] + 1:])
equal(status, 1, "nor does one whose exchange was taken out")

# a file that begins in the middle: a suspend within makes all afresh
first = {kind: next((i for i, r in enumerate(said) if kind in (r["type"], r.get("event"))), None)
         for kind in ("calibration", "suspend", "reload")}
for skipped in (1, 10, len(lines) // 4, len(lines) // 3, len(lines) // 2, first["reload"] + 20):
    status, out, err = replay(lines, skipped)
    ok(status == 0, "from line %d on nothing is called false" % (skipped + 1), out + err)
if faked:
    status, out, err = replay(lines, first["calibration"])
    ok(counts(out)["follow"] > sum(r["type"] == "exchange" for r in said[first["calibration"]:]),
       "and what begins afresh within it is replayed", out)
    status, out, err = replay(lines, first["suspend"])
    ok(status == 0, "nor where it begins with the suspend", out + err)
done()
