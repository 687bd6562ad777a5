#!/usr/bin/env python3
"""What the journal is told: one message a change, with fields and an ID that the catalog and the manual know."""
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading

from harness import BUILD, DAEMON, TOP, Servers, clock, directory, done, equal, evidence_files, holds, ok, records, run, \
    scratch, skip, start, wait_for, write

ID = dict(re.findall(r'\[MESSAGE_(\w+)\] = "(\w*)"', open(os.path.join(TOP, "daemon/message.c")).read()))
NAME = {i: n for n, i in ID.items()}
CATALOG = os.path.join(TOP, "systemd/clockwitness.catalog")
# a sanitizer's library wants to be the first
PRELOAD = " ".join([w for w in subprocess.run(["ldd", DAEMON], capture_output=True, text=True).stdout.split()
                    if w.startswith("/") and "libasan" in w] + [os.path.join(BUILD, "tests", "preload_clock.so")])

# in a mount namespace of its own, so that the journal's socket can be ours
if "INSIDE" not in os.environ and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0:
    os.environ["INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable] + sys.argv)

listed = re.findall(r"^\t(MESSAGE_\w+),", open(os.path.join(TOP, "daemon/message.h")).read(), re.M)
equal(sorted(listed), sorted("MESSAGE_" + n for n in ID), "every message has its ID")
equal([i for i in ID.values() if not re.fullmatch("[0-9a-f]{32}", i)], [], "of 32 hex digits")
equal(len(set(ID.values())), len(ID), "no two the same")
code = "".join(open(os.path.join(TOP, "daemon", f)).read() for f in os.listdir(os.path.join(TOP, "daemon"))
               if f.endswith(".c") and f != "message.c")
equal([m for m in listed if not re.search(r"\b%s\b" % m, code)], [], "none that is never sent")
entries = dict(re.findall(r"^-- (\w+)\n(.*?)(?=^-- |\Z)", open(CATALOG).read(), re.M | re.S))
equal(sorted(NAME.get(i, i) for i in entries), sorted(ID), "the catalog has an entry for each, and for no other")
equal([i for i, e in entries.items() if not re.match(r"Subject: .+\nDefined-By: clockwitness\n(\w+: .*\n)*\n\S", e)], [],
      "with a subject and a text")
page = open(os.path.join(TOP, "daemon/clockwitnessd.8")).read()
described = {i: set(("CLOCKWITNESS_" + f).replace("CLOCKWITNESS_CLOCKWITNESS_", "CLOCKWITNESS_") for f in re.findall(r"\w+", d))
             for i, d in re.findall(r"^\.It Li (\w{32})\n[^.].*\n\.Pq .*\n\.Dv (.*)$", page, re.M)}
equal(sorted(NAME.get(i, i) for i in described), sorted(ID), "clockwitnessd(8) names each, and its fields")
equal([(NAME[i], f) for i, e in entries.items() for f in re.findall(r"@(\w+)@", e) if f not in described.get(i, ())], [],
      "the catalog uses no field that a message has not")
if shutil.which("journalctl"):
    root = directory("root")
    os.makedirs(root + "/usr/lib/systemd/catalog")
    shutil.copy(CATALOG, root + "/usr/lib/systemd/catalog/")
    got = run("journalctl", "--update-catalog", "--root", root)
    equal((got.returncode, got.stderr), (0, ""), "journalctl takes it")
    subjects = run("journalctl", "--list-catalog", "--root", root).stdout
    equal([n for n, i in ID.items() if i not in subjects], [], "and has every entry")
else:
    skip("journalctl takes it", "no journalctl")

if "INSIDE" not in os.environ:
    skip("what reaches the journal", "no mount namespace can be made here")
    done()
os.makedirs("/run/systemd", exist_ok=True)
run("mount", "-t", "tmpfs", "tmpfs", "/run/systemd")
os.makedirs("/run/systemd/journal")
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind("/run/systemd/journal/socket")
os.chmod("/run/systemd/journal/socket", 0o666)
told = []


def listen():
    """The journal's native protocol, as far as it is used here: NAME=value lines."""
    while True:
        told.append(dict(l.split("=", 1) for l in journal.recv(1 << 16).decode().splitlines()))


threading.Thread(target=listen, daemon=True).start()


def messages(name, **fields):
    return [m for m in list(told) if m.get("MESSAGE_ID") == ID[name] and all(m.get("CLOCKWITNESS_" + k) == v for k, v in fields.items())]


def comes(name, sentence, **fields):
    return ok(wait_for(lambda: messages(name, **fields)), sentence, "\n".join(m["MESSAGE"] for m in told))


case, fake = directory("case"), write("fake", struct.pack("=10q", *([0] * 8), 64, 10000))
run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", case)
servers = Servers({"a": clock(3.2), "b": clock(3.2), "c": clock(3.2), "liar": clock(9)})


def turn(name, offset):
    servers.set(name, "clock.offset", offset)


def begin(*before, to, more=(), **env):
    said = open(os.path.join(scratch, "stderr"), "a")
    s = os.fstat(said.fileno())
    return start([*before, DAEMON, "-o", to, "--poll", "0.1", *more, *servers.all()], stderr=said,
                 env=dict(os.environ, JOURNAL_STREAM="%d:%d" % (s.st_dev, s.st_ino), **env))


p = begin(to=case, LD_PRELOAD=PRELOAD, CLOCK_FAKE=fake)
comes("MAJORITY", "a majority", OUTCOME="majority", TRUECHIMERS="3", CANDIDATES="4")
comes("FALSETICKER", "a falseticker, by name", SERVER=servers["liar"], VERDICT="falseticker")
equal(messages("FALSETICKER")[0]["PRIORITY"], "4", "as a warning")
begun = messages("EVIDENCE")[0]
equal((begun["CLOCKWITNESS_EVIDENCE"], begun["CLOCKWITNESS_FILE"]), ("begins", os.path.basename(evidence_files(case)[0])),
      "fingerprint and head")
before, rounds = len(told), len(records(case, "calibration"))
wait_for(lambda: len(records(case, "calibration")) > rounds + 10)
equal([m["MESSAGE"] for m in told[before:] if "MESSAGE_ID" not in m or NAME[m["MESSAGE_ID"]] != "SERVER"], [],
      "ten more rounds have nothing to say")
with open(fake, "r+b") as f:
    f.write(struct.pack("=q", 2 * 10**9))
step = comes("STEP", "somebody set the clock") and messages("STEP")[0]
ok(step and abs(int(step["CLOCKWITNESS_STEP_NS"]) - 2 * 10**9) < 10**6, "by how much", step)
used = os.statvfs(case)
used = (used.f_blocks - used.f_bfree) * used.f_frsize
while run("mount", "-o", "remount,size=%d" % used, case).returncode != 0:
    used += 4096  # it is growing
comes("DISK_FULL", "a full disk", DIRECTORY=case)
equal(len(messages("DISK_FULL")), 1, "once")
run("mount", "-o", "remount,size=8m", case)
comes("DISK_RECOVERED", "there is room again")
equal(int(messages("DISK_RECOVERED")[0]["CLOCKWITNESS_LOST"]), sum(r["records"] for r in records(case, "gap")),
      "how many records were lost")
turn("b", 20)
turn("c", 40)
comes("NO_MAJORITY", "no majority", OUTCOME="no-majority")
p.terminate()
p.wait(20)
equal(messages("EVIDENCE")[-1]["CLOCKWITNESS_SEQ"], str(records(case)[-1]["seq"]), "the head at the end")
unsealed = begin("strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO:when=5+", to=directory("unsealed"),
                 more=["--for", "3s"])
comes("SEAL_FAILED", "a seal that cannot be brought to disk", DIRECTORY=os.path.join(scratch, "unsealed"))
comes("DISK_FAILED", "and why", DIRECTORY=os.path.join(scratch, "unsealed"))
unsealed.wait(60)
equal(len(messages("SEAL_FAILED")), 1, "once")
equal([m for m in told if m.get("SYSLOG_IDENTIFIER") != "clockwitnessd"], [], "all of it by its name")
equal([(NAME[m["MESSAGE_ID"]], f) for m in told if "MESSAGE_ID" in m for f in m
       if f.startswith("CLOCKWITNESS_") and f not in described[m["MESSAGE_ID"]]], [], "no field that clockwitnessd(8) has not")
# the leak checker cannot look into a process that is being traced, and says so
said = [line for line in open(os.path.join(scratch, "stderr")) if "LeakSanitizer" not in line and "LSAN_OPTIONS" not in line]
equal(said, [], "and nothing twice, on standard error as well")
run("umount", case)
done()
