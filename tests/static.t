#!/usr/bin/env python3
"""The static programs: what they need on a host, which is nothing, and what fools them there, which is less."""
import os
import shutil
import struct
import subprocess
import time

from harness import BUILD, DAEMON, Servers, TOP, clock, directory, done, equal, ns, ok, records, run, skip, tool, write

STATIC = os.path.join(TOP, "build-static", "clockwitnessd")
PRELOAD = os.path.join(BUILD, "tests", "preload_clock.so")
HOURS = 3600 * 10**9

if not os.path.exists(STATIC):
    skip("the static programs", "not built; make check-static builds and tests them")
    done()

for program in (STATIC, os.path.join(TOP, "build-static", "clockwitness")):
    name = os.path.basename(program)
    head = run("readelf", "-lhd", program).stdout
    ok("INTERP" not in head and "NEEDED" not in head, "%s needs no loader and no library" % name, head)
    ok("Type:" in head and "DYN" in head.split("Type:")[1].split("\n")[0], "and lies anywhere in memory", head)
ok(os.path.getsize(STATIC) <= 1500000, "the daemon's file has at most 1.5 MB", os.path.getsize(STATIC))

servers = Servers({"a": clock(0.5), "b": clock(0.5), "c": clock(0.5)})
if os.getuid() == 0:
    root = directory("root")
    os.mkdir(os.path.join(root, "case"))
    shutil.copy(STATIC, os.path.join(root, "clockwitnessd"))
    got = run("chroot", root, "/clockwitnessd", "-o", "/case", "--for", "1s", "--poll", "0.1", *servers.all())
    equal(got.returncode, 0, "it runs on a root with nothing but itself and a directory")
    equal(sorted(os.listdir(root)), ["case", "clockwitnessd"], "it leaves nothing else there")
    equal(tool("verify", "--closed", os.path.join(root, "case")).returncode, 0, "its evidence verifies")
    begun = records(os.path.join(root, "case"), "start")[0]
    unread = {u["item"] for u in begun["context"]["unread"]}
    ok({"machine_id", "boot_id", "localtime", "time_daemons", "program_sha256"} <= unread, "what is not there is named", unread)
    good = [c for c in records(os.path.join(root, "case"), "calibration") if c["selected"]]
    ok(good and abs(good[-1]["offset_ns"] - 500000000) < 5000000, "and it measures", good[-1:])
else:
    skip("an empty root", "not started as root")

# a libc that lies by two hours, by the environment or for all programs of the host
if not os.path.exists(PRELOAD) or "asan" in run("ldd", DAEMON).stdout:
    skip("a lying libc", "a sanitizer's own preload is in the way")
    done()
fake = write("fake", struct.pack("=qqq", 2 * HOURS, 0, 0))
lie = dict(os.environ, CLOCK_FAKE=fake)


def start_of(program, name, env, *before):
    case = directory(name)
    run(*before, program, "-o", case, "--for", "0.3s", "--poll", "0.1", *servers.all(), env=env)
    return records(case, "start")[0]


def shown(begun):
    """How far ahead its clock was of this one's, in hours."""
    return round((ns(begun["at"]) - time.time_ns()) / HOURS)


fooled = start_of(DAEMON, "fooled", dict(lie, LD_PRELOAD=PRELOAD))
equal(shown(fooled), 2, "a preload fools the dynamic program")
ok(abs(fooled["context"]["libc_real_ns"] - 2 * HOURS) < 10**6, "which sees that libc and the kernel disagree",
   fooled["context"])
plain = start_of(STATIC, "plain", dict(lie, LD_PRELOAD=PRELOAD))
equal((shown(plain), plain["context"]["libc_real_ns"]), (0, 0), "but not the static one")
equal(plain["context"]["ld_preload"], PRELOAD, "which tells of it")

over = directory("over")
inner = """mount --make-rprivate /; mount -t tmpfs t %(o)s; mkdir %(o)s/u %(o)s/w
mount -t overlay o -o lowerdir=/etc,upperdir=%(o)s/u,workdir=%(o)s/w /etc && echo %(p)s > /etc/ld.so.preload && exec "$@"
""" % {"o": over, "p": PRELOAD}
if os.getuid() == 0 and run("unshare", "-m", "sh", "-c", inner, "sh", "true").returncode == 0:
    before = ("unshare", "-m", "sh", "-c", inner, "sh")
    equal(shown(start_of(DAEMON, "host-fooled", lie, *before)), 2, "/etc/ld.so.preload fools the dynamic program")
    plain = start_of(STATIC, "host-plain", lie, *before)
    equal((shown(plain), plain["context"]["libc_real_ns"]), (0, 0), "but not the static one")
    equal(plain["context"]["ld_so_preload"], PRELOAD, "which tells of it")
else:
    skip("/etc/ld.so.preload", "no file system view of one's own can be made here")
done()
