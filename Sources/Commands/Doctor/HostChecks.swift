import BPF
import CongestionControl
import Host

/// The kernel, its mounts and this process's privileges: found out by trying where that can be.
struct HostChecks {
    private let kernel = Kernel()

    func findings() -> [Finding] {
        [
            release(), capabilities(), btf(), structOps(), cgroup2(), cgroup1(), bpffs(),
            controllers(), pacing(),
        ] + plugins() + buffers()
    }

    private func release() -> Finding {
        do {
            return Finding("kernel", .ok, "Linux \(try kernel.release().text)")
        } catch {
            return Finding("kernel", .warning, "\(error)")
        }
    }

    private func capabilities() -> Finding {
        do {
            let missing = try Capabilities.current().missing([
                .bpf, .perfmon, .netAdmin, .sysAdmin,
            ])
            guard !missing.isEmpty else {
                return Finding("capabilities", .ok, "all that are needed")
            }
            return Finding(
                "capabilities", .failure,
                "missing: \(missing.map(\.rawValue).joined(separator: ", "))",
                advice: "run it as root")
        } catch {
            return Finding("capabilities", .warning, "\(error)")
        }
    }

    private func btf() -> Finding {
        kernel.hasBTF
            ? Finding("btf", .ok, "/sys/kernel/btf/vmlinux is there")
            : Finding(
                "btf", .failure, "the kernel has no type information",
                advice: "use one that is built with CONFIG_DEBUG_INFO_BTF, as distributions' are")
    }

    private func structOps() -> Finding {
        do {
            guard try StructOps.isSupported() else {
                return Finding(
                    "struct-ops", .failure, "the kernel takes no BPF congestion controllers",
                    advice: "profiles with native controllers need Linux 6.1, with BPF ones too")
            }
            return try StructOps.linksSupported()
                ? Finding("struct-ops", .ok, "BPF congestion controllers, registered by links")
                : Finding(
                    "struct-ops", .ok,
                    "BPF congestion controllers, registered by map (before Linux 6.4)")
        } catch {
            return Finding("struct-ops", .warning, "can't be tried: \(error)")
        }
    }

    private func cgroup2() -> Finding {
        do {
            return Finding(
                "cgroup2", .ok, "mounted at \(try CgroupHierarchy.discover().mountPoint)")
        } catch {
            return Finding("cgroup2", .failure, "\(error)")
        }
    }

    private func cgroup1() -> Finding {
        do {
            let tagging = try MountInfo.read().mounts.filter {
                $0.type == "cgroup"
                    && !Set($0.superOptions).isDisjoint(with: ["net_cls", "net_prio"])
            }
            guard let mount = tagging.first else {
                return Finding("cgroup1", .ok, "no net_cls or net_prio hierarchy is mounted")
            }
            return Finding(
                "cgroup1", .warning, "\(mount.mountPoint) is a net_cls or net_prio hierarchy",
                advice: "before Linux 5.15 sockets of processes in it fall back to the root cgroup")
        } catch {
            return Finding("cgroup1", .warning, "\(error)")
        }
    }

    private func bpffs() -> Finding {
        do {
            if let mounted = try BPFFilesystem.find() {
                return Finding("bpffs", .ok, "mounted at \(mounted.mountPoint)")
            }
            return Finding(
                "bpffs", .failure, "no BPF file system is mounted",
                advice: "mount -t bpf bpf /sys/fs/bpf")
        } catch {
            return Finding("bpffs", .warning, "\(error)")
        }
    }

    private func controllers() -> Finding {
        do {
            let names = try ControllerCatalog().all().map(\.name)
            let standard = try kernel.defaultCongestionControl()
            return Finding(
                "controllers", .ok,
                "\(names.joined(separator: ", ")); the host's default is \(standard)")
        } catch {
            return Finding("controllers", .warning, "\(error)")
        }
    }

    private func plugins() -> [Finding] {
        ControllerCatalog().plugins().compactMap { entry in
            guard case .failure(let problem) = entry.controller else { return nil }
            return Finding("plugin", .warning, "\(entry.directory): \(problem)")
        }
    }

    private func pacing() -> Finding {
        do {
            let qdisc = try kernel.defaultQdisc() ?? "none"
            return qdisc == "fq"
                ? Finding("pacing", .ok, "by the fq qdisc")
                : Finding(
                    "pacing", .ok, "by TCP's own timers (the default qdisc is \(qdisc))",
                    advice: "fq paces many connections with less CPU: net.core.default_qdisc=fq")
        } catch {
            return Finding("pacing", .warning, "\(error)")
        }
    }

    private func buffers() -> [Finding] {
        [("send-buffer", "net.core.wmem_max"), ("receive-buffer", "net.core.rmem_max")].map {
            (id, name) in
            guard let bytes = try? Sysctl().integer(name) else {
                return Finding(id, .warning, "\(name) can't be read")
            }
            return Finding(id, .ok, "a profile can ask for \(bytes) bytes at most (\(name))")
        }
    }
}
