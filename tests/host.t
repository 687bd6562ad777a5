#!/usr/bin/env python3
"""The daemon on its host: privileges, writes, signals, systemd's protocol, chronyd, names."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from harness import BUILD, DAEMON, HERE, Servers, TOOL, clock, daemon, directory, done, equal, evidence_files, holds, ok, \
    records, run, scratch, skip, start, tool, wait_for, write

SETTERS = ["settimeofday", "clock_settime", "stime", "adjtime", "ntp_adjtime", "clock_adjtime"]

for program in (DAEMON, TOOL):
    symbols = [s.split("@")[0] for s in run("nm", "-D", "--undefined-only", program).stdout.split()]
    ok("getopt_long" in symbols, "%s: what it links can be read" % os.path.basename(program))
    equal([s for s in SETTERS + ["adjtimex"] * (program == TOOL) if s in symbols], [],
          "%s links no function that sets or steers a clock" % os.path.basename(program))

servers = Servers({"a": clock(3.2, 40), "b": clock(3.2, 40), "c": clock(3.2, 40)})

case = directory("traced")
trace = os.path.join(scratch, "trace")
strace = ["strace", "-f", "-o", trace, "-e", "trace=%file,%desc,clock_settime,settimeofday,adjtimex,clock_adjtime"]
got = run(*strace, DAEMON, "-o", case, "--for", "1s", "--poll", "0.1", *servers.all())
if "ptrace" in got.stderr.lower() or not os.path.exists(trace):
    skip("system calls", "strace cannot trace here")
else:
    text = open(trace).read()
    opened = re.findall(r'open(?:at)?\((?:AT_FDCWD|\d+), "([^"]*)", ([A-Z_|]+)', text)
    writing = [(n, f) for n, f in opened if re.search("WRONLY|RDWR|CREAT|TRUNC", f)]
    equal([n for n, f in writing if n != os.path.basename(evidence_files(case)[0])], [],
          "it opens nothing for writing but its evidence")
    equal([l for l in text.splitlines() if re.search(r" (unlink|rename|mkdir|link|symlink|chmod|chown|truncate|ftruncate)\w*\(", l)],
          [], "and changes no other file")
    equal(re.findall(r"(?:clock_settime|settimeofday)\(", text), [], "and sets no clock")
    asked = re.findall(r"adj(?:timex|time)\((?:CLOCK_REALTIME, )?(.{9})", text)
    ok(asked and set(asked) == {"{modes=0,"}, "nor steers one: adjtimex is asked with modes = 0 alone", set(asked))
    ok("O_EXCL" in "".join(f for n, f in writing), "the file is made anew, never opened again", writing)
    equal([l for l in text.splitlines() if "bind(" in l and "AF_INET" in l], [], "and it listens on no port")

if os.getuid() == 0:
    case = directory("unprivileged")
    os.chown(case, 65534, 65534)
    os.chmod(scratch, 0o755)
    got = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
              DAEMON, "-o", case, "--for", "1s", "--poll", "0.1", *servers.all())
    equal(got.returncode, 0, "it runs as nobody, without any capability")
    begun = records(case, "start")[0]
    equal((begun["uid"], begun["capabilities"]), (65534, "0" * 16), "and its start record says so")
    equal(tool("verify", "--closed", case).returncode, 0, "with the same evidence")
else:
    skip("an unprivileged user", "not started as root")
case = directory("root")
p = start([DAEMON, "-o", case, "--poll", "0.1", *servers.all()], stderr=subprocess.DEVNULL)
wait_for(lambda: evidence_files(case))
status = open("/proc/%d/status" % p.pid).read()
bounding = int(re.search(r"CapBnd:\s*(\w+)", status).group(1), 16)
effective = int(re.search(r"CapEff:\s*(\w+)", status).group(1), 16)
equal((bounding >> 25 & 1, effective >> 25 & 1), (0, 0), "CAP_SYS_TIME is in no set, whoever started it")
equal(re.search(r"NoNewPrivs:\s*(\d)", status).group(1), "1", "and it can get no new privilege")
before = len(records(case, "exchange"))
p.send_signal(signal.SIGUSR1)
ok(wait_for(lambda: len(records(case, "exchange")) > before), "USR1 measures now")
equal(records(case, "event"), [], "a clock that nobody touched has no events")
p.send_signal(signal.SIGINT)
equal(p.wait(10), 0, "INT ends it as TERM does")
equal(records(case)[-2]["reason"], "as asked", "with a stop record")

notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(os.path.join(scratch, "notify"))
notify.settimeout(10)
os.chmod(os.path.join(scratch, "notify"), 0o777)
case = directory("notified")
host, port = servers["a"].rsplit(":", 1)
conf = "[daemon]\nevidence = %s\nlog = debug\n[server one]\naddress = 127.0.0.1\nport = %s\n" % (case, port)
path = write("reload.conf", conf)
p = start([DAEMON, "-c", path, "--poll", "0.2"], stderr=subprocess.PIPE, text=True,
          env=dict(os.environ, NOTIFY_SOCKET=os.path.join(scratch, "notify")))


def told(word):
    """All that systemd is told until this word comes."""
    seen = ""
    try:
        while word not in seen:
            seen += notify.recv(4096).decode() + "\n"
    except socket.timeout:
        pass
    return seen


got = told("READY=1")
holds("READY=1", got, "systemd is told READY=1")
holds("STATUS=offset +3.2", got + told("offset +3.2"), "and the state in words")
p.send_signal(signal.SIGHUP)
holds("RELOADING=1", told("RELOADING=1"), "HUP without a change reloads nothing")
told("READY=1")
write("reload.conf", conf + "[server two]\naddress = 127.0.0.1\nport = %s\n" % servers["b"].rsplit(":", 1)[1])
p.send_signal(signal.SIGHUP)
told("READY=1")
ok(wait_for(lambda: records(case, "reload")), "HUP with another configuration is a record")
ok(wait_for(lambda: [r for r in records(case, "exchange") if r["server"] == "two"]), "and the new server is measured")
unwatched = open(path).read().replace("log = debug", "log = debug\nwatch = 0")
write("reload.conf", unwatched)
p.send_signal(signal.SIGHUP)
told("READY=1")
equal([r["watch_s"] for r in wait_for(lambda: len(records(case, "reload")) == 2 and records(case, "reload"))], [1, 0],
      "a reload record says how often the clocks are read from now on")
write("reload.conf", "[daemon]\nminpoll = 99\n")
p.send_signal(signal.SIGHUP)
told("READY=1")
time.sleep(0.3)
ok(p.poll() is None, "a broken configuration does not end it")
p.send_signal(signal.SIGTERM)
said = p.communicate(timeout=10)[1]
holds("STOPPING=1", told("STOPPING=1"), "systemd is told STOPPING=1")
holds("reload.conf:2: key 'minpoll'", said, "but is named")
equal([l[15:] for l in said.splitlines() if "reloaded" in l], ["reloaded: 2 servers, measured afresh", "reloaded: 2 servers"],
      "each reload is said once, and what became of the samples")
equal(tool("verify", "--closed", case).returncode, 0, "the evidence goes through the reloads")

CHRONYD = os.path.join(BUILD, "peers", "usr", "sbin", "chronyd")

dead = Servers({"a": clock(1.0), "b": clock(1.0)})
where = dead.all()
dead.stop()
case = directory("dead")
p = start([DAEMON, "-o", case, "--poll", "0.2", *where], stderr=subprocess.PIPE, text=True)
wait_for(lambda: len(records(case, "exchange")) > 6)
equal({c["why"] for c in records(case, "calibration")}, {"no-candidate"}, "with all servers dead nothing is claimed")
alive = Servers({"a": dict(clock(1.0), port=int(where[0].rsplit(":", 1)[1])),
                 "b": dict(clock(1.0), port=int(where[1].rsplit(":", 1)[1]))})
ok(wait_for(lambda: [c for c in records(case, "calibration") if c["why"] == "majority"]),
   "but it keeps trying, and has a majority when they are back")
p.send_signal(signal.SIGTERM)
said = p.communicate(timeout=10)[1]
holds("no usable server; trying on", said, "and says so")
equal(len(re.findall(r"\): unreachable", said)), 2, "one line a change, not one a poll")

if os.path.exists(CHRONYD) and run(CHRONYD, "--version").returncode == 0:
    runs = directory("chrony")
    os.chmod(runs, 0o750)
    free = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    conf = write("chrony.conf", "bindaddress 127.0.0.1\nport %d\nlocal stratum 1\nallow 127.0.0.0/8\ncmdport 0\n"
                 "bindcmdaddress %s/chronyd.sock\npidfile %s/pid\ndriftfile %s/drift\nuser root\n" % (port, runs, runs, runs))
    chrony = start([CHRONYD, "-4", "-x", "-d", "-f", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    where = "127.0.0.1:%d" % port
    got = wait_for(lambda: (lambda g: g if "selected" in g.stdout else None)(daemon("--once", "--poll", "0.1", where)), 20)
    ok(got, "Debian's chronyd is understood as a server", daemon("--once", "--poll", "0.1", where).stdout)
    if got:
        ok(abs(float(got.stdout.splitlines()[1].split()[8])) < 0.001, "and agrees with this host's clock, which it follows",
           got.stdout)
    chrony.terminate()
else:
    skip("chronyd", "cannot be run here")

# A name server of our own, in a network and a file system view of our own.
inner = r'''
set -e
mount --make-rprivate /
ip link set lo up 2>/dev/null || ifconfig lo up
printf 'nameserver 127.0.0.1\n' > %(d)s/resolv.conf
printf '127.0.0.1 localhost\n127.0.0.31 inhosts.test\n' > %(d)s/hosts
mount --bind %(d)s/resolv.conf /etc/resolv.conf
mount --bind %(d)s/hosts /etc/hosts
python3 %(here)s/ntpsim.py %(d)s/names.json > %(d)s/sim.out & sim=$!
python3 %(d)s/dns.py & dns=$!
sleep 0.7
%(daemon)s -c %(d)s/names.conf --once --poll 0.1 > %(d)s/names.out 2>&1 || true
kill $sim $dns
'''
dns = r'''
import socket, struct
names = {b"time.test": ["127.0.0.32"], b"pool.test": ["127.0.0.33", "127.0.0.34", "127.0.0.35"]}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 53))
while True:
    q, who = s.recvfrom(512)
    at, labels = 12, []
    while q[at]:
        labels.append(q[at + 1:at + 1 + q[at]]); at += q[at] + 1
    kind, = struct.unpack("!H", q[at + 1:at + 3])
    name = b".".join(labels).lower()
    found = names.get(name, []) if kind == 1 else []
    code = 0 if name in names else 3
    a = b"".join(struct.pack("!HHHLH", 0xc00c, 1, 1, 60, 4) + socket.inet_aton(x) for x in found)
    s.sendto(q[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(found), 0, 0) + q[12:at + 5] + a, who)
'''
if os.getuid() == 0 and run("unshare", "-nm", "true").returncode == 0 and shutil.which("ip"):
    d = directory("names")
    write("names/dns.py", dns)
    sim = ", ".join('{"name": "s%d", "address": "127.0.0.%d", "port": 11123, "clock": {"offset": 2.5}}' % (i, i)
                    for i in range(31, 36))
    write("names/names.json", '{"seed": 1, "servers": [%s]}' % sim)
    write("names/names.conf", "".join("[server %s]\naddress = %s\nport = 11123\n%s" % x for x in (
        ("hosts", "inhosts.test", ""), ("dns", "time.test", ""), ("pool", "pool.test", "pool = 3\n"), ("none", "none.test", ""))))
    run("unshare", "-nm", "sh", "-c", inner % {"d": d, "here": HERE, "daemon": DAEMON}, timeout=60)
    out = open(os.path.join(d, "names.out")).read() if os.path.exists(os.path.join(d, "names.out")) else ""
    for name, sentence in (("hosts", "a name in /etc/hosts is found"), ("dns", "a name is asked of the name server"),
                           ("pool#3", "a pool name gives as many servers as were asked for")):
        row = [l for l in out.splitlines() if l.startswith(name + " ")]
        ok(row and abs(float(row[0].split()[8]) - 2.5) < 0.001, sentence, out)
    ok("none " in out and "unresolved" in out and "cannot resolve 'none.test'" in out,
       "a name without an address is said, and is in nobody's way", out)
else:
    skip("host names", "no network namespace can be made here")
done()
