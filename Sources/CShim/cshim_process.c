/* SPDX-License-Identifier: Apache-2.0 */
/* Children in a cgroup and a network namespace: a process of their own, born in the cgroup. */
#define _GNU_SOURCE
#include "cshim_host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLONE_INTO_CGROUP_FLAG 0x200000000ULL /* CLONE_INTO_CGROUP, kernel 5.7 */

/* struct clone_args of linux/sched.h up to cgroup, which clashes with the C library's. */
struct clone_arguments {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup;
} __attribute__((aligned(8)));

/* fork(2) with flags into a cgroup. The child may only make system calls: others hold locks. */
static pid_t fork_into(int cgroup_fd, uint64_t flags)
{
	struct clone_arguments arguments = { .flags = flags, .exit_signal = SIGCHLD };

	if (cgroup_fd >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP_FLAG;
		arguments.cgroup = (uint64_t)cgroup_fd;
	}
	pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));

	return pid < 0 ? -errno : pid;
}

static int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status;
}

static int make_sockets(const struct cshim_placement *where, int family, int *fds, size_t count)
{
	size_t made;

	if (where->netns_fd >= 0 && setns(where->netns_fd, CLONE_NEWNET))
		return -errno;
	for (made = 0; made < count; made++) {
		fds[made] = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fds[made] < 0) {
			int error = -errno;

			while (made > 0)
				close(fds[--made]);
			return error;
		}
	}
	return 0;
}

struct socket_answer {
	int result;
	int fds[];
};

int cshim_sockets_in(const struct cshim_placement *where, int family, int *fds, size_t count)
{
	size_t size = sizeof(struct socket_answer) + count * sizeof(int);
	struct socket_answer *answer =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int result;

	if (answer == MAP_FAILED)
		return -errno;
	answer->result = -ECHILD;
	/* The descriptor table is shared: what the child opens is open here. */
	pid_t pid = fork_into(where->cgroup_fd, CLONE_FILES);

	if (pid == 0) {
		answer->result = make_sockets(where, family, answer->fds, count);
		_exit(0);
	}
	result = pid < 0 ? pid : reap(pid);
	if (result >= 0)
		result = answer->result;
	if (result == 0)
		for (size_t i = 0; i < count; i++)
			fds[i] = answer->fds[i];
	munmap(answer, size);
	return result;
}

static int start(const struct cshim_placement *where, char *const argv[], char *const envp[],
		 const int stdio[3])
{
	sigset_t none;
	int copies[3];

	/* The three may be any descriptors, even 0 to 2: first out of the way, then into place. */

	for (int i = 0; i < 3; i++)
		if ((copies[i] = fcntl(stdio[i], F_DUPFD_CLOEXEC, 3)) < 0)
			return errno;
	for (int i = 0; i < 3; i++)
		if (dup2(copies[i], i) < 0)
			return errno;
	if (where->netns_fd >= 0 && setns(where->netns_fd, CLONE_NEWNET))
		return errno;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execvpe(argv[0], argv, envp);
	return errno;
}

/* Makes the caller die with its parent's thread, even if that is gone by now: nobody reads then. */
static int die_with_parent(int report)
{
	struct pollfd reader = { .fd = report };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return errno;
	return poll(&reader, 1, 0) > 0 ? ESRCH : 0;
}

static pid_t spawn(const struct cshim_placement *where, char *const argv[], char *const envp[],
		   const int stdio[3], uint64_t flags)
{
	int report[2], error = 0;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	pid_t pid = fork_into(where->cgroup_fd, flags);

	if (pid == 0) {
		close(report[0]);
		if (flags & CLONE_NEWPID)
			error = die_with_parent(report[1]);
		if (!error)
			error = start(where, argv, envp, stdio);
		(void)!write(report[1], &error, sizeof(error));
		_exit(127);
	}
	close(report[1]);
	if (pid > 0) {
		ssize_t got;

		/* The end of file means that exec closed the other end. */
		do
			got = read(report[0], &error, sizeof(error));
		while (got < 0 && errno == EINTR);
		if (got == (ssize_t)sizeof(error)) {
			reap(pid);
			pid = -error;
		}
	}
	close(report[0]);
	return pid;
}

pid_t cshim_spawn_in(const struct cshim_placement *where, char *const argv[], char *const envp[],
		     const int stdio[3])
{
	return spawn(where, argv, envp, stdio, 0);
}

pid_t cshim_spawn_contained(const struct cshim_placement *where, char *const argv[],
			    char *const envp[], const int stdio[3])
{
	return spawn(where, argv, envp, stdio, CLONE_NEWPID);
}

int cshim_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC) ? -errno : 0;
}

int cshim_memory_file(void)
{
	int fd = memfd_create("tcptune", MFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int cshim_wait_exit(pid_t pid, int timeout_ms)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int ready;

	if (pidfd < 0)
		return -errno;
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };

	do
		ready = poll(&wait, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	ready = ready < 0 ? -errno : ready;
	close(pidfd);
	return ready;
}
