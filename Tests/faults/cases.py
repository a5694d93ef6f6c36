"""One case: a verb that is killed, or whose Nth system call of a kind fails, and what has to hold after it."""
import json, os, random, re, shutil, signal, subprocess, sys, time
import kernel, verbs

HERE = os.path.dirname(os.path.abspath(__file__))
# System calls that change what outlives a process; of bpf(2), these commands do.
CHANGES = {"BPF_MAP_UPDATE_ELEM", "BPF_MAP_DELETE_ELEM", "BPF_OBJ_PIN", "BPF_LINK_CREATE", "BPF_LINK_UPDATE",
           "BPF_LINK_DETACH", "BPF_ITER_CREATE", "BPF_PROG_ATTACH", "BPF_PROG_DETACH"}
CALLS = ("bpf", "mkdir", "unlink", "rmdir", "rename", "linkat", "setns", "fsync", "flock")
# What a call can fail with, by call.
ERRORS = {"bpf": ("ENOMEM", "EPERM", "ENOSPC"), "mkdir": ("ENOSPC",), "unlink": ("EPERM",), "rmdir": ("EBUSY",),
          "rename": ("EIO",), "linkat": ("EIO",), "setns": ("EPERM",), "fsync": ("EIO",), "flock": ("ENOLCK",)}


class Host:
    """A cgroup with three more in it, traffic through the first, profiles and plug-ins."""
    def __init__(self, binary, work, alone):
        self.binary, self.work, self.alone, self.wrong = binary, work, alone, []
        mount = next(l.split()[1] for l in open("/proc/mounts") if l.split()[2] == "cgroup2")
        self.top = os.path.join(mount, f"ttfaults{os.getpid()}")
        self.cgroups = [os.path.join(self.top, name) for name in "abc"]
        for path in (self.top, *self.cgroups, os.path.join(self.top, "home")): os.mkdir(path)
        self.traffic = subprocess.Popen([sys.executable, f"{HERE}/traffic.py", os.path.join(self.top, "home")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        os.mkdir(f"{work}/metrics")
        self.name = verbs.write(work, lambda *arguments: self.check(*arguments))
        self.verbs = verbs.all(work, self.name, *self.cgroups)
        self.check("apply", f"{work}/two.yaml", "--cgroup", self.top) # the kernel's caches
        self.check("detach", "--all")
        time.sleep(.2)
        self.objects, self.controllers = kernel.objects(), kernel.controllers()

    def tcptune(self, *arguments, under=(), **more):
        return subprocess.run([*under, self.binary, *arguments], capture_output=True, text=True, timeout=60, **more)

    def check(self, *arguments):
        done = self.tcptune(*arguments)
        if done.returncode: raise Wrong(f"tcptune {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def ask(self, command):
        self.traffic.stdin.write(command + "\n")
        self.traffic.stdin.flush()
        if (answer := self.traffic.stdout.readline().strip()) != "ok": raise Wrong(f"traffic, {command}: {answer}")

    def begin(self, verb):
        for path in self.cgroups: os.makedirs(path, exist_ok=True)
        for entry in os.listdir(f"{self.work}/metrics"): os.unlink(f"{self.work}/metrics/{entry}")
        self.ask(f"open {self.cgroups[0]}")
        for command in verb.setup:
            if command[0] == "rmdir": os.rmdir(command[1])
            else: self.check(*command)

    def status(self):
        return json.loads(self.check("status", "--output", "json"))

    def state(self):
        """What is in force: all that is kept of it but what is counted."""
        applied = self.status()
        for each in applied: each.pop("open")
        return {"status": applied, "pins": kernel.pins(), "controllers": kernel.controllers() - self.controllers,
                "attached": [kernel.attached(path) for path in self.cgroups if os.path.isdir(path)],
                "files": {name: open(f"{self.work}/metrics/{name}").read().count("\n") > 10
                          for name in os.listdir(f"{self.work}/metrics")}}

    @staticmethod
    def shape(state):
        """The same without numbers that each run makes anew."""
        return {"status": [(each["cgroup"], each["profile"], each["state"]) for each in state["status"]],
                "controllers": state["controllers"], "attached": [len(some) for some in state["attached"]]}

    def end(self):
        """One detach brings everything back."""
        self.ask("close")
        mine = kernel.held_by_pins()
        self.check("detach", "--all")
        if (name := self.name) in kernel.controllers(): self.check("cc", "unload", name)
        problems = [f"pinned: {path}" for path in kernel.pins()]
        problems += [f"attached to {path}" for path in self.cgroups if os.path.isdir(path) and kernel.attached(path)]
        problems += [f"registered: {name}" for name in kernel.controllers() - self.controllers]
        problems += [f"{kind} left: {some}" for kind, some in kernel.gone(self.objects, mine, self.alone).items()]
        if problems: raise Wrong("; ".join(problems))

    def restore(self):
        """After something went wrong, for the next case."""
        self.tcptune("detach", "--all", "--existing")
        self.tcptune("cc", "unload", self.name, "--existing")
        try: self.ask("close")
        except Wrong: pass
        subprocess.run(["rm", "-rf", f"{kernel.PINS}/tcptune"])
        time.sleep(.1)
        self.objects, self.controllers = kernel.objects(), kernel.controllers()

    def close(self):
        self.tcptune("detach", "--all", "--existing")
        self.traffic.stdin.close()
        self.traffic.wait()
        for path in (*self.cgroups, os.path.join(self.top, "home"), self.top):
            if os.path.isdir(path): os.rmdir(path)


class Wrong(Exception):
    pass


class Reference:
    """A verb that runs to its end: its system calls, its duration, the state before it and after."""
    def __init__(self, host, verb):
        trace = f"{host.work}/trace"
        host.begin(verb)
        self.before = host.state()
        begin = time.monotonic()
        host.check(*verb.command)
        self.seconds = time.monotonic() - begin
        self.after = host.state()
        host.end()
        host.begin(verb)
        done = host.tcptune(*verb.command, under=("strace", "-f", "-o", trace, "-e", f"trace={','.join(CALLS)}"))
        if done.returncode: raise Wrong(f"{verb.name}, traced: {done.stderr}")
        host.end()
        self.calls, self.changes = {}, []
        for line in open(trace):
            if not (found := re.match(r"\d+ +(\w+)\((\w*)", line)): continue
            call, command = found.groups()
            number = self.calls[call] = self.calls.get(call, 0) + 1
            if call not in ("bpf", "flock") or command in CHANGES: self.changes.append((call, number))
            last = call, number
        self.changes.append(last)


def inject(call, number, what):
    return ("strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={number}")


def killed(host, verb, reference, under, delay=None):
    """Died at a system call or, without under, after a delay."""
    host.begin(verb)
    if under: done = host.tcptune(*verb.command, under=under).returncode
    else:
        process = subprocess.Popen([host.binary, *verb.command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        done = process.wait()
    host.status()
    host.ask("ping")
    for name, whole in host.state()["files"].items():
        if not whole: raise Wrong(f"half a file: {name}")
    host.end()
    return done in (-signal.SIGKILL, 128 + signal.SIGKILL)


def failed(host, verb, reference, under, forever):
    """Had an error from a system call: from one, or from all that came after it, too."""
    host.begin(verb)
    before = host.state()
    objects = kernel.objects()
    done = host.tcptune(*verb.command, under=under)
    words = done.stderr.strip()
    if done.returncode < 0 or done.returncode >= 128: raise Wrong(f"crashed: exit {done.returncode}: {words[-400:]}")
    if done.returncode and not any(re.match(r"tcptune: .{10}", line) for line in words.split("\n")):
        raise Wrong(f"no clear error: {words!r}")
    after = host.state()
    if not done.returncode:
        if not forever and host.shape(after) != host.shape(reference.after):
            raise Wrong(f"exit 0, but: {host.shape(after)}, not {host.shape(reference.after)}")
    elif not forever:
        whole = [host.shape(reference.before)] + [host.shape(reference.after)] * verb.removes
        if host.shape(after) not in whole: raise Wrong(f"half done: {words}\n    {host.shape(after)}")
        if not verb.removes:
            if changed := {key: (before[key], after[key]) for key in before if before[key] != after[key]}:
                raise Wrong(f"not as before: {words}\n    {changed}")
            if left := host.alone and kernel.gone(objects, {}, True): raise Wrong(f"{left} left: {words}")
    host.ask("ping")
    host.end()
    return done.returncode != 0
