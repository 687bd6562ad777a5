#!/usr/bin/env python3
"""An intruder as root, with all the memory of the daemon: no key that has signed is left."""
import os
import signal
import subprocess

from harness import BUILD, DAEMON, Servers, clock, directory, done, equal, ok, records, run, skip, start, tool, wait_for

servers = Servers({"a": clock(3.2), "b": clock(3.2), "c": clock(3.2)})
case = directory("case")
p = start([DAEMON, "-o", case, "--poll", "0.05", *servers.all()], stderr=subprocess.DEVNULL)
wait_for(lambda: len(records(case, "seal")) > 100 if os.listdir(case) else False)
p.send_signal(signal.SIGSTOP)  # time T
wait_for(lambda: open("/proc/%d/stat" % p.pid).read().rsplit(")", 1)[1].split()[0] == "T")
every = records(case)
keys = [every[0]["seal_key"]] + [r["next"] for r in every if r["type"] == "seal"]
seals = len(keys) - 1
got = run(os.path.join(BUILD, "tests", "prog_memory_keys"), str(p.pid), input="\n".join(keys) + "\n", timeout=300)
equal(got.returncode, 0, "root reads the memory")
found = sorted(set(int(n) for n in got.stdout.split()))
print("# %d seals; keys in memory: %s" % (seals, found))
ok(found, "and finds the key of the seal to come, so the search finds what is there", got.stderr)
equal([n for n in found if n < seals], [], "but none of those that made the seals before")
flags = ""
for block in open("/proc/%d/smaps" % p.pid).read().split("VmFlags:"):
    flags += block.splitlines()[0] + "\n"
locked = [l.split() for l in flags.splitlines() if "lo" in l.split()]
asan = "asan" in run("ldd", DAEMON).stdout
ok(asan or any("dd" in l for l in locked), "the page of the keys is locked, and left out of dumps" + " # SKIP AddressSanitizer's mlock does nothing" * asan, flags)
p.send_signal(signal.SIGCONT)
p.terminate()
equal(p.wait(20), 0, "it goes on and ends")
equal(tool("verify", "--closed", case).returncode, 0, "and its evidence verifies")
done()
