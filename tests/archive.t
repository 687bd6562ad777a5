#!/usr/bin/env python3
"""Files that are compressed: killed before each call of it, each file is there, and is there whole."""
import os
import shutil
import subprocess

from harness import DAEMON, Servers, clock, configure, directory, done, equal, ok, run, scratch, start, tool, wait_for

servers = Servers({n: clock(3.2) for n in "abc"})
plain = directory("plain")
p = start([DAEMON, "-c", configure("plain", servers, plain, rotate_size="64K", compress="no"), "--poll", "0.01"],
          stderr=subprocess.DEVNULL)
wait_for(lambda: len(os.listdir(plain)) > 1, 60)
p.terminate()
equal(p.wait(60), 0, "files are closed")
whole = {n: open(os.path.join(plain, n), "rb").read() for n in os.listdir(plain)}
first, second = sorted(whole)[:2]


def fresh(name):
    case = os.path.join(scratch, name)
    shutil.copytree(plain, case)
    return case, [DAEMON, "-c", configure(name, servers, case, rotate_size="0"), "--poll", "0.2"]


def there(case, name):
    """What stands under its three names."""
    return [os.path.exists(os.path.join(case, name + tail)) for tail in ("", ".zst.tmp", ".zst")]


def unlike(case):
    """The files that are not there, or not as they were, under one name that counts."""
    wrong = []
    for name, octets in whole.items():
        path = os.path.join(case, name)
        found = [open(path, "rb").read()] if os.path.exists(path) else []
        if os.path.exists(path + ".zst"):
            found.append(subprocess.run(["zstd", "-dcq", path + ".zst"], stdout=subprocess.PIPE).stdout)
        if not found or any(f != octets for f in found):
            wrong.append((name, len(found)))
    return wrong


FSYNC_OF_DIRECTORY = 2  # the first is for the daemon's own new file
for i, (call, when, which, state) in enumerate((
        ("unlinkat", 1, "names", (True, False, False)), ("openat", 1, "half", (True, False, False)),
        ("write", 1, "half", (True, True, False)), ("lseek", 1, "first", (True, True, False)),
        ("fsync", 1, "half", (True, True, False)), ("renameat", 1, "names", (True, True, False)),
        ("fsync", FSYNC_OF_DIRECTORY, "directory", (True, False, True)), ("unlinkat", 2, "names", (True, False, True)),
        ("unlinkat", 3, "names", (False, False, True)))):
    case, command = fresh("kill%d" % i)
    paths = {"names": [first, first + ".zst.tmp", second + ".zst.tmp"], "directory": [case],
             "half": [first + ".zst.tmp", os.path.join(case, first + ".zst.tmp")], "first": [os.path.join(case, first)]}[which]
    p = start(["strace", "-o", os.path.join(scratch, "trace%d" % i), *[w for path in paths for w in ("-P", path)],
               "-e", "trace=" + call, "-e", "inject=%s:signal=KILL:when=%d" % (call, when), *command], stderr=subprocess.DEVNULL)
    p.wait(60)
    point = "killed before %s %d of %s" % (call, when, which)
    equal(tuple(there(case, first)), state, "%s: what stands there is as expected" % point)
    equal(unlike(case), [], "each file is there, and whole")
    equal(tool("verify", case).returncode, 0, "and they verify")
    p = start(command, stderr=subprocess.DEVNULL)
    ok(wait_for(lambda: all(there(case, n) == [False, False, True] for n in whole), 60), "the next start goes on with it",
       os.listdir(case))
    p.terminate()
    equal((p.wait(60), unlike(case)), (0, []), "and each is compressed, and whole")

seen = os.path.join(scratch, "order.trace")
case, command = fresh("order")
p = start(["strace", "-o", seen, "-P", first, "-P", first + ".zst.tmp", "-P", second + ".zst.tmp", "-P", case, "-P",
           os.path.join(case, first + ".zst.tmp"),
           "-e", "trace=fsync,renameat,unlinkat", "-e", "inject=unlinkat:signal=KILL:when=3", *command], stderr=subprocess.DEVNULL)
p.wait(60)
calls = [l.split("(")[0] for l in open(seen) if "= 0" in l]
equal(calls[-4:], ["fsync", "renameat", "fsync", "unlinkat"],
      "the copy is on disk before it has its name, and the name before the original goes")
done()
