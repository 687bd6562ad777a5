#!/usr/bin/env python3
"""What is carried to other hosts: Debian packages, completions, artifacts for collectors."""
import glob
import os
import re
import shutil
import subprocess

from harness import BUILD, DAEMON, TOOL, TOP, Servers, clock, directory, done, equal, holds, ok, run, scratch, skip

os.chdir(TOP)


def options(*program):
    """Of the usage, and of the lines that explain them."""
    shown = run(*program, "--help").stdout
    usage, rest = shown.split("\n\n", 1)
    lines = [usage] + [re.split(r"  +", l[2:])[0] for l in rest.splitlines() if l.startswith("  -")]
    return set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", " ".join(lines))) - {"-h", "-V", "--help", "--version"}


commands = re.findall(r"^  (\w+)  +", run(TOOL, "--help").stdout, re.M)
want = dict({c: options(TOOL, c) for c in commands}, clockwitnessd=options(DAEMON))
ok(len(want) > 8 and all(want[c] for c in want if c != "formats"), "the options of each command can be read", want)


def offered(text, own):
    """The table that stands alike in each shell's file, and what it offers for the daemon or the tool's commands."""
    table = {c: set(o.split()) for c, o in re.findall(r"^\s*(?:case )?(\w+)\)?\s+(?:set )?options[ =]'([^']*)'", text, re.M)}
    if own:
        table["clockwitnessd"] = set(re.search(r"^\s*(?:set -l )?options[ =]'([^']*)'", text, re.M)[1].split())
    return {c: o - {"--help", "--version"} for c, o in table.items()}


for shell in ("bash", "zsh", "fish"):
    text = open("completion/clockwitness." + shell).read()
    got = offered(text, shell != "fish")
    if shell == "fish":
        got.update(offered(open("completion/clockwitnessd.fish").read(), True))
    equal({c: sorted(o) for c, o in got.items()}, {c: sorted(o) for c, o in want.items()},
          "%s completes the options of --help, and no other" % shell)
    holds(" ".join(commands), text, "and all commands")
    if shutil.which(shell):
        for f in glob.glob("completion/*." + shell):
            equal(run(shell, "-n", f).stderr, "", "%s can read %s" % (shell, f))
# what each shell itself answers where somebody presses Tab
BASH = """compopt() { :; } # as no line is being edited
source completion/clockwitness.bash; COMP_WORDS=($1); [[ $1 != *' ' ]] || COMP_WORDS+=(''); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_${COMP_WORDS[0]}; echo ${COMPREPLY[*]}"""
FISH = "source completion/clockwitness.fish; source completion/clockwitnessd.fish; complete -C $argv[1]"
ZSH = r"""zmodload zsh/zpty; zpty z zsh -f -i
zpty -w z "PS1= RPS1=; bindkey -e; setopt no_beep; fpath=($2 \$fpath); autoload -Uz compinit; compinit -D -u; print REA''DY"
zpty -r z got '*READY*'
zpty -w -n z "$1"$'\t\C-aprint -r -- BE\'\'GIN \C-e EN\'\'D\n'
zpty -r z got '*BEGIN *END*'
print -r -- "$got" """
os.symlink(os.path.join(TOP, "completion/clockwitness.zsh"), os.path.join(directory("zsh"), "_clockwitness"))


def tab(shell, line):
    """The words that stand for the last one then."""
    if shell == "fish":
        return sorted(w.split("\t")[0] for w in run("fish", "--no-config", "-c", FISH, line).stdout.split("\n") if w)
    if shell == "bash":
        return sorted(run("bash", "-c", BASH, "bash", line).stdout.split())
    shown = run("zsh", "-f", "-c", ZSH, "zsh", line, os.path.join(scratch, "zsh")).stdout
    return re.findall(r"BEGIN (.*) END", shown)[-1].split()[line.count(" "):]


for shell in ("bash", "zsh", "fish"):
    if not shutil.which(shell):
        skip("%s completes" % shell, "no " + shell)
        continue
    for line, reply in (("clockwitness ver", "verify"), ("clockwitness correct --und", "--undo"), ("clockwitness correct --style i", "iso"),
                        ("clockwitnessd --onc", "--once"), ("clockwitnessd --set conf", "confine=")):
        equal(tab(shell, line), [reply], "%s completes '%s'" % (shell, line))
keys = set(re.findall(r'^\t\{ "([\w-]+)", ', open("daemon/config_key.c").read(), re.M)) - {"address", "evidence"}
equal(tab("bash", "clockwitnessd --set "), sorted(k + "=" for k in keys), "all keys of the configuration that --set takes")
for f in ("completion/clockwitness.zsh", "completion/clockwitnessd.fish"):
    equal([k for k in keys if not re.search(r"[' ]%s=" % k, open(f).read())], [], "%s has them all, too" % f)

# each tool's own fields, as its artifacts have them
try:
    import yaml
    uac = yaml.safe_load(open("conf/clockwitness.uac.yaml"))
    equal(sorted(uac), ["artifacts", "condition", "output_directory", "version"], "the artifact for UAC has UAC's keys")
    equal([sorted(a) for a in uac["artifacts"]], [["collector", "command", "description", "output_file", "supported_os"]],
          "and those of a command")
    raptor = yaml.safe_load(open("conf/clockwitness.velociraptor.yaml"))
    ok(set(raptor) <= {"name", "author", "description", "type", "required_permissions", "implied_permissions", "tools",
                       "parameters", "precondition", "resources", "sources"}, "the artifact for Velociraptor has Velociraptor's keys", list(raptor))
    query = raptor["sources"][0]["query"]
    fixed = re.search(r'argv=\(str\(str=Program\[0\]\.OSPath\)((?:, "[^"]*")*)\) \+ Named\._value', query)
    between = re.search(r'split\(string=Servers, sep="([^"]*)"\)', query)
    ok(fixed and between, "its command line can be read", query)
    equal([p["name"] for p in raptor["parameters"] if not re.search(r"\b%s\b" % p["name"], query)], [], "its query uses its parameters")
except ImportError:
    skip("the artifacts can be parsed", "no python3-yaml")
    uac = None
if uac:
    servers = Servers({n: clock(3.2) for n in "abc"})
    os.symlink(DAEMON, os.path.join(directory("bin"), "clockwitnessd"))
    got = run("sh", "-c", uac["artifacts"][0]["command"], env=dict(
        os.environ, PATH=os.path.join(scratch, "bin") + ":" + os.environ["PATH"], CLOCKWITNESS_SERVERS=" ".join(servers.all())))
    equal((got.returncode, "3 of 3 agree" in got.stdout), (0, True), "UAC's command does what it is for")
    words = re.findall('"([^"]*)"', fixed[1]) + [w for w in re.split(between[1].replace("\\\\", "\\"), "  ".join(servers.all())) if w]
    got = run(DAEMON, *words)
    equal((got.returncode, "3 of 3 agree" in got.stdout), (0, True), "so does Velociraptor's, %s" % " ".join(words[:-3]))

if "asan" in subprocess.run(["ldd", DAEMON], capture_output=True, text=True).stdout:
    skip("Debian packages", "they are not built with a sanitizer")
    done()
if not shutil.which("dpkg-shlibdeps"):
    skip("Debian packages", "no dpkg-dev")
    done()
out = directory("deb")
made = run("make", "-s", "-o", "all", "run-deb", "BUILD=" + os.environ.get("BUILD", "build"), "DEB=" + out, timeout=300)
debs = sorted(glob.glob(out + "/*.deb"))
equal((made.returncode, [os.path.basename(d).split("_")[0] for d in debs]), (0, ["clockwitness", "clockwitnessd"]),
      "make deb makes two packages: %s" % made.stderr.strip()[-300:])
root = directory("root")
run("mkdir", "-p", root + "/var/lib/dpkg/updates", root + "/var/lib/dpkg/info")
open(root + "/var/lib/dpkg/status", "w").close()
if os.getuid() == 0:
    got = run("dpkg", "--root=" + root, "--force-depends", "--force-script-chrootless", "--force-not-root", "--unpack", *debs)
    equal(got.returncode, 0, "dpkg unpacks both: %s" % got.stderr.strip()[-200:])
    listed = run("dpkg-query", "--admindir=" + root + "/var/lib/dpkg", "-W", "-f", "${Conffiles}", "clockwitnessd").stdout
    holds("/etc/clockwitness.conf", listed, "the configuration is one of dpkg's conffiles")
else:
    for d in debs:
        run("dpkg", "-x", d, root)
for program in ("usr/sbin/clockwitnessd", "usr/bin/clockwitness"):
    got = run(os.path.join(root, program), "--version")
    equal((got.returncode, bool(got.stdout)), (0, True), "%s runs from there" % program)
for d in debs:
    depends = run("dpkg-deb", "-f", d, "Depends").stdout
    ok("libc6" in depends and "libsodium" in depends, "it depends on what it is linked with", depends)
have = [os.path.relpath(os.path.join(p, f), root) for p, _, files in os.walk(root + "/usr") for f in files]
for need in ("lib/systemd/system/clockwitnessd.service", "lib/systemd/system/clockwitness-capture@.service", "sysusers.d/clockwitness.conf",
             "tmpfiles.d/clockwitness.conf", ".preset", "catalog/clockwitness.catalog", "man8/clockwitnessd.8.gz",
             "man1/clockwitness.1.gz", "man5/clockwitness.conf.5.gz", "man5/clockwitness-evidence.5.gz",
             "bash-completion/completions/clockwitness", "vendor-completions/_clockwitness", "vendor_completions.d/clockwitness.fish"):
    if not [f for f in have if f.endswith(need) or need in f and need.startswith(".")]:
        ok(False, "the packages hold %s" % need, "\n".join(have))
unit = open(os.path.join(root, "usr/lib/systemd/system/clockwitnessd.service")).read()
holds("ExecStart=/usr/sbin/clockwitnessd", unit, "the unit starts what is installed")
done()
