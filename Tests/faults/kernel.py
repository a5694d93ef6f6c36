"""What the kernel holds: BPF objects by id, pins, programs on cgroups, controllers."""
import ctypes, os, struct, time

PINS = "/sys/fs/bpf"

# Commands of bpf(2).
OBJ_GET, PROG_QUERY, INFO, PROGRAM_BY_ID = 7, 16, 15, 13
NEXT_ID = {"programs": 11, "maps": 12, "BTF": 23, "links": 31}
SOCK_OPS, CGROUP_LINK = 3, 3
_libc = ctypes.CDLL(None, use_errno=True)


def state():
    """tcptune's directory, whose name is the layout's version."""
    base = f"{PINS}/tcptune"
    version, = os.listdir(base)
    return f"{base}/{version}"


def bpf(command, attributes):
    """bpf(2); the attributes are bytes that the kernel may write to."""
    result = _libc.syscall(321, command, attributes, len(attributes))
    if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def ids(kind):
    found, attributes = set(), ctypes.create_string_buffer(12)
    while True:
        try: bpf(NEXT_ID[kind], attributes)
        except FileNotFoundError: return found
        last = struct.unpack_from("=II", attributes)[1]
        found.add(last)
        struct.pack_into("=I", attributes, 0, last)


def objects():
    return {kind: ids(kind) for kind in NEXT_ID}


def info(descriptor):
    data = ctypes.create_string_buffer(256)
    attributes = ctypes.create_string_buffer(struct.pack("=IIQ", descriptor, 256, ctypes.addressof(data)), 16)
    bpf(INFO, attributes)
    return data


def pins():
    """Paths of all pins and directories below the mount, sorted, without the kernel's own."""
    return sorted(os.path.join(top, name) for top, directories, files in os.walk(PINS)
                  for name in directories + files if not name.endswith(".debug"))


def attached(cgroup):
    """The ids of the sockops programs on a cgroup."""
    numbers = (ctypes.c_uint32 * 64)()
    directory = os.open(cgroup, os.O_RDONLY)
    try:
        attributes = ctypes.create_string_buffer(
            struct.pack("=IIIIQI", directory, SOCK_OPS, 0, 0, ctypes.addressof(numbers), 64), 64)
        bpf(PROG_QUERY, attributes)
        return list(numbers[:struct.unpack_from("=I", attributes, 24)[0]])
    finally: os.close(directory)


def controllers():
    with open("/proc/sys/net/ipv4/tcp_available_congestion_control") as file: return set(file.read().split())


def pinned():
    """A descriptor of each pin, closed afterwards."""
    for path in pins():
        if os.path.isdir(path): continue
        name = ctypes.create_string_buffer(path.encode())
        attributes = ctypes.create_string_buffer(struct.pack("=QII", ctypes.addressof(name), 0, 0), 16)
        try: descriptor = bpf(OBJ_GET, attributes)
        except FileNotFoundError: continue
        yield descriptor
        os.close(descriptor)


def maps_of(program):
    """The ids of a program's maps, none of which is opened for that."""
    descriptor = bpf(PROGRAM_BY_ID, ctypes.create_string_buffer(struct.pack("=III", program, 0, 0), 12))
    numbers = (ctypes.c_uint32 * 64)()
    asked = ctypes.create_string_buffer(struct.pack("=52xIQ", len(numbers), ctypes.addressof(numbers)), 256)
    bpf(INFO, ctypes.create_string_buffer(struct.pack("=IIQ", descriptor, 256, ctypes.addressof(asked)), 16))
    os.close(descriptor)
    return numbers[:struct.unpack_from("=I", asked, 52)[0]]


def held_by_pins():
    """The ids of what is pinned, and of the programs that pinned links run, with their maps."""
    held = {"programs": set(), "maps": set(), "links": set()}
    for descriptor in pinned():
        kind = {"anon_inode:bpf-map": "maps", "anon_inode:bpf-prog": "programs"}.get(
            os.readlink(f"/proc/self/fd/{descriptor}"), "links")
        of, number, program = struct.unpack_from("=III", info(descriptor))
        held[kind].add(number)
        if kind == "links" and of == CGROUP_LINK:
            held["programs"].add(program)
            held["maps"].update(maps_of(program))
    return held


def map_memory():
    """Bytes that pinned maps hold, as the kernel charges them."""
    return sum(int(line.split()[1]) for descriptor in pinned() for line in open(f"/proc/self/fdinfo/{descriptor}")
               if line.startswith("memlock:"))


def gone(before, mine, alone, seconds=60):
    """Waits for the kernel to free its objects; what is left.

    A controller's programs go after a grace period of RCU tasks: milliseconds, and many seconds on a busy host.
    What is compared is everything on the host, or, with others on it, only what was pinned here.
    """
    end = time.monotonic() + seconds
    while True:
        now = objects()
        left = {kind: sorted(now[kind] - before[kind] if alone else now[kind] & mine.get(kind, set()) - before[kind])
                for kind in now}
        left = {kind: some for kind, some in left.items() if some}
        if not left or time.monotonic() > end: return left
        time.sleep(.002)
