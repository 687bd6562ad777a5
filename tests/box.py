"""A copy of this machine's root under a real systemd (tests/systemd-box), for scenario tests that need one.

    reason = box.start(prep)    None: it runs; prep is shell text, run in its root before
    box.run("systemctl", ...)   inside it
"""
import atexit
import json
import os
import shutil
import subprocess

from harness import DAEMON, HERE, TOP, wait_for

BOX = os.path.join(HERE, "systemd-box")
D = "/var/tmp/clockwitness-box-%d" % os.getpid()
STAGE = D + "-stage"


def why_not():
    if os.getuid() != 0:
        return "not started as root"
    if not shutil.which("systemd-nspawn"):
        return "no systemd-nspawn (package systemd-container)"
    if "asan" in subprocess.run(["ldd", DAEMON], capture_output=True, text=True).stdout:
        return "a sanitizer needs what the unit denies"
    return None


def install(into, *more):
    """What `make install` installs, below a directory. None, or why not."""
    made = subprocess.run(["make", "-s", "-o", "all", "-C", TOP, "install", "DESTDIR=" + into, "PREFIX=/usr",
                           "BUILD=" + os.environ.get("BUILD", "build"), *more], capture_output=True, text=True)
    return "cannot be installed: " + made.stderr if made.returncode else None


def start(prep):
    """None: it runs, with loopback only; else why it does not."""
    started = subprocess.run([BOX, "start", D], env=dict(os.environ, PREP=prep), stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
    if started.returncode:
        return "systemd cannot be booted here: " + started.stderr
    run("ip", "link", "set", "lo", "up")
    return None


@atexit.register
def end():
    shutil.rmtree(STAGE, ignore_errors=True)
    if os.path.exists(os.path.join(D, "leader")):
        subprocess.run([BOX, "stop", D], capture_output=True)
    elif os.path.ismount(D):
        subprocess.run("umount %s/root; umount %s; rmdir %s" % (D, D, D), shell=True, capture_output=True)


def result(*command, **more):
    return subprocess.run([BOX, "run", D] + list(command), capture_output=True, text=True, timeout=120, **more)


def run(*command, **more):
    return result(*command, **more).stdout


def show(unit, *names):
    got = dict(l.split("=", 1) for l in run("systemctl", "show", unit, "-p", ",".join(names)).splitlines() if "=" in l)
    return [got.get(n, "") for n in names]


def servers(*offsets):
    """Sections of a configuration, and the shell text that has them served on loopback from boot on."""
    ports = [11123 + i for i in range(len(offsets))]
    sim = {"seed": 1, "servers": [{"name": "s%d" % p, "address": "127.0.0.1", "port": p, "clock": {"offset": o}}
                                  for p, o in zip(ports, offsets)]}
    sections = "".join("[server s%d]\naddress = 127.0.0.1\nport = %d\nminpoll = 0\nmaxpoll = 1\n" % (p, p) for p in ports)
    return sections, "mkdir -p srv\ncp %s/ntpsim.py srv/\nprintf '%%s' '%s' > srv/sim.json\n" % (HERE, json.dumps(sim))


def serve():
    run("systemd-run", "--unit=sim", "/usr/bin/python3", "/srv/ntpsim.py", "/srv/sim.json")


def files(path):
    """Without the .zst of those that have been compressed, and what is not whole yet."""
    return sorted({f.removesuffix(".zst") for f in run("sh", "-c", "ls %s/*.jsonl*" % path).split() if not f.endswith(".tmp")})


def records(path):
    return [json.loads(l) for l in run("sh", "-c", "cat %s || zstd -dcq %s.zst" % (path, path)).splitlines() if l.endswith("}")]


def told(unit, message_id):
    """The journal's entry with this ID of a unit, once there is one; None: there is none."""
    def look():
        lines = run("journalctl", "-q", "-o", "json", "-u", unit, "MESSAGE_ID=" + message_id).splitlines()
        return json.loads(lines[-1]) if lines else None
    return wait_for(look, 20)
