#!/usr/bin/env python3
"""-o -: the evidence as a stream."""
import json
import os
import signal
import subprocess
import time

from harness import DAEMON, Servers, clock, daemon, done, equal, holds, ok, scratch, start, tool, write

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

slow = start([DAEMON, "-o", "-", "--poll", "0.01", *servers.all()], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
time.sleep(7)
ok(slow.poll() is None, "a reader that does not read does not stop it")
slow.send_signal(signal.SIGTERM)
text = b""
for _ in range(8):
    text += slow.stdout.read(100000)
    time.sleep(0.9)
    slow.send_signal(signal.SIGTERM)
text += slow.stdout.read()
said = slow.stderr.read()
equal(slow.wait(20), 0, "it drains and ends")
ok(b"not taken" not in said and text.endswith(b"\n"), "however slow the reader and impatient the user", said)
path = os.path.join(scratch, "slow.jsonl")
with open(path, "wb") as f:
    f.write(text)
equal(tool("verify", path).returncode, 0, "what the slow reader got is whole, and verifies")
kinds = [json.loads(l)["type"] for l in text.splitlines()]
ok(len(text) > 1000000, "the buffer of 1 MiB was full", len(text))
ok("gap" in kinds or b"records lost" in said, "and what was lost is said", set(kinds))
done()
