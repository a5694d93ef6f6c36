"""What happens around tcptune: disks, mounts, cgroups, clocks, other tools. One function each."""
import contextlib, json, os, random, subprocess, threading, time
import kernel, verbs
from cases import HERE, Wrong
from pods import Pod


def sh(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode: raise Wrong(f"{' '.join(command)}: {done.stderr or done.stdout}")
    return done.stdout


def refused(host, *command, exit, words, **more):
    """A command that has to fail, and say why."""
    done = host.tcptune(*command, **more)
    if done.returncode != exit or not all(word in done.stderr for word in ("tcptune: ", words)):
        raise Wrong(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}, not {exit} and '{words}'")


def expect(what, value, expected):
    if value != expected: raise Wrong(f"{what}: {value}, not {expected}")


def doctor(host, finding, of=""):
    """Whether doctor warns of something, in a text with these words."""
    return any(each["id"] == finding and each["level"] == "warning" and of in each["text"]
               for each in json.loads(host.check("doctor", "--output", "json"))["findings"])


def one(host, *more):
    host.check("apply", f"{host.work}/one.yaml", "--cgroup", host.cgroups[0], *more)


def shown(host):
    return [(each["profile"], each["state"]) for each in host.status()]


def metrics_file(host, chance):
    """A full disk, a read-only one: the old file stays, and nothing beside it."""
    one(host)
    folder, file = f"{host.work}/disk", f"{host.work}/disk/tcptune.prom"
    os.mkdir(folder)
    sh("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)
    try:
        host.check("export", "--file", file)
        old = open(file).read()
        with open(f"{folder}/fill", "wb", buffering=0) as fill:
            try:
                while True: fill.write(bytes(4096))
            except OSError: pass
        refused(host, "export", "--file", file, exit=1, words="No space left on device")
        os.unlink(f"{folder}/fill")
        sh("mount", "-o", "remount,ro", folder)
        refused(host, "export", "--file", file, exit=1, words="Read-only file system")
        expect("files", (os.listdir(folder), open(file).read()), (["tcptune.prom"], old))
    finally: sh("umount", folder)


def results_directory(host, chance):
    """A benchmark's results: refused before it runs, or it ends with words; nothing of it goes on."""
    folder = f"{host.work}/results"
    os.mkdir(folder)
    run = ("bench", "run", "--link", "10Mbit rtt 2ms", "--a", "cubic", "--b", "reno", "--workload", "bulk:1s",
           "--warm-up", "100ms", "--repeat", "1", "--results", folder)
    sh("mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", folder)
    try:
        refused(host, *run, exit=1, words="No space left on device")
        sh("mount", "-o", "remount,ro", folder)
        refused(host, *run, exit=1, words="Read-only file system")
    finally: sh("umount", folder)
    refused(host, *run, exit=1, words="Input/output error",
            under=("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"))


def no_bpffs(host, chance):
    """Unmounted with what is pinned in it: all is off, and said to be; mounted again, all can be done."""
    sh("umount", kernel.PINS)
    refused(host, "status", exit=69, words="mount -t bpf")
    sh("mount", "-t", "bpf", "bpf", kernel.PINS)
    command = ["apply", f"{host.work}/plugin.yaml", "--cgroup", host.cgroups[0], "--option-dir", f"{host.work}/options"]
    host.check(*command)
    host.ask("ping")
    links = kernel.held_by_pins()["links"]
    listener = subprocess.Popen([host.binary, "events", "--duration", "1s"], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)
    time.sleep(.3)
    sh("umount", "-l", kernel.PINS)
    refused(host, "status", exit=69, words="mount -t bpf")
    refused(host, *command, exit=69, words="mount -t bpf")
    words = listener.communicate()[1]
    if listener.returncode not in (0, 1): raise Wrong(f"events: exit {listener.returncode}: {words}")
    sh("mount", "-t", "bpf", "bpf", kernel.PINS)
    host.ask("ping")
    expect("status", shown(host), [])
    expect("links left", kernel.gone({kind: set() for kind in kernel.NEXT_ID}, {"links": links}, False), {})
    expect("attached", kernel.attached(host.cgroups[0]), [])
    host.check(*command)
    host.ask("ping")


def another_bpffs(host, chance):
    """Mounted over the one with the pins: what still runs is found, and doctor says so."""
    one(host)
    sh("mount", "-t", "bpf", "bpf", kernel.PINS)
    try:
        expect("status", shown(host), [])
        expect("doctor finds it", doctor(host, "pins", os.path.basename(host.cgroups[0])), True)
    finally: sh("umount", kernel.PINS)
    expect("status", shown(host), [("one", "active")])
    expect("doctor", doctor(host, "pins", os.path.basename(host.cgroups[0])), False)


def cgroup_goes(host, chance):
    """Removed while a profile is put on it: done, or an error with words."""
    path, results = os.path.join(host.top, "goes"), set()
    for _ in range(host.rounds(40)):
        os.mkdir(path)
        process = subprocess.Popen([host.binary, "apply", f"{host.work}/one.yaml", "--cgroup", path],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(chance.uniform(0, .08))
        os.rmdir(path)
        words = process.communicate()[1]
        results.add(process.returncode)
        if process.returncode not in (0, 1) or process.returncode == 1 and "tcptune: " not in words:
            raise Wrong(f"exit {process.returncode}: {words}")
        host.status()
    host.check("gc")
    expect("after gc", (shown(host), kernel.pins()), ([], []))


def several_at_once(host, chance):
    """Eight processes that apply, detach and collect at the same time: none fails for that."""
    commands = [["apply", f"{host.work}/{name}.yaml", "--cgroup", cgroup, "--existing"]
                for name in ("one", "two", "header") for cgroup in host.cgroups]
    commands += [["detach", "--all"], ["gc"], ["status"], ["events", "--duration", "100ms"], ["export", "--file", "-"]]
    commands += [["detach", "--cgroup", cgroup] for cgroup in host.cgroups]
    problems = []
    def work(seed):
        chance = random.Random(seed)
        for _ in range(host.rounds(25)):
            command = chance.choice(commands)
            done = host.tcptune(*command)
            if done.returncode and "no profile is applied" not in done.stderr:
                problems.append(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
    threads = [threading.Thread(target=work, args=(chance.random(),)) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    if problems: raise Wrong(f"{len(problems)} failed: {problems[0]}")


def detached_by_others(host, chance):
    """Another tool takes the program, then the controller off: said, and put back by the next apply."""
    one(host)
    links = kernel.held_by_pins()["links"]
    for link in links: sh("bpftool", "link", "detach", "id", str(link))
    host.ask("ping")
    expect("status", shown(host), [("one", "detached")])
    expect("doctor", (doctor(host, "attachment"), doctor(host, "controller")), (True, True))
    one(host, "--existing")
    expect("status after apply", shown(host), [("one", "active")])
    expect("doctor after apply", (doctor(host, "attachment"), doctor(host, "controller")), (False, False))
    # The controller alone.
    controller = f"{kernel.state()}/cc"
    name, = os.listdir(controller)
    sh("bpftool", "link", "detach", "pinned", f"{controller}/{name}/link")
    host.ask("ping")
    done = host.tcptune("status")
    if name not in done.stderr: raise Wrong(f"status doesn't say that {name} is gone: {done.stderr}")
    expect("doctor", doctor(host, "controller"), True)
    one(host)
    expect("registered", name in kernel.controllers(), True)
    expect("doctor after apply", doctor(host, "controller"), False)


@contextlib.contextmanager
def clobbered(host):
    """Another program runs, and has cleared the callbacks of a connection."""
    source = f"{HERE}/../AgentTests/Programs/clobber.bpf.c"
    sh(os.environ.get("CLANG", "clang"), "-target", "bpf", "-O2", "-idirafter", "/usr/include/x86_64-linux-gnu",
       "-c", source, "-o", f"{host.work}/clobber.o")
    pin = f"{kernel.PINS}/clobber"
    sh("bpftool", "prog", "load", f"{host.work}/clobber.o", pin, "type", "sockops")
    # The outer cgroup's program runs last.
    sh("bpftool", "cgroup", "attach", host.top, "sock_ops", "pinned", pin, "multi")
    try:
        host.ask("close")
        host.ask(f"open {host.cgroups[0]}")
        yield
    finally:
        sh("bpftool", "cgroup", "detach", host.top, "sock_ops", "pinned", pin)
        os.unlink(pin)


def flags_cleared(host, chance):
    """Another program clears the callbacks that connections have: said, and put right by apply --existing."""
    one(host)
    with clobbered(host):
        expect("doctor sees program and connections", (doctor(host, "sockops"), doctor(host, "callbacks")), (True, True))
    one(host, "--existing")
    expect("doctor after apply", (doctor(host, "sockops"), doctor(host, "callbacks")), (False, False))


def clock_steps(host, chance):
    """The wall clock jumps, either way, between commands and for all of them: only what is printed follows."""
    library = f"{host.work}/clock.so"
    sh("cc", "-shared", "-fPIC", "-O2", "-o", library, f"{HERE}/clock.c")
    for applied, later in ((0, 315_360_000), (0, -315_360_000), (315_360_000, 0), (-10**10, 0), (0, -10**10)):
        def at(step, *command):
            done = host.tcptune(*command, env=os.environ | {"LD_PRELOAD": library, "CLOCK_STEP": str(step)})
            if done.returncode: raise Wrong(f"{' '.join(command)} at {step:+} s: exit {done.returncode}: {done.stderr}")
            return done.stdout
        at(applied, "apply", f"{host.work}/one.yaml", "--cgroup", host.cgroups[0])
        for command in (["status"], ["status", "--output", "json"], ["stats"], ["connections"], ["export", "--file", "-"],
                        ["doctor"], ["events", "--duration", "100ms"], ["gc"],
                        ["apply", f"{host.work}/one.yaml", "--cgroup", host.cgroups[0]]):
            begin = time.monotonic()
            at(later, *command)
            if time.monotonic() - begin > 10: raise Wrong(f"{command} took long at {later:+} s")
        expect("status", shown(host), [("one", "active")])
        at(later, "detach", "--cgroup", host.cgroups[0])


def memory_limits(host, chance):
    """A memory cgroup that is too small for the maps or the process: killed, or an error with words; whole or nothing."""
    folder, limit = "/sys/fs/cgroup/memory", "memory.limit_in_bytes" # version 1
    if not os.path.isdir(folder): folder, limit = host.top, "memory.max"
    folder = f"{folder}/ttfaults{os.getpid()}-memory"
    os.mkdir(folder)
    results = set()
    try:
        if not os.path.exists(f"{folder}/{limit}"): return
        for megabytes in (2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32):
            with open(f"{folder}/{limit}", "w") as file: file.write(str(megabytes << 20))
            done = host.tcptune("apply", f"{host.work}/header.yaml", "--cgroup", host.cgroups[0],
                                under=("sh", "-c", f'echo $$ > {folder}/cgroup.procs && exec "$@"', "sh"))
            if done.returncode not in (0, 1, 69, -9) or done.returncode > 0 and "tcptune: " not in done.stderr:
                raise Wrong(f"with {megabytes} MiB: exit {done.returncode}: {done.stderr}")
            results.add(done.returncode)
            if done.returncode >= 0: expect("status", shown(host), [("header", "active")] * (done.returncode == 0))
            host.ask("ping")
            host.check("detach", "--all")
            expect("pins", kernel.pins(), [])
    finally: os.rmdir(folder)
    if 0 not in results or results == {0}: raise Wrong(f"no limit was too small, or all were: {results}")


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end: raise Wrong(f"{what}: not within {seconds} s")
        time.sleep(.02)


def agent_killed(host, chance):
    """Killed at any moment while pods come and go and its profile changes: the next one puts all right."""
    host.pods = [Pod(path) for path in host.cgroups]
    for _ in range(host.rounds(40)):
        host.pods.pop().end()
        host.pods.append(Pod(host.cgroups[-1]))
        agent = subprocess.Popen([host.binary, *verbs.agent(host.work, chance.choice(("one", "plugin")))],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, .3))
        agent.kill()
        agent.wait()
        host.status()
        host.ask("ping")
    host.check(*verbs.agent(host.work, "one", "--once"))
    expect("status", shown(host), [("one", "active")] * len(host.cgroups))


def agent_repairs(host, chance):
    """What another tool takes off while the agent runs, the agent puts back, and says so."""
    host.pods = [Pod(path) for path in host.cgroups]
    log = f"{host.work}/agent.log"
    with open(log, "w") as file:
        agent = subprocess.Popen([host.binary, *verbs.agent(host.work, "one")], stdout=file, stderr=file)
    try:
        active = [("one", "active")] * len(host.cgroups)
        wait_for("tuned", lambda: shown(host) == active)
        time.sleep(2) # a change of its own would clean up before it looks
        for top, _, files in os.walk(f"{kernel.state()}/attachments"):
            if "link" in files: sh("bpftool", "link", "detach", "pinned", f"{top}/link")
        expect("status", {state for _, state in shown(host)} <= {"active", "detached"}, True)
        wait_for("put back", lambda: shown(host) == active)
        wait_for("said", lambda: "repaired" in open(log).read())
        with clobbered(host): pass
        wait_for("callbacks set again", lambda: "callbacks set again" in open(log).read())
        expect("doctor", doctor(host, "callbacks"), False)
    finally:
        agent.terminate()
        if agent.wait(): raise Wrong(f"the agent: exit {agent.returncode}: {open(log).read()[-500:]}")


ALL = (memory_limits, metrics_file, results_directory, no_bpffs, another_bpffs, cgroup_goes, several_at_once, detached_by_others,
       flags_cleared, clock_steps, agent_killed, agent_repairs)
