#!/usr/bin/env python3
"""The Debian packages under a real systemd: installed, upgraded, removed, purged; the evidence outlives them all."""
import glob
import os
import shutil

import box
from box import files, records, show
from harness import TOP, done, equal, holds, ok, run, scratch, skip, wait_for

CASES = "/var/lib/clockwitness"
UNIT = "clockwitnessd.service"


def pack():
    """The packages of today in scratch/1, and the same as a next version in scratch/2; None: they are made."""
    stage, first, next_one = (os.path.join(scratch, d) for d in ("stage", "1", "2"))
    why = box.install(stage, "SYSCONFDIR=/etc", "ZSHDIR=zsh/vendor-completions")
    if why:
        return why
    made = run(os.path.join(TOP, "packaging/make-deb"), stage, first, "0.1.0", timeout=120)
    if made.returncode:
        return made.stderr
    os.mkdir(next_one)
    for d in glob.glob(first + "/*.deb"):
        run("dpkg-deb", "-R", d, stage)
        run("sed", "-i", "s/^Version: .*/Version: 99-1/", stage + "/DEBIAN/control")
        run("dpkg-deb", "-Znone", "--root-owner-group", "-b", stage, next_one)
        shutil.rmtree(stage)
    return None


def prepare():
    why = box.why_not()
    if why or not shutil.which("apt-get") or not shutil.which("dpkg-shlibdeps"):
        return why or "no Debian"
    why = pack()
    if why:
        return why
    sections, sim = box.servers(3.2, 3.2, 3.2)
    return box.start(sim + """rm -rf etc/clockwitness.conf etc/systemd/system/clockwitness* var/lib/clockwitness* usr/lib/systemd/system/clockwitness*
cp -r %s/1 %s/2 srv
printf '%%s' '%s' > srv/servers
""" % (scratch, scratch, sections))


reason = prepare()
if reason:
    skip("the packages under systemd", reason.splitlines()[0])
    done()
box.serve()


def state():
    return [box.run("systemctl", "is-enabled", UNIT).strip() or "not-found", show(UNIT, "ActiveState")[0]]


def apt(*packages):
    got = box.result("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-q", "-y", "--no-install-recommends", *packages)
    return ok(got.returncode == 0, "apt installs %s" % " ".join(packages), got.stdout + got.stderr)


def packages(version, name="*"):
    return ["/srv/%d/%s" % (version, os.path.basename(d)) for d in glob.glob("%s/%d/%s_*.deb" % (scratch, version, name))]


def measures():
    return wait_for(lambda: "3 of 3 agree" in show(UNIT, "StatusText")[0], 30)


apt(*packages(1))
equal(state(), ["disabled", "inactive"], "which starts and enables nothing, as no server is known")
equal(box.run("systemctl", "preset", UNIT) + state()[0], "disabled", "nor does a preset of the host's own enable it")
ok(box.run("id", "-u", "clockwitness").strip().isdigit(), "the user is there")
equal(box.run("stat", "-c", "%U %a", CASES, CASES + "-capture").split(), ["clockwitness", "700"] * 2, "the directories are his, and nobody else's")
holds("Somebody set this host's clock", box.run("journalctl", "--list-catalog"), "the journal has the catalog")

got = box.result("systemctl", "start", UNIT)
equal((got.returncode != 0, show(UNIT, "ActiveState", "ExecMainStatus", "NRestarts")), (True, ["failed", "2", "0"]),
      "without a server it does not start, and is not tried again")
holds("no server is configured; name some", box.run("journalctl", "-q", "-o", "cat", "-u", UNIT), "and says what to do")
box.run("sh", "-c", "cat /srv/servers >> /etc/clockwitness.conf")
box.run("systemctl", "enable", "--now", UNIT)
equal(state(), ["enabled", "active"], "with servers it is enabled and runs")
ok(measures(), "it measures", box.run("systemctl", "status", UNIT))
equal(box.run("stat", "-c", "%U %a", "/run/clockwitness/status").strip(), "clockwitness 600", "it can be asked by root and its user only")
holds("3 of 3 agree", box.run("clockwitness", "status"), "it answers where the tool asks by itself")

pid = show(UNIT, "MainPID")[0]
apt(*packages(2))
equal(state(), ["enabled", "active"], "an upgrade leaves it enabled and running")
ok(show(UNIT, "MainPID")[0] != pid, "but it is the new program that runs")
holds("[server s11123]", box.run("cat", "/etc/clockwitness.conf"), "with the configuration as it was")
ok(measures(), "it measures", box.run("systemctl", "status", UNIT))
kept = files(CASES)
equal(len(kept), 2, "in a file of its own")
equal(records(kept[1])[0]["previous"]["file"], os.path.basename(kept[0]), "that names the one before")

got = box.result("dpkg", "-r", "clockwitnessd")
equal(got.returncode, 0, "dpkg -r removes it")
equal(state(), ["not-found", "inactive"], "it runs no more, and nothing would start it")
equal(box.run("find", "/etc/systemd/system", "-name", "clockwitness*"), "", "no link of its unit is left")
equal(box.run("ls", "/etc/clockwitness.conf").strip(), "/etc/clockwitness.conf", "the configuration is kept")
equal(records(kept[1])[-2]["type"], "stop", "it ended as asked")
got = box.result("clockwitness", "verify", "--closed", CASES)
equal(got.returncode, 0, "the evidence is kept, and holds")

apt(*packages(2, "clockwitnessd"))
holds("[server s11123]", box.run("cat", "/etc/clockwitness.conf"), "installed again it has its configuration")
box.run("systemctl", "enable", "--now", UNIT)
ok(measures(), "and measures", box.run("systemctl", "status", UNIT))
equal(len(files(CASES)), 3, "in one more file")
got = box.result("dpkg", "-P", "clockwitnessd", "clockwitness")
equal((got.returncode, [l for l in got.stderr.splitlines() if "/var/lib" in l or "/etc" in l]), (0, []),
      "dpkg -P purges both, and leaves nothing behind of which it would have to tell")
equal(state(), ["not-found", "inactive"], "it has been stopped")
equal(box.run("sh", "-c", "ls -d /etc/clockwitness.conf /usr/sbin/clockwitnessd /usr/bin/clockwitness /usr/lib/systemd/system/clockwitness*"), "",
      "programs, units and configuration are gone")
equal(len(files(CASES)), 3, "the evidence is not: nobody but a human being deletes it")
ok(box.run("id", "-u", "clockwitness").strip().isdigit(), "nor is its owner")
equal([r["type"] for r in box.records(files(CASES)[-1])[-2:]], ["stop", "seal"], "its end was written when the package went")
done()
