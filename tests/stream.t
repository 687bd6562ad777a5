#!/usr/bin/env python3
"""-o -: the evidence as a stream."""
import json
import os
import signal
import subprocess
import time

from harness import DAEMON, Servers, clock, daemon, done, equal, holds, ok, scratch, start, tool, wait_for, write

servers = Servers({"a": clock(3.2), "b": clock(3.2), "c": clock(3.2)})
before = sorted(os.listdir("."))
got = daemon("-o", "-", "--for", "1s", "--poll", "0.1", *servers.all())
equal(got.returncode, 0, "it ends as a file does")
equal(tool("verify", "--closed", write("host.jsonl", got.stdout)).returncode, 0, "what came out verifies")
equal(sorted(os.listdir(".")), before, "no file was written")
got = daemon("-o", "-", "--once", "--poll", "0.1", *servers.all())
ok(all(json.loads(l)["v"] == 1 for l in got.stdout.splitlines()), "with --once only records go to standard output")
holds("selected", got.stderr, "and the table to standard error")

p = start([DAEMON, "-o", "-", "--poll", "0.05", *servers.all()], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
p.stdout.read(5000)
p.stdout.close()
equal(p.wait(20), 3, "a reader that goes away ends it with 3")

said = os.path.join(scratch, "slow.err")
with open(said, "wb") as errors:
    slow = start([DAEMON, "-o", "-", "--poll", "0.01", *servers.all()], stdout=subprocess.PIPE, stderr=errors)
ok(wait_for(lambda: "too slow" in open(said).read(), 120), "when a reader does not read and 1 MiB waits, it is said")
ok(slow.poll() is None, "but the daemon does not stop")
slow.send_signal(signal.SIGTERM)
text = b""
for _ in range(8):
    text += slow.stdout.read(100000)
    time.sleep(0.9)
    slow.send_signal(signal.SIGTERM)
text += slow.stdout.read()
equal(slow.wait(20), 0, "it drains and ends")
ok("not taken" not in open(said).read() and text.endswith(b"\n"), "however slow the reader and impatient the user",
   open(said).read())
path = os.path.join(scratch, "slow.jsonl")
with open(path, "wb") as f:
    f.write(text)
equal(tool("verify", path).returncode, 0, "what the slow reader got is whole, and verifies")
ok(len(text) > 1000000, "it is what waited", len(text))

slow = start([DAEMON, "-o", "-", "--poll", "0.01", *servers.all()], stdout=subprocess.PIPE, stderr=open(said, "wb"))
wait_for(lambda: "too slow" in open(said).read(), 120)
text = b""
for _ in range(40):  # slower than what comes, but steadily
    text += slow.stdout.read(4096)
    time.sleep(0.02)
equal(open(said).read().count("too slow, records lost"), 1, "a reader that follows too slowly is told of once, not at each record")
while b'"type":"gap"' not in text[-200000:]:
    text += slow.stdout.read(4096)
slow.send_signal(signal.SIGTERM)
text += slow.stdout.read()
slow.wait(20)
gap = [json.loads(l) for l in text.splitlines() if b'"type":"gap"' in l][0]
ok(gap["records"] > 0 and "slow" in gap["reason"], "a reader that reads on is told how much it missed", gap)
with open(path, "wb") as f:
    f.write(text)
equal(tool("verify", "--closed", path).returncode, 0, "and the chain holds over the gap, to the last seal")
done()
