#!/usr/bin/env python3
"""Manuals, help texts, configuration, README and Makefile say what the programs do."""
import json
import os
import re
import subprocess

from harness import BUILD, DAEMON, TOOL, TOP, done, equal, ok, run

os.chdir(TOP)


def page(path):
    """A manual as a reader sees it, without its markup."""
    if subprocess.run(["sh", "-c", "command -v mandoc"], capture_output=True).returncode == 0:
        text = subprocess.run(["mandoc", "-Tascii", path], capture_output=True, text=True).stdout
        return re.sub(r".\x08", "", text)
    text = open(path).read()
    return re.sub(r"\bFl -", "--", re.sub(r"\bFl (\w)", r"-\1", text)).replace("\\-", "-")


def missing(words, text):
    return [w for w in words if not re.search(r"(?<![\w-])%s(?![\w])" % re.escape(w), text)]


def options(text):
    return sorted(set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", text)) - {"-1"})


daemon, conf, tool = page("daemon/clockwitnessd.8"), page("conf/clockwitness.conf.5"), page("tools/clockwitness.1")
evidence = page("core/clockwitness-evidence.5")
equal(missing(options(run(DAEMON, "--help").stdout), daemon), [], "clockwitnessd(8) has every option of --help")
for command in ("status", "verify", "anchor", "convert", "correct", "formats", "import", "export", "merge"):
    shown = run(TOOL, command, "--help").stdout
    equal(missing(options(shown), tool), [], "clockwitness(1) has every option of %s --help" % command)
    ok("Exit status" in shown, "%s --help tells the exit status" % command, shown)
table = [json.loads(l) for l in run(TOOL, "formats", "--json").stdout.splitlines()]
ok(len(table) > 55, "the table of formats can be read", table)
equal(missing([f["name"] for f in table], tool), [], "clockwitness(1) has every format")
equal(missing(sorted(set(re.findall(r"%-?[\w.^!#?*@({)]", " ".join(f.get("pattern", "") for f in table))) - {"%{", "%(", "%)"}), tool), [],
      "and every part of a pattern that the table uses")
listed = re.findall(r"^  (\w+)  +", run(TOOL, "--help").stdout, re.M)
equal(missing(listed, tool), [], "clockwitness(1) has every command")


def names(path, table):
    text = open(path).read()
    return re.findall(r'\] =\s*"([^"]+)"', text[text.index(table):text.index("};", text.index(table))])


for path, table, what, where, manual in (
        ("core/fault.c", "fault_names", "fault", daemon, "clockwitnessd(8)"),
        ("core/selection.c", "verdict_names", "verdict", daemon, "clockwitnessd(8)"),
        ("core/selection.c", "outcome_names", "outcome", daemon, "clockwitnessd(8)"),
        ("core/record.c", "record_type_names", "record type", evidence, "clockwitness-evidence(5)"),
        ("core/record.c", "event_names", "event", evidence, "clockwitness-evidence(5)")):
    found = names(path, table)
    ok(len(found) > 1, "the names of each %s can be read" % what, found)
    equal(missing(found, where), [], "%s has every %s" % (manual, what))


def listed_fields(path):
    """What stands as a field in each section of the evidence's manual."""
    found, section = {}, None
    for line in open(path):
        if line.startswith((".Ss ", ".Sh ")):
            section = line[4:].strip()
        if line.startswith(".It Sy "):
            found.setdefault(section, []).extend(re.findall(r"[a-z]\w*", line[7:]))
    return found


described = listed_fields("core/clockwitness-evidence.5")
described["head"] = [k for k in described.pop("Every record") if k not in ("v", "seq", "prev", "type")]
written = {}
for line in run(os.path.join(BUILD, "tests", "prog_fields")).stdout.splitlines():
    written.setdefault(line.split()[0], []).append(line.split()[1])
ok(len(written) > 5, "the fields of each record can be read", written)
for kind in sorted(written):
    equal(sorted(set(described.pop(kind, []))), sorted(set(written[kind])),
          "clockwitness-evidence(5) has every field of %s, and no other" % kind)
equal([k for k in described if described[k] and k.islower()], [], "and no record that is never written")
keys = re.findall(r'^\t\{ "([\w-]+)", ("[^"]*"|NULL), ', open("daemon/config_key.c").read(), re.M)
ok(len(keys) > 10, "the configuration's keys can be read", keys)
equal(missing([k for k, _ in keys], conf), [], "clockwitness.conf(5) has every key")
shipped = open("conf/clockwitness.conf").read()
equal([k for k, default in keys if default != "NULL" and "#%s = %s" % (k, default.strip('"')) not in shipped], [],
      "the shipped file shows every key at its default")
equal(run(DAEMON, "-c", "conf/clockwitness.conf", "--once").returncode, 2, "and names no server of its own")
every = re.sub(r"^#(\[|[\w-]+ = )", r"\1", shipped, flags=re.M)
ok("[server" in every, "it has an example of a server", shipped)

readme, makefile = open("README.md").read(), open("Makefile").read()
targets = set(re.findall(r"(?:^ +|`|&& sudo )make ([a-z][\w-]*)", readme + run("make", "-s", "help").stdout, re.M))
ok({"demo", "check", "install"} <= targets, "the make targets that are named can be read", targets)
equal(sorted(t for t in targets if not re.search(r"^%s:|^\.PHONY:.*\b%s\b" % (t, t), makefile, re.M)), [],
      "every make target that is named exists")
equal([p for p in re.findall(r"`((?:core|daemon|tools|tests|conf|systemd|include)/[\w./-]+)`", readme)
       if "*" not in p and not os.path.exists(p)], [], "every file that README names exists")
used = set(re.findall(r"clockwitness (\w+) ", readme)) - {"is"}
equal(sorted(u for u in used if u not in listed), [], "every command that README uses exists")
for program, shown in (("clockwitnessd", run(DAEMON, "--help").stdout), ("correct", run(TOOL, "correct", "--help").stdout),
                       ("convert", run(TOOL, "convert", "--help").stdout), ("verify", run(TOOL, "verify", "--help").stdout),
                       ("import", run(TOOL, "import", "--help").stdout)):
    lines = [re.sub(r"#.*", "", l) for l in readme.splitlines() if re.search(r"\b%s\b -" % program, l) and l.startswith("    ")]
    wrong = [o for l in lines for o in re.findall(r"(?<=\s)--[a-z][\w-]*", l.split(program, 1)[1]) if o not in shown]
    equal(wrong, [], "README uses no option that %s lacks" % program)
version = re.search(r"^VERSION = (\S+)", makefile, re.M).group(1)
equal([run(p, "--version").stdout.split()[1] for p in (DAEMON, TOOL)], [version] * 2, "both programs say the Makefile's version")
unit = open("systemd/clockwitnessd.service").read()
ok("Type=notify" in unit and "RestartPreventExitStatus=2" in unit and "time-sync.target" not in unit,
   "the unit tells READY, does not retry a wrong configuration, waits for no other time daemon", unit)
done()
