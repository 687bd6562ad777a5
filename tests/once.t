#!/usr/bin/env python3
"""clockwitnessd --once: what it says of servers that are right, wrong, silent or alone."""
from harness import Servers, clock, daemon, done, equal, holds, ok

FAST = ["--once", "--poll", "0.1"]

four = Servers({"near": clock(3.2), "far": clock(3.2, net={"up": 0.002, "down": 0.002}),
                "further": clock(3.2, net={"up": 0.004, "down": 0.004}), "liar": clock(3.4)})
got = daemon(*FAST, *four.all())
rows = {line.split()[0]: line.split() for line in got.stdout.splitlines()[1:5]}
equal(got.returncode, 0, "three of four agree: exit 0")
equal([rows[four[n]][1] for n in ("near", "far", "further", "liar")],
      ["selected", "eligible", "eligible", "falseticker"],
      "the truechimer of least root distance is selected, the liar is named")
ok(abs(float(rows[four["near"]][8]) - 3.2) < 0.001, "a server 3.2 s ahead has offset +3.2 s", got.stdout)
holds("(slow)", got.stdout, "a host whose servers are ahead is called slow")
equal(rows[four["near"]][2:5], ["0", "1", "GPS"], "leap, stratum and reference ID of the reply are shown")

equal({r[11] for r in rows.values()} - {"kernel", "user", "user/kernel", "kernel/user"}, set(), "who stamped is shown")

with open("/dev/full", "w") as full:
    equal(daemon(*FAST, *four.all(), stdout=full).returncode, 3, "a table that cannot be written: exit 3")

pair = Servers({"able": clock(3.2, ntp={"interleaved": True}), "plain": clock(3.2)})
got = daemon(*FAST, "--set", "interleaved=yes", *pair.all())
equal([line.split("  ")[-1].count("interleaved") for line in got.stdout.splitlines()[1:3]], [1, 0], "and whose replies are interleaved")

behind = Servers({n: clock(-0.75) for n in "abc"})
got = daemon(*FAST, *behind.all())
ok(abs(float(got.stdout.splitlines()[1].split()[8]) + 0.75) < 0.001,
   "a server 0.75 s behind has offset -0.75 s", got.stdout)
holds("(fast)", got.stdout, "a host whose servers are behind is called fast")

split = Servers({"honest1": clock(), "honest2": clock(), "false1": clock(0.2), "false2": clock(0.2)})
got = daemon(*FAST, *split.all())
equal(got.returncode, 1, "two against two colluding: exit 1")
holds("no majority: nothing is claimed", got.stdout, "two against two: said so")
equal(got.stdout.count("undecided"), 4, "two against two: nobody is called true or false")

got = daemon(*FAST, split["honest1"])
equal(got.returncode, 1, "one server is no majority: exit 1")
holds("no majority possible with one server", got.stdout, "one server: said what it is worth")
holds("offset", got.stdout, "one server: its offset is shown all the same")

dead = Servers({"a": clock(), "b": clock()})
dead_at = dead.all()
dead.stop()
got = daemon(*FAST, *dead_at)
equal(got.returncode, 1, "all servers dead: exit 1")
equal(got.stdout.count("unreachable"), 2, "dead servers are called unreachable")
holds("refused", got.stdout, "a closed port is told from silence")

# the kernel may have no IPv6
try:
    six = Servers({"a": clock(1.5, address="::1"), "b": clock(1.5, address="::1"), "c": clock(1.5)})
except AssertionError:
    six = Servers({n: clock(1.5) for n in "abc"})
got = daemon(*FAST, *six.all())
equal(got.returncode, 0, "IPv6 and IPv4 servers together have a majority")
ok(abs(float(got.stdout.splitlines()[1].split()[8]) - 1.5) < 0.001, "and the same offset", got.stdout)

many = Servers({"s%d" % i: clock(0.1, address="127.0.1.%d" % (i + 1)) for i in range(64)})
got = daemon(*FAST, *many.all())
equal(got.returncode, 0, "64 servers: exit 0")
holds("64 of 64 agree", got.stdout, "64 servers: all agree")
got = daemon(*FAST, *(many.all() + ["127.0.0.1:1"]))
equal(got.returncode, 2, "65 servers: refused")

got = daemon()
equal(got.returncode, 2, "no server and no configuration: exit 2")
got = daemon("127.0.0.1")
equal(got.returncode, 2, "servers without -o or --once: exit 2")
for wrong in (["--for", "5"], ["--poll", "0"], ["--poll", "x"], ["--until", "-1"], ["--nonsense"],
              ["--once", "--for", "5s"], ["--once", "host:99999"], ["--once", "a b"], ["--once", "[::1"]):
    got = daemon(*(wrong if wrong[-1].find(":") >= 0 or " " in wrong[-1] else wrong + ["--once", "127.0.0.1:1"]))
    equal(got.returncode, 2, "%s: exit 2" % " ".join(wrong))
equal(daemon("--version").stdout.split()[0], "clockwitnessd", "--version says the name")
holds("never sets or steers", daemon("--help").stdout, "--help says what it never does")
done()
