#!/usr/bin/env python3
"""The start record tells what surrounds the clock, and nothing on the host can stop it from being written."""
import hashlib
import os
import re
import struct
import subprocess
import sys

from harness import BUILD, DAEMON, Servers, clock, daemon, directory, done, equal, evidence_files, holds, ok, records, run, \
    scratch, skip, start, tool, write

servers = Servers({"a": clock(0.5)})
case = directory("plain")
conf = write("plain.conf", "[daemon]\nevidence = %s\n[server a]\naddress = 127.0.0.1\nport = %s\n"
             % (case, servers["a"].rsplit(":", 1)[1]))
got = daemon("-c", conf, "--for", "0.5s", "--poll", "0.1", env=dict(os.environ, TZ="Europe/Berlin"))
equal(got.returncode, 0, "the daemon runs")
begun = records(case, "start")[0]
c = begun["context"]
unread = {u["item"]: u["reason"] for u in c["unread"]}


def digest(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


equal(c["program_sha256"], digest(DAEMON), "it knows the digest of its own program")
equal((c["configuration"], c["configuration_sha256"]), (conf, digest(conf)), "and that of the configuration it read")
equal(c["machine"], os.uname().machine, "the machine")
equal(c["kernel_build"], os.uname().version, "the kernel's build")
ok("clocksources" in unread or begun["clocksource"] in c["clocksources"].split(), "the clocksources, or why not", c)
equal((begun["timezone"], c["tz"]), ("Europe/Berlin", "Europe/Berlin"), "the time zone's name, and that TZ gave it")
zones = c["zone_changes"]
if os.path.exists("/usr/share/zoneinfo/Europe/Berlin"):
    ok(len(zones) >= 4, "the changes of local time around now", zones)
    equal({(z["utc_offset_s"], z["abbreviation"]) for z in zones}, {(3600, "CET"), (7200, "CEST")}, "with offset and name")
    equal({z["at"][10:] for z in zones}, {"T01:00:00.000000000Z"}, "to the second")
if os.path.exists("/etc/localtime"):
    equal(c["localtime_sha256"], digest("/etc/localtime"), "the digest of /etc/localtime")
leap = "/usr/share/zoneinfo/leap-seconds.list"
if os.path.exists(leap):
    equal(c["leap_table_sha256"], digest(leap), "the digest of the leap table")
    expires = int(re.search(r"^#@\s+(\d+)", open(leap).read(), re.M).group(1)) - 2208988800
    equal(c["leap_table_expires"][:10], subprocess.run(["date", "-u", "-d", "@%d" % expires, "+%F"], capture_output=True,
                                                       text=True).stdout.strip(), "and when it expires")
else:
    holds("leap_table", unread, "no leap table: it says so")
equal([c["libc_%s_ns" % k] for k in ("real", "mono", "raw", "boot")], [0, 0, 0, 0], "libc and the kernel agree about the clocks")
ok("rtc" in unread or abs(c["rtc_ahead_ns"]) < 10**18, "the RTC, or why not", c)
ok(c["container"] and c["container_by"], "whether this is a container, and what tells", c)
ok("hypervisor" in unread or isinstance(c["hypervisor"], bool), "whether there is a hypervisor", c)
ok("timens" in unread or (c["timens_monotonic_ns"], c["timens_boottime_ns"]) == (0, 0), "the time namespace's offsets", c)
ok(all(u["reason"] for u in c["unread"]), "what could not be read has a reason", c["unread"])
line = open(evidence_files(case)[0], "rb").readline()
ok(len(line) < 4096, "the record stays small", len(line))
equal(tool("verify", "--closed", case).returncode, 0, "and verifies")
ok("disagree" not in got.stderr, "nothing is said of a libc that tells the truth", got.stderr)

fake = write("fake", struct.pack("=qqq", 7200 * 10**9, 0, 0))
preload = os.path.join(BUILD, "tests", "preload_clock.so")
case = directory("fooled")
if os.path.exists(preload) and "asan" not in subprocess.run(["ldd", DAEMON], capture_output=True, text=True).stdout:
    got = daemon("-o", case, "--for", "0.3s", "127.0.0.1:9", env=dict(os.environ, LD_PRELOAD=preload, CLOCK_FAKE=fake))
    c = records(case, "start")[0]["context"]
    ok(abs(c["libc_real_ns"] - 7200 * 10**9) < 10**6 and c["libc_raw_ns"] == 0,
       "a libc that lies about the time disagrees with the kernel by what it adds", c)
    equal(c["ld_preload"], preload, "and what was loaded before it is named")
    holds("libc's clocks disagree", got.stderr, "this is said")
else:
    skip("a libc that lies", "a sanitizer's own preload is in the way")

# Another host's files over this one's, in a file system view of our own.
FILES = {
    "chrony": ("/var/lib/chrony/chrony.drift", "          -17.250000             0.031000\n", 17.25),
    "ntpd": ("/var/lib/ntp/ntp.drift", "17.250\n", 17.25),
    "ntpsec": ("/var/lib/ntpsec/ntp.drift", "-3.5\n", -3.5),
    "openntpd": ("/var/lib/openntpd/db/ntpd.drift", "17.250\n", 17.25),
    "timesyncd": ("/var/lib/systemd/timesync/clock", "", None),
}


def in_other_root(name, prepare, timeout=30):
    """The start record of a daemon that sees /etc, /var and /run as `prepare` leaves them."""
    case = directory(name)
    over = directory(name + "-over")
    script = """set -e
mount --make-rprivate /
for d in etc var run; do
    mkdir -p %(o)s/$d/up %(o)s/$d/work
    mount -t overlay overlay -o lowerdir=/$d,upperdir=%(o)s/$d/up,workdir=%(o)s/$d/work /$d
done
%(prepare)s
exec %(daemon)s -o %(case)s --for 0.5s --poll 0.1 127.0.0.1:9
""" % {"o": over, "prepare": prepare, "daemon": DAEMON, "case": case}
    got = run("unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs %s; %s" % (over, script), timeout=timeout)
    found = records(case, "start")
    return found[0]["context"] if found else {"failed": got.stderr}, case


def put(path, text):
    """Shell that makes a file."""
    kept = write("kept-%d" % abs(hash(path + repr(text))), text)
    return "mkdir -p %s; rm -f %s; cp %s %s\n" % (os.path.dirname(path), path, kept, path)


probe = run("unshare", "-m", "sh", "-c", "mount --make-rprivate / && mkdir -p %(d)s/a %(d)s/w && mount -t tmpfs t %(d)s && "
            "mkdir %(d)s/u %(d)s/w && mount -t overlay o -o lowerdir=/etc,upperdir=%(d)s/u,workdir=%(d)s/w /etc"
            % {"d": directory("probe")})
if os.getuid() != 0 or probe.returncode != 0:
    skip("another host's files", "no file system view of one's own can be made here")
    done()

c, case = in_other_root("drifts", "".join(put(p, t) for p, t, _ in FILES.values()))
found = {d["of"]: d for d in c.get("drift_files", [])}
equal(sorted(found), sorted(FILES), "the drift files of five time daemons are read")
for of, (path, text, ppm) in FILES.items():
    d = found.get(of, {})
    equal((d.get("file"), d.get("text"), d.get("frequency_ppm")), (path, text.rstrip("\n"), ppm),
          "%s: file, text, and the frequency in the one sign of the evidence" % of)
    ok(d.get("modified", "")[:4] == str(__import__("time").gmtime().tm_year), "%s: and when it was written" % of, d)
equal(found.get("chrony", {}).get("skew_ppm"), 0.031, "chrony's skew")
equal(tool("verify", "--closed", case).returncode, 0, "the evidence verifies")

c, case = in_other_root("configured", put("/etc/chrony.conf", "pool x\ndriftfile /var/tmp/other.drift\n") +
                        put("/var/tmp/other.drift", "4 1\n") + put("/etc/adjtime", "0.0 0 0.0\n0\nLOCAL\n"))
equal([(d["file"], d["frequency_ppm"]) for d in c["drift_files"]], [("/var/tmp/other.drift", -4)],
      "a drift file is found where the daemon's configuration says")
equal(c["rtc_scale"], "LOCAL", "and the RTC's scale where hwclock keeps it")

hostile = "".join("mkdir -p %s; rm -rf %s\n" % (os.path.dirname(p), p) for p, _, _ in FILES.values()) + """
mkfifo /var/lib/chrony/chrony.drift
ln -s ntp.drift /var/lib/ntp/ntp.drift
head -c 3000000 /dev/urandom > /var/lib/ntpsec/ntp.drift
ln -s /dev/zero /var/lib/openntpd/db/ntpd.drift
mkdir /var/lib/systemd/timesync/clock
rm -f /etc/localtime /etc/machine-id /etc/adjtime; head -c 200000 /dev/urandom > /etc/localtime
printf '\\377\\376\\033[2J"\\\\\\n' > /etc/machine-id
mkfifo /etc/adjtime
printf 'driftfile /var/lib/chrony/\\377\\033"x\\n' > /etc/chrony.conf
mkfifo /etc/ntp.conf; mkfifo /etc/ld.so.preload.x
"""
c, case = in_other_root("hostile", hostile)
unread = {u["item"]: u["reason"] for u in c.get("unread", [])}
equal([unread.get(i) for i in ("/var/lib/chrony/chrony.drift", "/var/lib/openntpd/db/ntpd.drift", "rtc_scale")],
      ["not a regular file"] * 3, "pipes and devices in their places are not opened")
holds("symbolic links", unread.get("/var/lib/ntp/ntp.drift", ""), "a loop of links is named")
odd = [d for d in c.get("drift_files", []) if d["of"] == "ntpsec"]
ok(odd and "frequency_ppm" not in odd[0] and len(odd[0]["text"]) < 64, "noise gives text, cut, and no frequency", odd)
equal(tool("verify", "--closed", case).returncode, 0, "and the evidence verifies")

# Processes and sockets of a network and a process view of our own.
inner = r'''
set -e
mount --make-rprivate /
mount -t proc proc /proc
ip link set lo up 2>/dev/null || ifconfig lo up
cp $(readlink -f $(command -v sleep)) %(d)s/chronyd; cp %(d)s/chronyd %(d)s/ntpd; cp %(d)s/chronyd %(d)s/systemd-timesyncd
%(d)s/chronyd 30 & %(d)s/ntpd 31 & %(d)s/systemd-timesyncd 32 &
%(python)s -c '
import socket, sys, time
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); a.bind(("127.0.0.1", 123))
b = socket.socket(socket.AF_INET6, socket.SOCK_STREAM); b.bind(("::1", 4460)); b.listen()
open("%(d)s/bound", "w").close(); time.sleep(30)' &
n=0; while [ ! -e %(d)s/bound ] && [ $n -lt 200 ]; do n=$((n+1)); sleep 0.05; done
%(daemon)s -o %(d)s --for 0.3s --poll 0.1 127.0.0.1:9
'''
d = directory("others")
run("unshare", "-mnpf", "--kill-child", "sh", "-c", inner % {"d": d, "python": sys.executable, "daemon": DAEMON}, timeout=60)
c = (records(d, "start") or [{"context": {"time_daemons": [], "listeners": []}}])[0]["context"]
equal(sorted((t["program"], t["command"].split("/")[-1]) for t in c["time_daemons"]),
      [("chrony", "chronyd 30"), ("ntpd", "ntpd 31"), ("systemd-timesyncd", "systemd-timesyncd 32")],
      "time daemons are told by their names, with what they were started with")
equal(sorted((l["protocol"], l["address"], l["port"]) for l in c["listeners"]), [("tcp6", "::1", 4460), ("udp", "127.0.0.1", 123)],
      "and who listens on the ports of NTP and NTS")

got = run("unshare", "-T", "--monotonic", "1000", "--boottime", "2000", DAEMON, "-o", directory("timens"), "--for", "0.3s",
          "127.0.0.1:9")
if records(os.path.join(scratch, "timens"), "start"):
    c = records(os.path.join(scratch, "timens"), "start")[0]["context"]
    equal((c.get("timens_monotonic_ns"), c.get("timens_boottime_ns")), (1000 * 10**9, 2000 * 10**9),
          "a time namespace's offsets are in the record")
else:
    skip("a time namespace", "cannot be made here")
done()
