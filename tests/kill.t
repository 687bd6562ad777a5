#!/usr/bin/env python3
"""Kill -9 at random moments, also while files are rotated and compressed; KILLS= so many."""
import json
import os
import random
import shutil
import subprocess
import time

from harness import DAEMON, Servers, ask, clock, configure, daemon, directory, done, equal, ok, scratch, start, tool, wait_for

KILLS = int(os.environ.get("KILLS", "15"))
LIVES = 5  # in one directory, one after the other
seed = int(os.environ.get("CLOCKWITNESS_SEED", str(random.SystemRandom().randrange(10**6))))
dice = random.Random(seed)
print("# seed %d, %d kills" % (seed, KILLS))
servers = Servers({n: clock(3.2) for n in "abcdef"})
socket, case = os.path.join(scratch, "sock"), os.path.join(scratch, "case")
config = configure("kill", servers, case, status=socket, rotate_size="64K")


def names():
    """Of the files, as they were begun: compressed or not, each counts once."""
    return {n[:-len(".zst")] if n.endswith(".zst") else n for n in os.listdir(case) if not n.endswith(".tmp")}


def versions(name):
    """What the one file holds that is there, or the two, while one takes the other's place."""
    found, path = [], os.path.join(case, name)
    if os.path.exists(path):
        with open(path, "rb") as f:
            found.append(f.read())
    if os.path.exists(path + ".zst"):
        found.append(subprocess.run(["zstd", "-dcq", path + ".zst"], stdout=subprocess.PIPE, check=True).stdout)
    return found


def live(i):
    """One life of the daemon, to its kill; the greatest number that it called synced."""
    p = start([DAEMON, "-c", config, "--poll", "0.01"], stderr=subprocess.DEVNULL)
    if dice.random() < 0.9:
        wait_for(lambda: ask(socket))
    end, synced = time.monotonic() + dice.uniform(0, 0.5), -1
    while time.monotonic() < end:
        now = (ask(socket) or {}).get("evidence", {})
        synced = max(synced, now["synced_seq"] if now.get("synced_seq") is not None else -1)
    p.kill()
    p.wait()
    return synced


lost, unlike, refused, stuck, acknowledged, packed, beside, empty = [], [], [], [], 0, 0, 0, 0
for i in range(KILLS):
    if i % LIVES == 0:
        shutil.rmtree(case, ignore_errors=True)
        os.mkdir(case)
    before = names()
    synced = live(i)
    there = set()
    for name in names() - before:
        found = versions(name)
        beside += len(found) > 1
        if len(set(found)) != 1:
            unlike.append((i, name))
        lines = found[0].splitlines(True)
        empty += not lines or not lines[0].endswith(b"\n")
        there |= {json.loads(l)["seq"] for l in lines if l.endswith(b"\n")}
    packed += sum(n.endswith(".zst") for n in os.listdir(case))
    acknowledged += synced + 1
    if synced >= 0 and not set(range(synced + 1)) <= there:
        lost.append((i, synced, max(there, default=None)))
    got = tool("verify", case)
    if got.returncode != 0 and names():
        refused.append((i, got.stdout[-700:] + got.stderr))
print("# %d records acknowledged; %d times a compressed file was there, %d times beside its original; %d files without a record"
      % (acknowledged, packed, beside, empty))
equal(lost, [], "kill -9 at any moment loses no record that status called synced")
equal(unlike, [], "each file is there once and whole, compressed or not")
ok(not refused, "and what is left verifies, with an open end", "\n".join(str(r[0]) + " " + r[1] for r in refused[:3]))
ok(acknowledged > 0 and packed > 0, "records were acknowledged and files compressed meanwhile", (acknowledged, packed))
p = start([DAEMON, "-c", config, "--poll", "0.1"], stderr=subprocess.DEVNULL)
ok(wait_for(lambda: ask(socket)), "the next start goes on in the same directory")
p.terminate()
equal(p.wait(30), 0, "and ends as asked")
equal(tool("verify", case).returncode, 0, "and all of it verifies")

# a process that starts in the second in which another one's file began, compressed by now
taken = directory("taken")
host = min(names()).rsplit("-", 2)[0]
for s in range(12):
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + s))
    open(os.path.join(taken, "%s-%s-006.jsonl.zst" % (host, stamp)), "w").close()
daemon("-o", taken, "--for", "0.2s", "--poll", "0.1", *servers.all())
equal([n.rsplit("-", 1)[1] for n in os.listdir(taken) if n.endswith(".jsonl")], ["007.jsonl"],
      "no name is given twice, and in one second they follow in order")
done()
