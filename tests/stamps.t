#!/usr/bin/env python3
"""Who stamps the packets, and interleaved mode: with servers of ours and with Debian's chronyd."""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time

from harness import BUILD, DAEMON, HERE, Servers, clock, directory, done, equal, evidence_files, ns, ok, records, run, \
    scratch, skip, start, tool, wait_for, write

EARLY = 0.002  # s: so much too early is the transmit timestamp of a basic reply
NET = {"up": 0.0003, "down": 0.0003, "proc": 2 * EARLY}
OFFSET = 1.5


def configuration(name, servers, interleaved="yes"):
    return write(name + ".conf", "".join(
        "[server %s]\naddress = %s\nport = %s\ninterleaved = %s\n" % (
            (n,) + tuple(where.strip("[").replace("]", "").rsplit(":", 1)) + (interleaved,)) for n, where in servers.items()))


class Watching:
    """The daemon at these servers, until it is told to stop."""

    def __init__(self, name, servers, interleaved="yes", poll="0.2", **more):
        self.case = directory(name)
        self.daemon = start([DAEMON, "-c", configuration(name, servers, interleaved), "-o", self.case, "--poll", poll],
                            stderr=subprocess.DEVNULL, **more)

    def exchanges(self, **like):
        return [r for r in records(self.case, "exchange") if all(r.get(k) == v for k, v in like.items())]

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait(20)
        return self.exchanges()


def conclusions_that_differ(case):
    """When all is concluded again from the records alone."""
    with open(evidence_files(case)[0]) as f:
        said = run(os.path.join(BUILD, "tests", "prog_replay"), "0", stdin=f).stdout.splitlines()[-1:]
    return re.findall(r"follow [1-9]\d*, (differ \d+)", "".join(said))


def idle_sockets(pid):
    """Those of the process that are neither bound to an address nor local."""
    opened = set()
    for name in os.listdir("/proc/%d/fd" % pid):
        try:
            opened.add(os.readlink("/proc/%d/fd/%s" % (pid, name)))
        except FileNotFoundError:
            pass  # closed meanwhile
    used = " ".join(open("/proc/net/" + table).read() for table in ("udp", "udp6", "unix", "netlink")
                    if os.path.exists("/proc/net/" + table)).split()
    return {s for s in opened if s.startswith("socket:[") and s[8:-1] not in used}


def recomputed(r):
    """Offset and delay from T1..T4 of the record alone."""
    t1, t2, t3, t4 = (ns(r[k]) for k in ("t1", "t2", "t3", "t4"))
    return (t2 - t1 + t3 - t4) / 2, t4 - t1 - (t3 - t2)


def errors(exchanges):
    return [r["offset_ns"] - OFFSET * 1e9 for r in exchanges if "offset_ns" in r]


def median(values):
    return sorted(values)[len(values) // 2]


def server(**more):
    return clock(OFFSET, ntp={"interleaved": True, "early": EARLY}, net=NET, **more)


sim = Servers({"a": server(), "b": server(), "c": server(), "plain": clock(OFFSET, ntp={"early": EARLY}, net=NET)}, log=True)
w = Watching("interleaved", sim.where)
ok(wait_for(lambda: min(len(w.exchanges(server=s, fault="none")) for s in sim.where) > 12), "all four servers are measured")
got = w.stop()
both = {s: [r for r in got if r["server"] == s and r["fault"] == "none"] for s in sim.where}
equal([r.get("interleaved", False) for r in both["a"]][:3], [False, True, True],
      "after one reply of basic mode they are interleaved, and the record says so")
equal([r for r in both["plain"] if "interleaved" in r], [], "a server that does not do it is measured in basic mode")
ok(abs(median(errors(both["plain"])) + EARLY / 2 * 1e9) < 300000,
   "a transmit timestamp 2 ms too early makes the offset 1 ms too small", errors(both["plain"]))
ok(abs(median(errors(r for r in both["a"] if "interleaved" in r))) < 300000,
   "the interleaved reply brings the true one", errors(both["a"]))
for r in got:
    if "offset_ns" in r and max(abs(recomputed(r)[0] - r["offset_ns"]), abs(recomputed(r)[1] - r["delay_ns"])) > 1:
        ok(False, "offset and delay follow from the record's T1..T4", r)
        break
else:
    ok(True, "offset and delay follow from the record's T1..T4, in either mode")
inter = [(q, r) for q, r in zip(both["a"], both["a"][1:]) if "interleaved" in r]
ok(all(q["raw_ns"] < r["raw_ns"] and 0 <= q["raw_ns"] - r["t4_raw_ns"] < 200000000 for q, r in inter),
   "its T4 is that of the reply before", inter[:2])
equal([r["t1"] for q, r in zip(both["a"], both["a"][1:]) if "interleaved" not in q and r["t1"] != q["t1"]], [],
      "the first one completes the round trip that basic mode had measured")
equal(tool("verify", "--closed", w.case).returncode, 0, "the evidence verifies")
equal(conclusions_that_differ(w.case), ["differ 0"], "and all conclusions follow from it, interleaved or not")
seen = [dict(zip(("xmt", "mode"), line.split("\t")[-2:])) for line in open(sim.log) if not line.startswith("#")]
equal(len({q["xmt"] for q in seen}), len(seen), "no transmit timestamp was used twice")

w = Watching("basic", {"a": sim["a"]}, "no")
ok(wait_for(lambda: len(w.exchanges()) > 5), "without the key it is asked as well")
equal([r for r in w.stop() if "interleaved" in r], [], "but never for interleaved replies")

lossy = Servers({"lost": server(faults=[{"type": "drop", "from": 0, "every": 3}]),
                 "forgetful": server(faults=[{"type": "forget", "every": 3}]),
                 "mispairs": server(faults=[{"type": "mispair", "by": -3600, "every": 2}]),
                 "repeats": server(faults=[{"type": "replay", "n": 1}, {"type": "duplicate", "n": 2}])})
w = Watching("lossy", {n: lossy[n] for n in ("forgetful", "mispairs", "repeats")})
ok(wait_for(lambda: min(len(w.exchanges(server=s, fault="none")) for s in ("forgetful", "mispairs", "repeats")) > 8),
   "servers that forget, mispair or repeat are measured all the same")
got = w.stop()
ok({r.get("interleaved", False) for r in got if r["server"] == "forgetful"} == {True, False},
   "who has forgotten is measured in basic mode that time")
equal({r["fault"] for r in got if r["server"] == "mispairs"}, {"none", "transmit-before-receive"},
      "a transmit timestamp of another reply is refused")
for s in ("forgetful", "mispairs", "repeats"):
    right = [r for r in got if r["server"] == s and r["fault"] == "none"]
    wrong = [e for r, e in zip(right, errors(right)) if abs(e + (0 if "interleaved" in r else EARLY / 2 * 1e9)) > 20000000]
    equal(wrong, [], "and what counts is right (%s)" % s)

# three seconds go by for each reply that is lost, so one is enough
w = Watching("lost", {"lost": lossy["lost"]})
ok(wait_for(lambda: [r for r in w.exchanges() if r["fault"] == "timeout"]), "a lost reply is a timeout")
equal({r["t1_stamp"] for r in w.exchanges(fault="timeout")}, {"kernel"}, "of which the kernel says when its request left")
count = len(w.exchanges())
ok(wait_for(lambda: len(w.exchanges(fault="none")) > count), "and then the next is taken")
got = w.stop()
after = [q for r, q in zip(got, got[1:]) if r["fault"] == "timeout" and q["fault"] == "none"]
ok(after and "interleaved" in after[0], "which completes the round trip before the loss, since the server remembers it", after)
ok(abs(errors(after)[0]) < 20000000, "rightly", after)

try:
    six = Servers({"six": server(address="::1"), "four": server()})
    w = Watching("six", six.where)
    ok(wait_for(lambda: len(w.exchanges(server="six", interleaved=True)) > 3), "IPv6 does it, too")
    got = [r for r in w.stop() if r["server"] == "six" and r["fault"] == "none"]
    ok(all(r["address"].startswith("[::1]:") and r["ttl"] == 64 for r in got), "its records tell address and hop limit", got[:1])
    equal({(r["t1_stamp"], r["t4_stamp"]) for r in got[2:]}, {("kernel", "kernel")}, "and the kernel stamps it")
except AssertionError:
    skip("IPv6", "the kernel has none")

w = Watching("kernel", {"a": sim["a"]}, poll="0.05")
ok(wait_for(lambda: len(w.exchanges(fault="none")) > 4), "a server is asked twenty times a second")
kept = idle_sockets(w.daemon.pid)
ok(wait_for(lambda: len(w.exchanges(fault="none")) > 20), "and goes on")
equal(len(kept & idle_sockets(w.daemon.pid)), 1, "one socket that asks for stamps is kept for life: the kernel begins with the first")
got = [r for r in w.stop() if r["fault"] == "none"]
stamped = [r for r in got if (r["t1_stamp"], r["t4_stamp"]) == ("kernel", "kernel")]
ok(len(stamped) >= len(got) - 2, "the kernel stamps all of its packets at both ends, but for the first",
   [(r["t1_stamp"], r["t4_stamp"]) for r in got])
ok(all(r["t1_read_ns"] > 0 and r["t4_read_ns"] > 0 for r in got), "each stamp tells how well host time and raw time belong")

# Two hosts, that is network namespaces of our own, with a cable between them.
VETH = r'''
set -e
unshare -n sh -c 'echo $$ > %(d)s/pid; until [ -e %(d)s/plugged ]; do sleep 0.05; done
  ip link set lo up; ip addr add 192.0.2.2/24 dev v1; ip addr add 2001:db8::2/64 dev v1 nodad; ip link set v1 up
  exec python3 %(here)s/ntpsim.py %(d)s/sim.json > %(d)s/ready' > /dev/null 2>&1 &
trap "kill $!" EXIT
until [ -s %(d)s/pid ]; do sleep 0.05; done
ip link add v0 type veth peer name v1 netns $(cat %(d)s/pid)
ip addr add 192.0.2.1/24 dev v0; ip addr add 2001:db8::1/64 dev v0 nodad; ip link set v0 up
touch %(d)s/plugged
until grep -q READY %(d)s/ready; do sleep 0.05; done
%(daemon)s -o %(d)s --poll 0.1 --for 3s 192.0.2.2:11123 '[2001:db8::2]:11123'
'''
if os.getuid() == 0 and run("unshare", "-n", "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1").returncode == 0:
    d = directory("veth")
    write("veth/sim.json", json.dumps({"servers": [dict(clock(OFFSET), name=n, address=a, port=11123) for n, a in (
        ("four", "192.0.2.2"), ("six", "2001:db8::2"))]}))
    got = run("unshare", "-n", "sh", "-c", VETH % {"d": d, "here": HERE, "daemon": DAEMON})
    got = [r for r in records(d, "exchange") if r["fault"] == "none"]
    for name in ("192.0.2.2:11123", "[2001:db8::2]:11123"):
        stamps = [(r["t1_stamp"], r["t4_stamp"]) for r in got if r["server"] == name]
        equal(set(stamps[1:]), {("kernel", "kernel")}, "on a cable the kernel stamps both ends, too: %s" % name)
    ok(got and abs(median(errors(got))) < 300000, "and rightly", errors(got))
else:
    skip("a cable between two hosts", "no network namespace can be made here")

PRELOAD = os.path.join(BUILD, "tests", "preload_clock.so")
if os.path.exists(PRELOAD) and "asan" not in run("ldd", DAEMON).stdout:
    slow = Servers({"a": dict(server(), net=dict(NET, proc=0.4))})
    fake = os.path.join(scratch, "fake")

    SLEW = 500000  # ns a second, the most that the kernel does by itself

    def set_clock(step, sleep=0, slew=0):
        with open(fake, "r+b" if os.path.exists(fake) else "wb") as f:
            f.write(struct.pack("=qqq", step, sleep, slew))

    set_clock(0, 0, SLEW)
    w = Watching("stepped", slow.where, poll="0.5", env=dict(os.environ, LD_PRELOAD=PRELOAD, CLOCK_FAKE=fake))
    ok(wait_for(lambda: len(w.exchanges(interleaved=True)) > 1), "a clock that is slewed has no fault, and its replies are interleaved")
    equal({r["fault"] for r in w.exchanges()}, {"none"}, "nor do its first exchanges")
    equal({r["t4_stamp"] for r in w.exchanges()[1:]}, {"kernel"}, "the kernel's stamps are used")
    step = 0

    def again():
        global step
        step += 20000
        set_clock(step, 0, SLEW)
        time.sleep(0.1)
        return len(w.exchanges(fault="clock-stepped")) > 1

    ok(wait_for(again), "20 us, set while a request is out, refuse the exchange, however long it takes", w.exchanges()[-2:])
    quiet = len(w.exchanges())
    ok(wait_for(lambda: [r for r in w.exchanges()[quiet:] if r["fault"] == "none"]), "it goes on when the clock is left alone")
    good = [r for r in w.exchanges()[quiet:] if r["fault"] == "none"]
    ok("interleaved" not in good[0], "with a round trip that no setting spans", good[0])
    ok(wait_for(lambda: "interleaved" in w.exchanges()[-1]), "and interleaved from the next on")
    set_clock(step, 90 * 10**9, SLEW)
    quiet = len(w.exchanges())
    ok(wait_for(lambda: [r for r in w.exchanges()[quiet:] if r["fault"] == "none"]), "the host sleeps for 90 s, and goes on")
    ok("interleaved" not in [r for r in w.exchanges()[quiet:] if r["fault"] == "none"][0],
       "with a round trip of after the sleep", w.exchanges()[quiet:])
    w.stop()
    equal(conclusions_that_differ(w.case), ["differ 0"], "all conclusions follow from the records of it")
else:
    skip("a clock that is set", "a sanitizer's own preload is in the way")

CHRONYD = os.path.join(BUILD, "peers", "usr", "sbin", "chronyd")
if os.path.exists(CHRONYD) and run(CHRONYD, "--version").returncode == 0:
    runs = directory("chrony")
    os.chmod(runs, 0o750)
    free = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    conf = write("chrony.conf", "bindaddress 127.0.0.1\nport %d\nlocal stratum 1\nallow 127.0.0.0/8\ncmdport 0\n"
                 "bindcmdaddress %s/chronyd.sock\npidfile %s/pid\ndriftfile %s/drift\nuser root\n" % (port, runs, runs, runs))

    def chronyd():
        return start([CHRONYD, "-4", "-x", "-d", "-f", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    chrony = chronyd()
    w = Watching("chrony-case", {"chrony": "127.0.0.1:%d" % port})
    ok(wait_for(lambda: len(w.exchanges(interleaved=True, fault="none")) > 10, 30), "Debian's chronyd answers interleaved",
       w.exchanges()[-3:])
    chrony.terminate()
    chrony.wait(10)
    chrony = chronyd()
    before = len(w.exchanges())
    ok(wait_for(lambda: [r for r in w.exchanges()[before:] if r["fault"] == "none" and "interleaved" not in r], 30),
       "restarted, it has forgotten, and is measured in basic mode")
    ok(wait_for(lambda: [r for r in w.exchanges()[before:] if r["fault"] == "none" and "interleaved" in r], 30),
       "and then interleaved again")
    got = [r for r in w.stop() if r["fault"] == "none"]
    wrong = [r for r in got if abs(r["offset_ns"]) > r["delay_ns"] / 2 + 20000]
    equal(wrong, [], "its clock is this host's, and no exchange contradicts that")
    twice = [(q, r) for q, r in zip(got, got[1:]) if q["t1"] == r["t1"]]
    ok(twice and all(r["t3"] > q["t3"] for q, r in twice), "a reply left later than it said itself", twice)
    equal(tool("verify", "--closed", w.case).returncode, 0, "the evidence verifies")
else:
    skip("chronyd", "cannot be run here")
done()
