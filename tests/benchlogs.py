"""What the benchmarks of logs share: logs and evidence from one seed, and how a program is
measured: all read files and write to a pipe that is read to its end, or to /dev/null."""
import os
import random
import subprocess
import time

from harness import MAKE_EVIDENCE

START = 1773144000  # 2026-03-10T12:00:00Z
PIECES = 600
WORDS = ["session opened for user root by (uid=0)", "Accepted publickey for deploy from 10.0.0.7 port 51234 ssh2",
         "connection from 192.168.1.20", "usb 1-1: new high-speed USB device number 4 using xhci_hcd",
         "worker 17 finished job 918273 in 0.123 s", "pam_unix(cron:session): session closed for user root"]


def generate(kind, path, size, rate, seed):
    """A log of so many octets, lines a second; returns its last time."""
    r = random.Random(seed)
    tails = [" web%d app[%d]: %s\n" % (r.randrange(9), r.randrange(30000), w) for w in WORDS for _ in range(40)]
    hosts = ["%d.%d.%d.%d - - [" % tuple(r.randrange(1, 255) for _ in range(4)) for _ in range(200)]
    t, written, last = float(START + 5), 0, None
    with open(path, "w") as f:
        while written < size:
            out = []
            for _ in range(20000):
                t += r.expovariate(rate)
                s = int(t)
                if s != last:
                    last, g = s, time.gmtime(s)
                    rfc3164 = "%s %2d %s" % (time.strftime("%b", g), g.tm_mday, time.strftime("%H:%M:%S", g))
                    iso, clf = time.strftime("%Y-%m-%dT%H:%M:%S", g), time.strftime("%d/%b/%Y:%H:%M:%S +0000", g)
                if kind == "RFC 3164":
                    out.append(rfc3164 + tails[r.randrange(240)])
                elif kind == "ISO 8601":
                    out.append("%s.%06d+00:00%s" % (iso, (t - s) * 10**6, tails[r.randrange(240)]))
                else:
                    out.append('%s%s] "GET /a/%d HTTP/1.1" 200 %d "-" "Mozilla/5.0 (X11; Linux x86_64)"\n' % (
                        hosts[r.randrange(200)], clf, r.randrange(10000), r.randrange(100000)))
            text = "".join(out)
            written += len(text)
            f.write(text)
    return t


def evidence(until, path, seed, offset=3200000000):
    """600 pieces over the time that the logs cover."""
    r, step, lines = random.Random(seed), max(1, int(until - START + 60) // PIECES + 1), []
    for i in range(PIECES + 1):
        lines.append("%s.000000000Z %d\n" % (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(START - 30 + i * step)), offset))
        offset += r.randrange(-50000, 50001) * step
    with open(path, "w") as f:
        subprocess.run([MAKE_EVIDENCE, "--points"], input="".join(lines), stdout=f, text=True, check=True)


def peak(pid):
    """What the program itself had at most, kB: getrusage counts its parent's image, too."""
    try:
        with open("/proc/%d/status" % pid) as f:
            return next((int(l.split()[1]) for l in f if l.startswith("VmHWM")), 0)
    except OSError:
        return 0


def _read_all(p):
    resident = 0
    while os.read(p.stdout.fileno(), 1 << 20):
        resident = resident or -1
        if resident < 0 or random.random() < 0.02:
            resident = max(resident, peak(p.pid))
    return max(resident, peak(p.pid))


def measure(command, to_pipe=True, home=None):
    """Wall and CPU seconds, greatest resident kB seen (of what writes to a pipe)."""
    environment = dict(os.environ, LC_ALL="C", TZ="UTC", HOME=home or os.environ.get("HOME", "/"))
    began = time.monotonic()
    p = subprocess.Popen(command, stdout=subprocess.PIPE if to_pipe else subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment)
    resident = _read_all(p) if to_pipe else 0
    _, _, used = os.wait4(p.pid, 0)
    p.returncode = 0
    return time.monotonic() - began, used.ru_utime + used.ru_stime, resident


def better(best, name, got):
    """Keeps the least times and the greatest memory of several runs."""
    before = best.get(name, got)
    best[name] = (min(before[0], got[0]), min(before[1], got[1]), max(before[2], got[2]))
