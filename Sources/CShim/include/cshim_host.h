/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that need _GNU_SOURCE, are variadic, or take what Swift can't lay out.
 * Everything here returns -errno on failure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* setns(2) of the calling thread into a network namespace. */
int cshim_enter_netns(int fd);

/* The magic number of the file system that path is on, or -errno. */
int64_t cshim_filesystem_magic(const char *path);

/* A new bpffs at path, which exists; mode 0700 keeps everybody but root out. */
int cshim_mount_bpffs(const char *path);

/* The kernel's 64-bit cgroup id of a directory. */
int cshim_cgroup_id(const char *path, uint64_t *id);

/* A descriptor for the cgroup with this id, on the cgroup2 mount mount_fd; -ESTALE: deleted. */
int cshim_open_cgroup_by_id(int mount_fd, uint64_t id);

/*
 * Where a process or a socket is made: descriptors of a cgroup2 directory and of a network
 * namespace, -1 for the caller's own.
 */
struct cshim_placement {
	int cgroup_fd;
	int netns_fd;
};

/*
 * count stream sockets of a family, which belong to the placement: a socket's cgroup is that of
 * the process that makes it, and moving the caller would move all its threads.
 * All of them or none. Kernel 5.7 for a cgroup.
 */
int cshim_sockets_in(const struct cshim_placement *where, int family, int *fds, size_t count);

/*
 * Starts a program (found in PATH, argv and envp NULL-terminated) in a placement with these
 * standard descriptors. Returns its pid, or why it didn't start.
 */
pid_t cshim_spawn_in(const struct cshim_placement *where, char *const argv[], char *const envp[],
		     const int stdio[3]);

/*
 * The same, as the first process of a pid namespace: all that it starts dies with it, however it
 * detached itself, and it dies with the calling thread. Needs CAP_SYS_ADMIN.
 */
pid_t cshim_spawn_contained(const struct cshim_placement *where, char *const argv[],
			    char *const envp[], const int stdio[3]);

/* pipe2(2), both ends closed on exec. */
int cshim_pipe(int ends[2]);

/* An unlinked file in memory for a child's input or output, closed on exec. */
int cshim_memory_file(void);

/* Waits until a child has exited, at most timeout_ms (-1: for ever): 1 exited, 0 not yet. */
int cshim_wait_exit(pid_t pid, int timeout_ms);
