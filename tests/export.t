#!/usr/bin/env python3
"""clockwitness export: engines that join logs with its table come to what correct says."""
import csv
import glob
import io
import json
import os
import random
import shutil
import sqlite3
import subprocess

from harness import BUILD, MAKE_EVIDENCE, SAFE, directory, done, equal, ns, ok, rfc3339, run, scratch, skip, tool, write

NOON = "2026-03-10T12:00:00.000000000Z"
SECOND = 10**9
evidence = write("made.jsonl", run(MAKE_EVIDENCE, NOON, "3200000000", "37.5", "3600", "UTC", "0", "1800", "-600000000000").stdout)
seed = int(os.environ.get("CLOCKWITNESS_SEED", "20261124"))
print("# seed %d" % seed)
rng = random.Random(seed)

# the clock was set back by ten minutes after half an hour: two incarnations, in the file's order
first = sorted(ns(NOON) + rng.randrange(20 * SECOND, 1780 * SECOND) for _ in range(700))
second = sorted(ns(NOON) + rng.randrange(1220 * SECOND, 2980 * SECOND) for _ in range(700))
log = "".join(rfc3339(t) + " line\n" for t in first + second)
corrected = tool("correct", "-q", "-e", evidence, "--style", "iso", input=log)
want = [ns(line.split()[0]) for line in corrected.stdout.splitlines()]
equal((corrected.returncode, len(want)), (0, 1400), "correct gives a time for each line")

sql = tool("export", "--form", "sql", "--tolerance", "0", "-e", evidence)
equal(sql.returncode, 0, "export ends with 0")
rows = list(csv.DictReader(io.StringIO(tool("export", "-e", evidence).stdout)))
exact = list(csv.DictReader(io.StringIO(tool("export", "--tolerance", "0", "-e", evidence).stdout)))
equal([json.loads(x) for x in tool("export", "--form", "jsonl", "-e", evidence).stdout.splitlines()],
      [{k: (v if k in ("host", "boot_id", "kind", "timescale", "timezone", "basis") else float(v) if k.endswith("ppm") else int(v))
        for k, v in r.items()} for r in rows], "JSONL and CSV hold the same")
equal(sorted({r["inc"] for r in rows}), ["0", "1"], "a clock that was set back has two incarnations")
ok(len(rows) < len(exact), "a tolerance joins pieces", "%d of %d" % (len(rows), len(exact)))

lines, inc, last = [], 0, None
for i, t in enumerate(first + second):
    inc += last is not None and t < last
    last = t
    lines.append((i, "made", inc, t))
load = "CREATE TABLE log (line_no bigint, host text, inc bigint, local_ns bigint);\n" + "".join(
    "INSERT INTO log VALUES (%d, '%s', %d, %d);\n" % row for row in lines)
CORRECT = ("SELECT l.line_no, l.local_ns + c.offset_ns + "
           "CAST(round(CAST((l.local_ns - c.local_start_ns) AS double precision) * c.frequency_ppm / 1e6) AS bigint) AS utc_ns ")
SQLITE = CORRECT + """FROM log l JOIN cal c ON c.host = l.host AND c.inc = l.inc AND c.local_start_ns =
  (SELECT max(k.local_start_ns) FROM cal k WHERE k.host = l.host AND k.inc = l.inc AND k.local_start_ns <= l.local_ns)
WHERE l.local_ns < c.local_end_ns ORDER BY l.line_no"""
POSTGRES = CORRECT + """FROM log l JOIN LATERAL (SELECT * FROM cal k WHERE k.host = l.host AND k.inc = l.inc
  AND k.local_start_ns <= l.local_ns ORDER BY k.local_start_ns DESC LIMIT 1) c ON true
WHERE l.local_ns < c.local_end_ns ORDER BY l.line_no"""
DUCKDB = CORRECT + """FROM log l ASOF JOIN cal c ON l.host = c.host AND l.inc = c.inc AND l.local_ns >= c.local_start_ns
WHERE l.local_ns < c.local_end_ns ORDER BY l.line_no"""


def compare(engine, got, tolerance=60):
    worst = max((abs(u - want[n]) for n, u in got), default=None)
    ok([n for n, _ in got] == list(range(1400)) and worst <= tolerance,
       "%s comes to the same for each line, to %d ns" % (engine, tolerance), "%d rows, worst %r ns" % (len(got), worst))


def sqlite(table):
    db = sqlite3.connect(":memory:")
    db.executescript(table)
    db.executescript(load)
    return db.execute(SQLITE).fetchall()


compare("SQLite", sqlite(sql.stdout))
compare("SQLite with pieces joined", sqlite(tool("export", "--form", "sql", "-e", evidence).stdout), 1060)

manual = open(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools", "clockwitness.1")).read()
for word in ("ASOF JOIN cal", "JOIN LATERAL", "SELECT max(k.local_start_ns)", "MATCH_CONDITION"):
    ok(word in manual, "the manual shows %s" % word)


def postgres():
    """A server of its own in a directory of its own, over a socket; root cannot run one."""
    bins = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not bins or shutil.which("runuser") is None:
        return skip("PostgreSQL comes to the same", "it is not installed")
    base = directory("postgres")
    shutil.chown(base, "postgres")
    os.chmod(scratch, 0o755)

    def as_postgres(*command, **more):
        return subprocess.run(SAFE + ["runuser", "-u", "postgres", "--"] + list(command), text=True, capture_output=True,
                              cwd=base, timeout=120, **more)

    made = as_postgres(bins[-1] + "/initdb", "-D", base + "/db", "-A", "trust", "--no-sync")
    begun = as_postgres(bins[-1] + "/pg_ctl", "-D", base + "/db", "-w", "-l", base + "/log", "-o",
                        "-c listen_addresses='' -c unix_socket_directories=%s -c fsync=off" % base, "start")
    if begun.returncode != 0:
        return ok(False, "PostgreSQL starts", made.stderr + begun.stderr + begun.stdout)
    try:
        got = as_postgres(bins[-1] + "/psql", "-h", base, "-d", "postgres", "-qAtX", "-F", " ", "-v", "ON_ERROR_STOP=1",
                          input=sql.stdout + load + POSTGRES + ";\n")
        if got.returncode != 0:
            return ok(False, "PostgreSQL takes table and query", got.stderr)
        compare("PostgreSQL", [tuple(map(int, line.split())) for line in got.stdout.splitlines()])
    finally:
        as_postgres(bins[-1] + "/pg_ctl", "-D", base + "/db", "-m", "immediate", "stop")


def duckdb():
    where = os.path.join(BUILD, "engines")
    if shutil.which("node") is None or not os.path.isdir(os.path.join(where, "node_modules", "@duckdb", "node-api")):
        return skip("DuckDB comes to the same", "'make engines' fetches it")
    script = write("duck.js", """
const { DuckDBInstance } = require(process.argv[2] + '/node_modules/@duckdb/node-api');
const fs = require('fs');
(async () => {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  await db.run(fs.readFileSync(process.argv[3], 'utf8'));
  const got = await db.runAndReadAll(fs.readFileSync(process.argv[4], 'utf8'));
  for (const row of got.getRows()) console.log(row.join(' '));
})();
""")
    got = run("node", script, where, write("load.sql", sql.stdout + load), write("query.sql", DUCKDB), timeout=300)
    if got.returncode != 0:
        return ok(False, "DuckDB takes table and query", got.stderr)
    return compare("DuckDB", [tuple(map(int, line.split())) for line in got.stdout.splitlines()])


postgres()
duckdb()
done()
