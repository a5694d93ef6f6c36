"""One case: a verb that is killed, or whose Nth system call of a kind fails, and what has to hold after it."""
import json, os, re, signal, subprocess, sys, time
import kernel, verbs
from pods import Pod

HERE = os.path.dirname(os.path.abspath(__file__))
# System calls that change what outlives a process; of bpf(2), these commands do.
CHANGES = {"BPF_MAP_UPDATE_ELEM", "BPF_MAP_DELETE_ELEM", "BPF_OBJ_PIN", "BPF_LINK_CREATE", "BPF_LINK_UPDATE",
           "BPF_LINK_DETACH", "BPF_ITER_CREATE", "BPF_PROG_ATTACH", "BPF_PROG_DETACH"}
CALLS = ("bpf", "mkdir", "unlink", "rmdir", "rename", "linkat", "setns", "fsync")
# What a call can fail with, by call.
ERRORS = {"bpf": ("ENOMEM", "EPERM", "ENOSPC"), "mkdir": ("ENOSPC",), "unlink": ("EPERM",), "rmdir": ("EBUSY",),
          "rename": ("EIO",), "linkat": ("EIO",), "setns": ("EPERM",), "fsync": ("EIO",)}


class Host:
    """Three cgroups in the kubelet's form, traffic through the first, profiles and plug-ins."""
    def __init__(self, binary, work, top, alone, short):
        self.binary, self.work, self.top, self.alone = binary, work, top, alone
        self.pods, self.short = [], short
        self.cgroups = [os.path.join(top, "kubepods.slice", f"kubepods-pod{digit * 8}_{digit * 4}_{digit * 4}_"
                                     f"{digit * 4}_{digit * 12}.slice") for digit in "abc"]
        for path in self.cgroups: os.makedirs(path)
        self.traffic = subprocess.Popen([sys.executable, f"{HERE}/traffic.py", top],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        os.mkdir(f"{work}/metrics")
        self.name = verbs.write(work, lambda *arguments: self.check(*arguments))
        self.verbs = verbs.all(work, self.name, *self.cgroups)
        self.check("apply", f"{work}/two.yaml", "--cgroup", self.cgroups[0]) # the kernel's caches
        self.check("detach", "--all")
        time.sleep(.2)
        self.objects, self.names = kernel.objects(), {self.name}

    def rounds(self, number):
        """How often something is repeated."""
        return number // 5 if self.short else number

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
            elif command[0] == "pods": self.pods = [Pod(path) for path in self.cgroups]
            else: self.check(*command)

    def status(self):
        return json.loads(self.check("status", "--output", "json"))

    def state(self):
        """What there is, by the kernel's numbers: below tcptune/VERSION, on cgroups, registered, written."""
        return ({path for path in kernel.pins() if path.count("/") > 5} | self.controllers()
                | {(path, number) for path in self.cgroups if os.path.isdir(path) for number in kernel.attached(path)}
                | set(os.listdir(f"{self.work}/metrics")))

    def controllers(self):
        """Those of this run: the host may have more."""
        self.names |= {path.split("/")[6] for path in kernel.pins() if path.split("/")[5:6] == ["cc"] and path.count("/") > 5}
        return kernel.controllers() & self.names

    def shown(self):
        """By cgroup, what is said to be in force, and what is registered."""
        return ({each["cgroup"]: (each["profile"], each["state"]) for each in self.status()}
                | dict.fromkeys(self.controllers()))

    def end(self):
        """One detach brings everything back."""
        self.ask("close")
        self.end_pods()
        mine = kernel.held_by_pins()
        self.check("detach", "--all")
        if (name := self.name) in kernel.controllers(): self.check("cc", "unload", name)
        problems = [f"pinned: {path}" for path in kernel.pins()]
        problems += [f"attached to {path}" for path in self.cgroups if os.path.isdir(path) and kernel.attached(path)]
        problems += [f"registered: {name}" for name in self.controllers()]
        problems += [f"{kind} left: {some}" for kind, some in kernel.gone(self.objects, mine, self.alone).items()]
        if problems: raise Wrong("; ".join(problems))

    def end_pods(self):
        while self.pods: self.pods.pop().end(remove=False)

    def restore(self):
        """After something went wrong, for the next case."""
        self.tcptune("detach", "--all", "--existing")
        self.tcptune("cc", "unload", self.name, "--existing")
        try: self.ask("close")
        except Wrong: pass
        self.end_pods()
        subprocess.run(["rm", "-rf", f"{kernel.PINS}/tcptune"])
        time.sleep(.1)
        self.objects = kernel.objects()

    def close(self):
        self.tcptune("detach", "--all", "--existing")
        self.end_pods()
        self.traffic.stdin.close()
        self.traffic.wait()


class Wrong(Exception):
    pass


class Reference:
    """A verb that runs to its end: its system calls, its duration, what is shown before it and after."""
    def __init__(self, host, verb):
        trace = f"{host.work}/trace"
        host.begin(verb)
        self.before = host.shown()
        begin = time.monotonic()
        host.check(*verb.command)
        self.seconds = time.monotonic() - begin
        self.after = host.shown()
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
    if verb.name == "export":
        for name in (files := os.listdir(f"{host.work}/metrics")):
            if not open(f"{host.work}/metrics/{name}").read().endswith("\n"): raise Wrong(f"half a file: {name}")
        host.check(*verb.command)
        if os.listdir(f"{host.work}/metrics") != ["tcptune.prom"]: raise Wrong(f"left beside the file: {files}")
    host.end()
    return done in (-signal.SIGKILL, 128 + signal.SIGKILL)


def failed(host, verb, reference, under, forever):
    """Had an error from a system call: from one, or from all that came after it, too."""
    host.begin(verb)
    before, objects = host.state(), kernel.objects()
    done = host.tcptune(*verb.command, under=under)
    words = done.stderr.strip()
    if done.returncode < 0 or done.returncode >= 128: raise Wrong(f"crashed: exit {done.returncode}: {words[-400:]}")
    if done.returncode and not re.search(r"^tcptune: .{10}| warning .{10}", words, re.MULTILINE):
        raise Wrong(f"no clear error: {words!r}")
    after, shown = host.state(), host.shown()
    if forever or verb.in_steps: pass
    elif done.returncode == 0:
        # A controller that couldn't be unregistered is left to the next change.
        shown = {name: what for name, what in shown.items() if what or name in reference.after}
        if shown != reference.after: raise Wrong(f"exit 0, but: {shown}, not {reference.after}")
    elif verb.removes: # each as before or gone
        for name in shown.keys() | reference.after.keys():
            if shown.get(name, ()) not in (reference.before.get(name, ()), reference.after.get(name, ())):
                raise Wrong(f"half done: {name}: {shown.get(name)}: {words}")
    else:
        if changed := [f"-{some}" for some in before - after] + [f"+{some}" for some in after - before]:
            raise Wrong(f"not as before: {words}: {changed}")
        if shown != reference.before: raise Wrong(f"half done: {words}\n    {shown}")
        if left := host.alone and kernel.gone(objects, {}, True): raise Wrong(f"{left} left: {words}")
    host.ask("ping")
    host.end()
    return done.returncode != 0
