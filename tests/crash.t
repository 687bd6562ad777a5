#!/usr/bin/env python3
"""Disks that fail and directories that vanish: what was synced stays, what was lost is said."""
import os
import re
import shutil
import struct
import subprocess
import time

from harness import BUILD, DAEMON, Servers, ask, clock, configure, directory, done, equal, holds, ok, records, scratch, \
    start, tool, wait_for

servers = Servers({"a": clock(3.2), "b": clock(3.2), "c": clock(3.2)})
path = os.path.join(scratch, "sock")


def begin(name, poll="0.1", env=None, **keys):
    """A daemon; its directory, process and what it says."""
    case, said = directory(name), os.path.join(scratch, name + ".err")
    config = configure(name, servers, case, status=path + name, **keys)
    p = start([DAEMON, "-c", config, "--poll", poll], stderr=open(said, "w"), env=env)
    wait_for(lambda: (ask(path + name) or {}).get("evidence"))
    return case, p, said


def trace(p, *args):
    """strace at a running process: what it saw goes to a file; (tracer, file)."""
    said = os.path.join(scratch, "trace-%d" % time.monotonic_ns())
    tracer = subprocess.Popen(["strace", "-p", str(p.pid), "-s", "20000", *args], stderr=open(said, "w"))
    ok(wait_for(lambda: "attached" in open(said).read()), "strace is there", open(said).read())
    return tracer, said


def untrace(tracer):
    tracer.terminate()
    tracer.wait(20)


def evidence():
    return (ask(path + "faults") or {}).get("evidence", {})


def file_of(case):
    return os.path.join(case, evidence()["file"])


case, p, said = begin("faults")
for name, inject, word in (("EIO of write", "inject=write:error=EIO:when=5", "cannot write: Input/output error"),
                           ("EIO of fdatasync", "inject=fdatasync:error=EIO:when=2",
                            "cannot bring the data to disk: Input/output error"),
                           ("ENOSPC", "inject=write:error=ENOSPC:when=5+", "cannot write: No space left"),
                           ("EROFS", "inject=write:error=EROFS:when=5+", "cannot write: Read-only file system")):
    gaps, heard = len(records(case, "gap")), os.path.getsize(said)
    tracer, _ = trace(p, "-P", file_of(case), "-e", "trace=write,fdatasync", "-e", inject)
    ok(wait_for(lambda: len(records(case, "gap")) > gaps, 60), "%s: it goes on, with a gap record" % name, open(said).read())
    untrace(tracer)
    gap = records(case, "gap")[-1]
    equal((gap["records"], word in gap["reason"]), (0, True), "which says why, and that nothing is lost")
    holds(word, open(said).read()[heard:], "and so does the log")
    ok(wait_for(lambda: evidence().get("disk") == "ok"), "status says that it is over", evidence())
tracer, _ = trace(p, "-P", file_of(case), "-e", "trace=write,fdatasync",
                  "-e", "inject=write,fdatasync:error=EINTR:when=2+3")
before = (evidence()["file"], evidence()["synced_seq"], len(records(case, "gap")))
ok(wait_for(lambda: evidence()["synced_seq"] > before[1] + 20, 60), "interrupted calls are made again", evidence())
untrace(tracer)
equal((evidence()["file"], len(records(case, "gap"))), (before[0], before[2]), "and that is all")

# the order in which one process, without threads, makes its calls
tracer, seen = trace(p, "-e", "trace=write,fdatasync,writev,sendto,sendmsg")
first = evidence()["synced_seq"]
wait_for(lambda: evidence()["synced_seq"] > first + 50, 60)
untrace(tracer)
written, synced, answers, early = None, None, 0, []
for line in open(seen, errors="replace"):
    seq = re.match(r'write\(\d+, "\{\\"v\\":1,\\"seq\\":(\d+)', line)
    answer = re.search(r'\\"synced_seq\\":(\d+)', line)
    if seq:
        written = int(seq[1])
    elif line.startswith("fdatasync") and line.rstrip().endswith("= 0") and written is not None:
        synced = written
    elif answer and synced is not None:
        answers += 1
        if int(answer[1]) > synced:
            early.append((int(answer[1]), synced))
ok(answers > 5, "writes, syncs and answers are seen", (answers, synced, open(seen, errors="replace").read()[:2000]))
equal(early, [], "no answer calls a record synced before the fdatasync after its write has returned 0")
p.terminate()
equal(p.wait(30), 0, "after all that it ends as asked")
got = tool("verify", "--closed", case)
equal(got.returncode, 0, "and the chain verifies over all its files")

# one that is confined may write to that directory alone, and not to another of its name
case, p, said = begin("gone", confine="no")
shutil.rmtree(case)
ok(wait_for(lambda: ask(path + "gone")["evidence"]["disk"] == "failed"), "a directory that vanishes is noticed")
holds("the file was deleted", ask(path + "gone")["evidence"]["trouble"], "status says so")
holds("the file was deleted", open(said).read(), "and so does the log")
os.mkdir(case)
ok(wait_for(lambda: records(case, "gap"), 30), "when it is there again it goes on in a new file, with a gap")
p.terminate()
equal(p.wait(30), 0, "and ends as asked")

fake = os.path.join(scratch, "fake")
with open(fake, "wb") as f:
    f.write(bytes(80))
preload = os.path.join(BUILD, "tests", "preload_clock.so")
asan = subprocess.run(["ldd", DAEMON], stdout=subprocess.PIPE, text=True).stdout
asan = [w for w in asan.split() if w.startswith("/") and "libasan" in w]
case, p, said = begin("back", "0.02", dict(os.environ, LD_PRELOAD=" ".join(asan + [preload]), CLOCK_FAKE=fake),
                      rotate_size="64K", compress="no", confine="no")
for hours in (1, 2, 3):
    files = len(os.listdir(case))
    with open(fake, "r+b") as f:
        f.write(struct.pack("=q", -hours * 3600 * 10**9))
    ok(wait_for(lambda: len(os.listdir(case)) > files + 1, 60), "files are rotated while the clock runs backwards")
p.terminate()
equal(p.wait(30), 0, "and it ends as asked")
equal(len([r for r in records(case, "event") if r["event"] == "step"]), 3, "each step is recorded")
got = tool("verify", "--closed", case)
ok(got.returncode == 0, "and the chain verifies in the order of the raw clock", got.stdout[-1500:])
done()
