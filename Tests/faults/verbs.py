"""The verbs that change something, each with what has to be there before."""
import os

class Verb:
    """What it failed on may be gone, or have been replaced, all the same: removes. In steps: pod by pod, say."""
    def __init__(self, name, command, setup=(), removes=False, in_steps=False):
        self.name, self.command, self.setup, self.removes, self.in_steps = name, command, setup, removes, in_steps


def profile(name, controller, parameters, more=""):
    values = ", ".join(f"{key}: {value}" for key, value in parameters.items())
    return (f"apiVersion: tcptune.dev/v1\nkind: Profile\nmetadata: {{ name: {name} }}\nspec:\n"
            f"  congestionControl: {{ algorithm: {controller}, parameters: {{ {values} }} }}\n{more}")


def write(work, tcptune):
    """Profiles and plug-ins. Parameters that nobody else has: names of controllers are the host's."""
    own = 100 + os.getpid() % 800
    texts = {
        "one": profile("one", "tt_cubic", {"beta_permille": own}, "  socket: { minimumRTO: 50ms, sendBuffer: 1MiB }\n"),
        "two": profile("two", "tt_dctcp", {"beta_permille": own}, "  rules:\n"
            "    - { when: { port: [443] }, congestionControl: { algorithm: cubic } }\n"),
        "header": profile("header", "tt_cubic", {"beta_permille": own}, "  headerOptions:\n"
            "    - { type: telemetry }\n    - { type: identity, value: { pod: true, profile: true } }\n"),
        "plugin": profile("plugin", "tt_dctcp", {"beta_permille": own}, "  headerOptions:\n"
            "    - { type: telemetry, peers: [127.0.0.0/8] }\n"
            "    - { type: plugin, name: backlog, on: [data], every: rtt }\n"),
    }
    for name, text in texts.items():
        with open(f"{work}/{name}.yaml", "w") as file: file.write(text)
    os.mkdir(f"{work}/options")
    tcptune("option", "new", "backlog", "--directory", f"{work}/options")
    tcptune("option", "build", f"{work}/options/backlog")
    for profile_name in "one", "plugin":
        with open(f"{work}/agent-{profile_name}.yaml", "w") as file:
            file.write("apiVersion: tcptune.dev/v1\nkind: Agent\nannotations: false\nresync: 1s\n"
                       f"policies: [{{ profile: {work}/{profile_name}.yaml }}]\n"
                       f"export: {{ file: {work}/agent.prom, interval: 1s }}\n")
    # Two versions of one controller, under a name of this process's.
    name = f"ttf{os.getpid()}"
    for version in "old", "new":
        os.mkdir(f"{work}/{version}")
        tcptune("cc", "new", name, "--directory", f"{work}/{version}")
        source = f"{work}/{version}/{name}/{name}.bpf.c"
        with open(source) as file: text = file.read()
        with open(source, "w") as file: file.write(text.replace("2ull", "2ull" if version == "old" else "4ull"))
        tcptune("cc", "build", f"{work}/{version}/{name}")
    return name


def agent(work, profile, *more):
    return ["agent", "--config", f"{work}/agent-{profile}.yaml", "--option-dir", f"{work}/options", *more]


def all(work, name, a, b, c):
    """The verbs on the cgroups a, b and c, which are pods; name is the plug-in controller's."""
    def apply(profile, *cgroups, more=()):
        return ["apply", f"{work}/{profile}.yaml", *(word for cgroup in cgroups for word in ("--cgroup", cgroup)),
                "--option-dir", f"{work}/options", *more]
    existing = ["--existing"]
    old, new = ["cc", "load", f"{work}/old/{name}"], ["cc", "load", f"{work}/new/{name}"]
    return [
        Verb("apply", apply("one", a)),
        Verb("apply, three cgroups", apply("two", a, b, c), [apply("one", b)]),
        Verb("apply --existing", apply("one", a, more=existing)),
        Verb("apply another", apply("two", a, more=existing), [apply("one", a)]),
        Verb("apply header options", apply("header", a)),
        Verb("apply plug-in options", apply("plugin", a, b, more=existing), [apply("header", a)]),
        Verb("apply --reset-stats", apply("one", a, more=["--reset-stats"]), [apply("one", a)]),
        Verb("detach", ["detach", "--cgroup", a], [apply("one", a, b)], removes=True),
        Verb("detach --existing", ["detach", "--cgroup", a, *existing], [apply("plugin", a), apply("two", b)], removes=True),
        Verb("detach --all", ["detach", "--all"], [apply("header", a), apply("two", b)], removes=True),
        Verb("gc", ["gc"], [apply("plugin", a, b, more=existing), ("rmdir", b)], removes=True),
        Verb("cc load", old),
        Verb("cc load another", new + existing, [old], removes=True),
        Verb("cc unload", ["cc", "unload", name, *existing], [old, new], removes=True),
        Verb("export", ["export", "--file", f"{work}/metrics/tcptune.prom"], [apply("header", a)]),
        Verb("agent --once", agent(work, "plugin", "--once"), [("pods",), agent(work, "one", "--once")], in_steps=True),
        Verb("events, nothing applied", ["events", "--duration", "100ms"]),
        Verb("events", ["events", "--duration", "100ms"], [apply("one", a)]),
    ]
