#!/usr/bin/env python3
"""The units under a real systemd: start, status, reload, watchdog, restart, stop; and nothing that they need root for."""
import os
import re
import shutil
import struct

import box
from box import files, records, show
from harness import BUILD, TOP, done, equal, holds, ok, skip, wait_for, write

CASES = "/var/lib/clockwitness"
SUBJECT = dict(re.findall(r"^-- (\w+)\nSubject: (.*)$", open(os.path.join(TOP, "systemd/clockwitness.catalog")).read(), re.M))
FIELDS = {i: re.findall(r"CLOCKWITNESS_\w+", d) for i, d in re.findall(
    r"^\.It Li (\w{32})\n[^.].*\n\.Pq .*\n\.Dv (.*)$", open(os.path.join(TOP, "daemon/clockwitnessd.8")).read(), re.M)}
ID = dict(re.findall(r'\[MESSAGE_(\w+)\] = "(\w*)"', open(os.path.join(TOP, "daemon/message.c")).read()))
FAKE = "/srv/fake"  # what the host's clock is off by, for a libc that lies: tests/preload_clock.c


def prepare():
    """Boots it, installed and configured; None, or why not."""
    why = box.why_not() or box.install(box.STAGE, "UNITDIR=/usr/lib/systemd/system")
    if why:
        return why
    sections, sim = box.servers(3.2, 3.2, 3.2)
    prep = sim + """cp -r %s/. ./
rm -f usr/lib/systemd/system/multi-user.target.wants/clockwitness*
printf '[daemon]\\nlog = debug\\n%%s' '%s' > etc/clockwitness.conf
mkdir -p etc/systemd/system/clockwitnessd.service.d
printf '[Service]\\nWatchdogSec=8\\nRestartSec=1\\nTimeoutAbortSec=1\\nEnvironment=LD_PRELOAD=/srv/preload.so CLOCK_FAKE=%s\\n' \\
  > etc/systemd/system/clockwitnessd.service.d/impatient.conf
cp %s/tests/preload_clock.so srv/preload.so
cp %s .%s
chmod 644 .%s
""" % (box.STAGE, sections, FAKE, BUILD, write("fake", struct.pack("=10q", *([0] * 8), 64, 10000)), FAKE, FAKE)
    why = box.start(prep)
    shutil.rmtree(box.STAGE, ignore_errors=True)
    return why


reason = prepare()
if reason:
    skip("the units under systemd", reason.splitlines()[0])
    done()
box.run("systemd-sysusers")
box.run("systemd-tmpfiles", "--create", "clockwitness.conf")
box.run("journalctl", "--update-catalog")
box.run("systemctl", "daemon-reload")
box.serve()
equal(box.run("systemctl", "is-enabled", "clockwitnessd").strip(), "disabled", "as it is installed it is not enabled")
box.run("systemctl", "start", "clockwitnessd")
equal(show("clockwitnessd", "ActiveState", "SubState"), ["active", "running"], "it starts, and says that it is ready")
pid = show("clockwitnessd", "MainPID")[0]
ok(wait_for(lambda: "offset +3.2" in show("clockwitnessd", "StatusText")[0], 30), "its status text tells the offset",
   box.run("systemctl", "status", "clockwitnessd"))
status = dict(l.split(":\t", 1) for l in box.run("cat", "/proc/%s/status" % pid).splitlines() if ":\t" in l)
user = box.run("id", "-u", "clockwitness").strip()
equal(status.get("Uid", "").split()[:1], [user], "it runs as a user of its own")
equal([status.get("Cap" + s) for s in ("Inh", "Prm", "Eff", "Bnd", "Amb")], ["0" * 16] * 5, "without any capability")
equal((status.get("NoNewPrivs"), status.get("Seccomp")), ("1", "2"), "it can get none, and its system calls are filtered")
equal(box.run("stat", "-c", "%U %a", CASES).strip(), "clockwitness 700", "the evidence is that user's and nobody else's")
begun = records(files(CASES)[0])[0]
equal(begun["uid"], int(user), "the start record says who it was")
ok("freq_ppm" in begun, "and how the kernel steers the clock, which it may read", begun.get("unwatched"))
c = begun["context"]
equal((c["seccomp"], c["no_new_privileges"]), ("own", True), "its own confinement is in force beneath systemd's")
ok(c["landlock"] > 0 or [u for u in c["unread"] if u["item"] == "landlock"], "Landlock, too, or why not", c)



def journal(name, what):
    """The journal has the message with its ID, its fields, and what the catalog says of it."""
    got = box.told("clockwitnessd", ID[name])
    if not ok(got, "the journal is told: " + what, box.run("journalctl", "-q", "-u", "clockwitnessd")):
        return
    equal([f for f in FIELDS[ID[name]] if f not in got], [], "with the fields that the manual names")
    explained = box.run("journalctl", "-q", "-x", "-n", "1", "-u", "clockwitnessd", "MESSAGE_ID=" + ID[name])
    ok("Subject: " + SUBJECT[ID[name]] in explained and not re.search(r"@\w+@", explained), "journalctl -x explains it", explained)


journal("EVIDENCE", "fingerprint and head")
journal("MAJORITY", "a majority agrees")
journal("SERVER", "a server's verdict")
box.run("sh", "-c", r"printf '\000\136\320\262' | dd of=%s conv=notrunc status=none" % FAKE)  # 3 s, in ns, least octet first
journal("STEP", "somebody set the clock")

box.run("sh", "-c", "printf '[server d]\\naddress = 127.0.0.1\\nport = 11124\\n' >> /etc/clockwitness.conf")
box.run("systemctl", "reload", "clockwitnessd")
ok(wait_for(lambda: [r for r in records(files(CASES)[0]) if r["type"] == "reload"], 20), "it reloads")
equal(show("clockwitnessd", "ActiveState", "MainPID"), ["active", pid], "and goes on")

box.run("kill", "-STOP", pid)
ok(wait_for(lambda: show("clockwitnessd", "NRestarts")[0] == "1", 40), "a daemon that stands still is killed and started again",
   box.run("systemctl", "status", "clockwitnessd"))
ok(wait_for(lambda: show("clockwitnessd", "ActiveState")[0] == "active" and len(files(CASES)) == 2, 20), "it writes a new file")
holds("watchdog", box.run("journalctl", "-q", "-o", "cat", "-u", "clockwitnessd").lower(), "the journal says that it was the watchdog")
old, new = files(CASES)
equal(records(new)[0].get("previous", {}).get("file"), os.path.basename(old), "which names the one before")
wait_for(lambda: [r for r in records(new) if r["type"] == "seal"], 20)
box.run("systemctl", "stop", "clockwitnessd")
equal(show("clockwitnessd", "ActiveState", "Result"), ["inactive", "success"], "it stops as asked")
equal(records(new)[-2]["type"], "stop", "with a stop record and a seal")
checked = box.result("clockwitness", "verify", CASES)
equal(checked.returncode, 0, "the evidence of both verifies: %s" % checked.stdout.strip().splitlines()[-1:])

box.run("sh", "-c", "echo DURATION=3s > /etc/default/clockwitness-capture")
box.run("systemctl", "start", "clockwitness-capture@case7")
ok(wait_for(lambda: show("clockwitness-capture@case7", "ActiveState")[0] == "inactive", 30), "a capture ends by itself",
   box.run("systemctl", "status", "clockwitness-capture@case7"))
checked = box.result("clockwitness", "verify", "--closed", CASES + "-capture/case7")
equal(checked.returncode, 0, "its evidence verifies, and is closed")

box.run("systemctl", "start", "clockwitnessd")
pid = show("clockwitnessd", "MainPID")[0]
box.run("sh", "-c", "rm -rf %s" % CASES)
ok(wait_for(lambda: show("clockwitnessd", "ActiveState")[0] == "active" and show("clockwitnessd", "MainPID")[0] != pid, 60),
   "when its directory is removed it ends, and is started again", box.run("systemctl", "status", "clockwitnessd"))
ok(wait_for(lambda: len(files(CASES)) == 1 and [r for r in records(files(CASES)[0]) if r["type"] == "seal"], 30),
   "with a directory that systemd has made", box.run("journalctl", "-q", "-o", "cat", "-u", "clockwitnessd"))
equal(box.run("stat", "-c", "%U %a", CASES).strip(), "clockwitness 700", "as it was")
box.run("systemctl", "stop", "clockwitnessd")

box.run("sh", "-c", "echo nonsense > /etc/clockwitness.conf")
box.run("systemctl", "start", "clockwitnessd")
equal(show("clockwitnessd", "ActiveState", "ExecMainStatus", "NRestarts"), ["failed", "2", "0"],
      "a wrong configuration is not tried again")
done()
