#!/usr/bin/env python3
"""The units under a real systemd: start, status, reload, watchdog, restart, stop; and nothing that they need root for."""
import atexit
import json
import os
import re
import shutil
import subprocess

from harness import DAEMON, HERE, TOOL, TOP, done, equal, holds, ok, skip, wait_for

BOX = os.path.join(HERE, "systemd-box")
D = "/var/tmp/clockwitness-box-%d" % os.getpid()
CASES = "/var/lib/clockwitness"


def why_not():
    if os.getuid() != 0:
        return "not started as root"
    if not shutil.which("systemd-nspawn"):
        return "no systemd-nspawn (package systemd-container)"
    if "asan" in subprocess.run(["ldd", DAEMON], capture_output=True, text=True).stdout:
        return "a sanitizer needs what the unit denies"
    stage = subprocess.run(["make", "-s", "-o", "all", "-C", TOP, "install", "DESTDIR=" + D + "-stage", "PREFIX=/usr",
                            "BUILD=" + os.environ.get("BUILD", "build"), "UNITDIR=/usr/lib/systemd/system"],
                           capture_output=True, text=True)
    if stage.returncode:
        return "cannot be installed: " + stage.stderr
    sim = '{"seed": 1, "servers": [%s]}' % ", ".join(
        '{"name": "%s", "address": "127.0.0.1", "port": %d, "clock": {"offset": 3.2}}' % (n, p)
        for n, p in (("a", 11123), ("b", 11124), ("c", 11125)))
    conf = "[daemon]\nlog = debug\n" + "".join(
        "[server %s]\naddress = 127.0.0.1\nport = %d\nminpoll = 0\nmaxpoll = 1\n" % x for x in (("a", 11123), ("b", 11124), ("c", 11125)))
    impatient = "[Service]\nWatchdogSec=8\nRestartSec=1\nTimeoutAbortSec=1\n"
    prep = """cp -r %s-stage/. ./
rm -f usr/lib/systemd/system/multi-user.target.wants/clockwitness*
printf '%%s' '%s' > etc/clockwitness.conf
mkdir -p srv etc/systemd/system/clockwitnessd.service.d
printf '%%s' '%s' > etc/systemd/system/clockwitnessd.service.d/impatient.conf
cp %s/ntpsim.py srv/; printf '%%s' '%s' > srv/sim.json
""" % (D, conf, impatient, HERE, sim)
    started = subprocess.run([BOX, "start", D], env=dict(os.environ, PREP=prep), stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
    shutil.rmtree(D + "-stage", ignore_errors=True)
    return "systemd cannot be booted here: " + started.stderr if started.returncode else None


@atexit.register
def end():
    shutil.rmtree(D + "-stage", ignore_errors=True)
    if os.path.exists(os.path.join(D, "leader")):
        subprocess.run([BOX, "stop", D], capture_output=True)
    elif os.path.ismount(D):
        subprocess.run("umount %s/root; umount %s; rmdir %s" % (D, D, D), shell=True, capture_output=True)


def box(*command):
    return subprocess.run([BOX, "run", D] + list(command), capture_output=True, text=True, timeout=60).stdout


def show(unit, *names):
    got = dict(l.split("=", 1) for l in box("systemctl", "show", unit, "-p", ",".join(names)).splitlines() if "=" in l)
    return [got.get(n, "") for n in names]


def files(path=CASES):
    """Without the .zst of those that have been compressed."""
    return sorted({f.removesuffix(".zst") for f in box("sh", "-c", "ls %s/*.jsonl*" % path).split()})


def records(path):
    return [json.loads(l) for l in box("sh", "-c", "cat %s || zstd -dcq %s.zst" % (path, path)).splitlines() if l.endswith("}")]


reason = why_not()
if reason:
    skip("the units under systemd", reason.splitlines()[0])
    done()
box("systemd-sysusers")
box("systemd-tmpfiles", "--create", "clockwitness.conf")
box("systemctl", "daemon-reload")
box("ip", "link", "set", "lo", "up")
box("systemd-run", "--unit=sim", "/usr/bin/python3", "/srv/ntpsim.py", "/srv/sim.json")
equal(box("systemctl", "is-enabled", "clockwitnessd").strip(), "disabled", "as it is installed it is not enabled")
box("systemctl", "start", "clockwitnessd")
equal(show("clockwitnessd", "ActiveState", "SubState"), ["active", "running"], "it starts, and says that it is ready")
pid = show("clockwitnessd", "MainPID")[0]
ok(wait_for(lambda: "offset +3.2" in show("clockwitnessd", "StatusText")[0], 30), "its status text tells the offset",
   box("systemctl", "status", "clockwitnessd"))
status = dict(l.split(":\t", 1) for l in box("cat", "/proc/%s/status" % pid).splitlines() if ":\t" in l)
user = box("id", "-u", "clockwitness").strip()
equal(status.get("Uid", "").split()[:1], [user], "it runs as a user of its own")
equal([status.get("Cap" + s) for s in ("Inh", "Prm", "Eff", "Bnd", "Amb")], ["0" * 16] * 5, "without any capability")
equal((status.get("NoNewPrivs"), status.get("Seccomp")), ("1", "2"), "it can get none, and its system calls are filtered")
equal(box("stat", "-c", "%U %a", CASES).strip(), "clockwitness 700", "the evidence is that user's and nobody else's")
begun = records(files()[0])[0]
equal(begun["uid"], int(user), "the start record says who it was")
ok("freq_ppm" in begun, "and how the kernel steers the clock, which it may read", begun.get("unwatched"))
c = begun["context"]
equal((c["seccomp"], c["no_new_privileges"]), ("own", True), "its own confinement is in force beneath systemd's")
ok(c["landlock"] > 0 or [u for u in c["unread"] if u["item"] == "landlock"], "Landlock, too, or why not", c)

box("sh", "-c", "printf '[server d]\\naddress = 127.0.0.1\\nport = 11124\\n' >> /etc/clockwitness.conf")
box("systemctl", "reload", "clockwitnessd")
ok(wait_for(lambda: [r for r in records(files()[0]) if r["type"] == "reload"], 20), "it reloads")
equal(show("clockwitnessd", "ActiveState", "MainPID"), ["active", pid], "and goes on")

box("kill", "-STOP", pid)
ok(wait_for(lambda: show("clockwitnessd", "NRestarts")[0] == "1", 40), "a daemon that stands still is killed and started again",
   box("systemctl", "status", "clockwitnessd"))
ok(wait_for(lambda: show("clockwitnessd", "ActiveState")[0] == "active" and len(files()) == 2, 20), "it writes a new file")
holds("watchdog", box("journalctl", "-q", "-o", "cat", "-u", "clockwitnessd").lower(), "the journal says that it was the watchdog")
old, new = files()
equal(records(new)[0].get("previous", {}).get("file"), os.path.basename(old), "which names the one before")
wait_for(lambda: [r for r in records(new) if r["type"] == "seal"], 20)
box("systemctl", "stop", "clockwitnessd")
equal(show("clockwitnessd", "ActiveState", "Result"), ["inactive", "success"], "it stops as asked")
equal(records(new)[-2]["type"], "stop", "with a stop record and a seal")
checked = subprocess.run([BOX, "run", D, "/usr/bin/clockwitness", "verify", CASES], capture_output=True, text=True)
equal(checked.returncode, 0, "the evidence of both verifies: %s" % checked.stdout.strip().splitlines()[-1:])

box("sh", "-c", "echo DURATION=3s > /etc/default/clockwitness-capture")
box("systemctl", "start", "clockwitness-capture@case7")
ok(wait_for(lambda: show("clockwitness-capture@case7", "ActiveState")[0] == "inactive", 30), "a capture ends by itself",
   box("systemctl", "status", "clockwitness-capture@case7"))
checked = subprocess.run([BOX, "run", D, "/usr/bin/clockwitness", "verify", "--closed", CASES + "-capture/case7"],
                         capture_output=True, text=True)
equal(checked.returncode, 0, "its evidence verifies, and is closed")

box("sh", "-c", "echo nonsense > /etc/clockwitness.conf")
box("systemctl", "start", "clockwitnessd")
equal(show("clockwitnessd", "ActiveState", "ExecMainStatus", "NRestarts"), ["failed", "2", "0"],
      "a wrong configuration is not tried again")
done()
