"""Pods as the agent finds them where there is no container runtime: directories with a container's that runs."""
import os, subprocess


class Pod:
    """In a directory of the kubelet's form: a container with a process."""
    def __init__(self, path):
        self.path, self.container = path, os.path.join(path, f"cri-containerd-{os.urandom(32).hex()}.scope")
        os.makedirs(self.container)

        def move():
            with open(f"{self.container}/cgroup.procs", "w") as file: file.write("0")

        self.process = subprocess.Popen(["sleep", "infinity"], preexec_fn=move)

    def end(self, remove=True):
        self.process.kill()
        self.process.wait()
        os.rmdir(self.container)
        if remove: os.rmdir(self.path)
