#!/usr/bin/env python3
"""Disks that fail in earnest: a device that loses its end, one that runs full beneath its
file system, a file system that makes itself read-only. Nothing is injected into a call.

All of it stands in a mount namespace of its own, on loop devices that clear themselves:
whatever becomes of this test, nothing stays mounted.
"""
import atexit
import os
import shutil
import subprocess
import sys
import time

if len(sys.argv) == 1:
    here = [sys.executable, os.path.abspath(__file__), "inside"]
    alone = subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL)
    if alone.returncode == 0:
        os.execvp("unshare", ["unshare", "-m", *here])

from harness import DAEMON, Servers, ask, clock, configure, directory, done, equal, holds, ok, records, run, scratch, skip, \
    start, tool, wait_for


mounted = []


def mount(*args):
    good = run("mount", *args).returncode == 0
    if good and "remount" not in args[1]:
        mounted.append(args[-1])
    return good


@atexit.register
def unmount_all():
    """Before the directory is removed that they stand in."""
    for where in reversed(mounted):
        run("umount", "-l", where)


def make_disk(name, *options):
    """A file of 16 MiB with a file system in it."""
    image = os.path.join(scratch, name)
    os.makedirs(os.path.dirname(image), exist_ok=True)
    with open(image, "wb") as f:
        f.truncate(16 << 20)
    run("mkfs.ext4", "-q", "-b", "1024", *options, image)
    return image


def device(where):
    return run("findmnt", "-n", "-o", "SOURCE", where).stdout.strip()


trial = directory("trial")
why = "no mount namespace can be made" if len(sys.argv) == 1 else None
if why is None and not (shutil.which("mkfs.ext4") and mount("-o", "loop", make_disk("trial.img"), trial)):
    why = "no loop device can be mounted"
if why is not None:
    skip("disks that fail", why)
    done()
run("umount", trial)
servers = Servers({"a": clock(3.2), "b": clock(3.2), "c": clock(3.2)})
said = {}


def begin(case, **keys):
    """A daemon."""
    name = os.path.basename(case)
    said[case] = os.path.join(scratch, name + ".err")
    socket = os.path.join(scratch, name + ".sock")
    config = configure(name, servers, case, status=socket, **keys)
    p = start([DAEMON, "-c", config, "--poll", "0.1"], stderr=open(said[case], "a"))
    ok(wait_for(lambda: (ask(socket) or {}).get("evidence", {}).get("synced_seq")), "%s: evidence is written" % name, log(case))
    return p


def answer(case):
    return ask(os.path.join(scratch, os.path.basename(case) + ".sock")) or {"evidence": {}, "counts": {"exchanges": 0}}


def log(case):
    return open(said[case]).read()


def fails(case, p, state, *words):
    """The daemon says so, and goes on measuring."""
    name = os.path.basename(case)
    good = wait_for(lambda: answer(case)["evidence"].get("disk") in state.split()
                    and any(w in answer(case)["evidence"]["trouble"] for w in words), 60)
    ok(good, "%s: status says %s, and why" % (name, state), (answer(case), log(case)))
    before = answer(case)["counts"]["exchanges"]
    ok(wait_for(lambda: answer(case)["counts"]["exchanges"] > before + 10 and p.poll() is None, 60), "it measures on")


def recovers(case, gaps=0):
    ok(wait_for(lambda: answer(case)["evidence"].get("disk") == "ok", 60), "it writes again", (answer(case), log(case)))
    ok(wait_for(lambda: len(records(case, "gap")) > gaps), "with a gap record", log(case))
    equal((answer(case)["evidence"]["trouble"], "writing evidence again" in log(case)), ("", True), "and status and log say so")


def ends(case, p):
    p.terminate()
    equal(p.wait(60), 0, "it ends as asked")
    got = tool("verify", "--closed", case)
    equal(got.returncode, 0, "and all of it verifies")
    if got.returncode != 0:
        print("# " + got.stdout.replace("\n", "\n# "))


# a device that has lost all but its first 64 KiB
case = directory("shrunk")
image = make_disk("shrunk.img", "-O", "^has_journal", "-E", "lazy_itable_init=0")
ok(mount("-o", "loop,errors=continue", image, case), "a disk")
p = begin(case)
loop = device(case)
os.truncate(image, 65536)
run("losetup", "-c", loop)
fails(case, p, "failed", "Input/output error")
holds("cannot bring the data to disk: Input/output error; measuring on", log(case), "and so does the log")
ok(wait_for(lambda: mount("-o", "remount,ro", case)), "it is mounted read-only: nothing there is open for writing any more")
fails(case, p, "failed", "cannot make a new file: Read-only file system")
os.truncate(image, 16 << 20)
run("losetup", "-c", loop)
time.sleep(1.5)
ok(mount("-o", "remount,rw", case), "the device is whole again, and mounted for writing")
recovers(case)
holds("Input/output error", records(case, "gap")[-1]["reason"], "which gives the reason")
ends(case, p)
lines = log(case).splitlines()
equal((sum("measuring on" in l for l in lines), sum("cannot" in l for l in lines) <= 2), (1, True),
      "all the while it has said each thing once")
run("umount", case)

# a device whose own room is less than it promised
case, pool = directory("thin"), directory("pool")
ok(mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", pool), "room of 1 MiB")
image = make_disk("pool/thin.img", "-O", "^has_journal", "-E", "lazy_itable_init=1")
ok(mount("-o", "loop,noinit_itable", image, case), "for a disk that promises 16")
p = begin(case)
with open(os.path.join(pool, "other"), "wb", buffering=0) as f:
    try:
        while f.write(bytes(4096)):
            pass
    except OSError:
        pass
fails(case, p, "full failed", "No space left on device")
holds("No space left on device; measuring on", log(case), "and so does the log")
mount("-o", "remount,size=40m", pool)
recovers(case)
ends(case, p)
run("umount", case)
run("umount", pool)

# a file system that makes itself read-only; the file system is then mounted anew, from a copy that was checked
for name, confine in (("broken", "no"), ("confined", "yes")):
    case = directory(name)
    image = make_disk(name + ".img")
    ok(mount("-o", "loop,errors=remount-ro", image, case), "a disk")
    p = begin(case, confine=confine)
    confined = records(case, "start")[0]["context"]["landlock"] > 0
    before = len(os.listdir(case))
    with open("/sys/fs/ext4/%s/trigger_fs_error" % os.path.basename(device(case)), "w") as f:
        f.write("as a test wants it")
    fails(case, p, "failed", "Read-only file system")
    holds("Read-only file system; measuring on", log(case), "and so does the log")
    synced = answer(case)["evidence"]["synced_seq"]
    copy = os.path.join(scratch, name + "-copy.img")
    shutil.copyfile(image, copy)
    run("e2fsck", "-fy", copy)
    # over the other one: at no moment is the bare directory beneath them to be seen
    ok(mount("-o", "loop", copy, case), "it is checked and mounted anew")
    if confined:
        equal(p.wait(60), 3, "who may write to the former alone ends with 3")
        holds("ending, to be started anew", log(case), "and says why")
        p = begin(case)
        previous = [r for r in records(case, "start") if "previous" in r][-1]["previous"]
        ok(previous["seq"] >= synced, "started anew it names the file before, which has all that was synced",
           (previous, synced))
        p.terminate()
        equal(p.wait(60), 0, "it ends as asked")
        equal(tool("verify", case).returncode, 0, "and all of it verifies")
    else:
        recovers(case)
        ends(case, p)
    run("umount", case)
    run("umount", case)
done()
