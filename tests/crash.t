#!/usr/bin/env python3
"""Disks that fail and directories that vanish: what was synced stays, what was lost is said."""
import os
import re
import shutil
import struct
import subprocess
import time

from harness import BUILD, DAEMON, Servers, ask, clock, configure, directory, done, equal, holds, ok, records, scratch, \
    skip, start, tool, wait_for

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
case, p, said = begin("away")
confined = records(case, "start")[0]["context"]["landlock"] > 0
shutil.rmtree(case)
if confined:
    equal(p.wait(60), 3, "one that is confined to a directory that vanishes ends with 3")
    equal(open(said).read().count("ending, to be started anew"), 1, "and says why, once")
else:
    skip("a vanished directory", "this kernel has no Landlock")
    p.kill()
case, p, said = begin("away")
ok(wait_for(lambda: records(case, "seal")), "started anew it writes to the new one")
p.terminate()
equal(p.wait(30), 0, "and ends as asked")

case, p, said = begin("gone", confine="no")
shutil.rmtree(case)
ok(wait_for(lambda: ask(path + "gone")["evidence"]["disk"] == "failed"), "a directory that vanishes is noticed")
ok(wait_for(lambda: ask(path + "gone")["evidence"]["trouble"].endswith(
    "the file was deleted; cannot make a new file: No such file or directory")), "status says so, and why it does not go on",
   ask(path + "gone")["evidence"])
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
with_fake = dict(os.environ, LD_PRELOAD=" ".join(asan + [preload]), CLOCK_FAKE=fake)
case, p, said = begin("back", "0.02", with_fake, rotate_size="64K", compress="no", confine="no")
for hours in (1, 2, 3):
    files = len(os.listdir(case))
    with open(fake, "r+b") as f:
        f.write(struct.pack("=q", -hours * 3600 * 10**9))
    ok(wait_for(lambda: len(os.listdir(case)) > files + 1, 60), "files are rotated while the clock runs backwards")
p.terminate()
equal(p.wait(30), 0, "and it ends as asked")
with open(fake, "r+b") as f:
    f.write(struct.pack("=q", -5 * 86400 * 10**9))
_, p, _ = begin("back", "0.1", with_fake, rotate_size="64K", compress="no", confine="no")
p.terminate()
equal(p.wait(30), 0, "and so does one that starts with a clock far behind")
firsts = [records(os.path.join(case, n))[0] for n in sorted(os.listdir(case))]
newest = sorted(os.listdir(case))[-1]
equal((firsts[-1]["type"], firsts[-1]["previous"]["file"] if firsts[-1]["type"] == "start" else None),
      ("start", sorted(os.listdir(case))[-2]), "its file's name comes after all others, and it names the one before it")
equal([r["raw_ns"] for r in firsts], sorted(r["raw_ns"] for r in firsts), "names sort as the files were written")
ok(firsts[-1]["at"] < firsts[0]["at"], "though the clock said otherwise", [r["at"] for r in firsts])
equal(len([r for r in records(case, "event") if r["event"] == "step"]), 3, "each step is recorded")
got = tool("verify", "--closed", case)
ok(got.returncode == 0, "and the chain verifies in the order of the raw clock", got.stdout[-1500:])


def count(words):
    return open(said).read().count(words)


# what fails again and again is said once; without capabilities modes bind root, too
case, p, said = begin("stuck", "0.02", rotate_size="64K", compress="no")
os.chmod(case, 0o500)
ok(wait_for(lambda: count("cannot make a new file; going on in"), 60), "a new file that cannot be made is said", open(said).read())
seen = len(records(case, "calibration"))
ok(wait_for(lambda: len(records(case, "calibration")) > seen + 10), "and the old one is written to")
equal(count("cannot make a new file"), 1, "it is said once")
os.chmod(case, 0o700)
ok(wait_for(lambda: len(os.listdir(case)) > 1), "when it can be made it is")
p.terminate()
equal(p.wait(30), 0, "and it ends as asked")
equal([n[-9:-6] for n in sorted(os.listdir(case))][:2], ["000", "001"], "what was tried in vain has taken no name")
equal(tool("verify", "--closed", case).returncode, 0, "and all verifies")

# in a sticky directory nobody removes what is another's, nor reads it
if os.getuid() == 0:
    host = os.listdir(case)[0].rsplit("-", 2)[0]
    case = directory("sticky")
    os.chmod(scratch, 0o755)
    old = os.path.join(case, host + "-20200101T000000Z-000.jsonl")
    with open(old, "w") as f:
        f.write("x" * 100000)
    os.chmod(old, 0o600)
    os.chown(old, 65534, 65534)
    os.chown(case, 65534, 65534)
    os.chmod(case, 0o1777)
    _, p, said = begin("sticky", "0.02", rotate_size="64K", keep_size="64K")

    def begun():
        return sum(r["type"] == "continue" for r in records(case))

    ok(wait_for(lambda: begun() > 2, 60), "files are rotated", open(said).read())
    equal((count("cannot be compressed"), count("cannot be deleted"), len(records(case, "deleted"))), (1, 1, 1),
          "what cannot be compressed nor deleted is said once, and once in the evidence")
    os.chown(old, 0, 0)
    ok(wait_for(lambda: "20200101T" not in "".join(os.listdir(case)), 60), "when it can be it is", os.listdir(case))
    ok(wait_for(lambda: (count("files are compressed again"), len(re.findall(r"20200101T000000Z-000.jsonl(?:.zst)?: deleted", open(
        said).read()))) == (1, 1)), "and that is said", open(said).read())
    equal([r["file"] for r in records(case, "deleted")].count(os.path.basename(old)) <= 1, True, "without a second word in the evidence")
    p.terminate()
    equal(p.wait(30), 0, "and it ends as asked")
else:
    skip("files of others", "not started as root")
done()
