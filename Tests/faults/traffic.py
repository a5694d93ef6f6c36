"""A server and its connections in cgroups: run as a program, one command per line of standard input.

    open PATH: a connection of a process in that cgroup;  ping: data through all, and through a new one;
    close: all. Each is answered by a line: ok, or what went wrong.
"""
import os, socket, sys, threading

DATA = os.urandom(1 << 16)


def serve(connection):
    with connection:
        while True:
            data = connection.recv(1 << 16)
            if not data: return
            connection.sendall(data)


def accept(listener):
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


def exchange(connection):
    sender = threading.Thread(target=connection.sendall, args=(DATA,))
    sender.start()
    got = b""
    while len(got) < len(DATA):
        more = connection.recv(1 << 16)
        if not more: raise OSError("the connection was closed")
        got += more
    sender.join()
    if got != DATA: raise OSError("other data came back")


def connect(address):
    return socket.create_connection(address, timeout=5)


def enter(cgroup):
    with open(os.path.join(cgroup, "cgroup.procs"), "w") as file: file.write(str(os.getpid()))


def main():
    enter(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    address, connections = listener.getsockname(), []
    for line in sys.stdin:
        try:
            match line.split():
                case ["open", cgroup]:
                    enter(cgroup)
                    connections.append(connect(address))
                    exchange(connections[-1])
                case ["ping"]:
                    for connection in connections: exchange(connection)
                    with connect(address) as connection: exchange(connection)
                case ["close"]:
                    while connections: connections.pop().close()
            print("ok", flush=True)
        except Exception as error: print(f"{type(error).__name__}: {error}", flush=True)


main()
