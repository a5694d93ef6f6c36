/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "cshim_tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* struct in6_ifreq of linux/ipv6.h, which clashes with the C library's. */
struct ipv6_request {
	struct in6_addr address;
	uint32_t prefix_length;
	int index;
};

int cshim_new_netns(void)
{
	static const char own[] = "/proc/thread-self/ns/net";
	int home = open(own, O_RDONLY | O_CLOEXEC);
	int made, error = 0;

	if (home < 0)
		return -errno;
	if (unshare(CLONE_NEWNET)) {
		error = -errno;
		close(home);
		return error;
	}
	made = open(own, O_RDONLY | O_CLOEXEC);
	if (made < 0)
		error = -errno;
	/* Whatever this thread did next would happen in the wrong network. */
	if (setns(home, CLONE_NEWNET))
		abort();
	close(home);
	return error ? error : made;
}

static int set_up_tun(int fd, const char *name, int segmentation)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int header = sizeof(cshim_vnet_header);
	unsigned int offloads =
		segmentation ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0;

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &request) || ioctl(fd, TUNSETVNETHDRSZ, &header) ||
	    ioctl(fd, TUNSETOFFLOAD, offloads))
		return -errno;
	return 0;
}

int cshim_tun_open(const char *name, int segmentation)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int error;

	if (fd < 0)
		return -errno;
	error = set_up_tun(fd, name, segmentation);
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

/* A socket of the namespace, for its ioctls. */
static int control_socket(int family)
{
	return socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int bring_up(int fd, struct ifreq *request, int mtu, int queue_length)
{
	if (mtu) {
		request->ifr_mtu = mtu;
		if (ioctl(fd, SIOCSIFMTU, request))
			return -errno;
	}
	if (queue_length) {
		request->ifr_qlen = queue_length;
		if (ioctl(fd, SIOCSIFTXQLEN, request))
			return -errno;
	}
	if (ioctl(fd, SIOCGIFFLAGS, request))
		return -errno;
	request->ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, request) ? -errno : 0;
}

int cshim_interface_up(const char *name, int mtu, int queue_length)
{
	struct ifreq request = { 0 };
	int fd = control_socket(AF_INET), error;

	if (fd < 0)
		return -errno;
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	error = bring_up(fd, &request, mtu, queue_length);
	close(fd);
	return error;
}

static void set_ipv4(struct ifreq *request, uint32_t address)
{
	struct sockaddr_in value = { .sin_family = AF_INET, .sin_addr.s_addr = address };

	memcpy(&request->ifr_addr, &value, sizeof(value));
}

int cshim_add_ipv4(const char *name, const uint8_t address[4], int prefix_length)
{
	struct ifreq request = { 0 };
	int fd = control_socket(AF_INET), error = 0;
	uint32_t number;

	if (fd < 0)
		return -errno;
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	memcpy(&number, address, sizeof(number));
	set_ipv4(&request, number);
	if (ioctl(fd, SIOCSIFADDR, &request))
		error = -errno;
	set_ipv4(&request, htonl(~0U << (32 - prefix_length)));
	if (!error && ioctl(fd, SIOCSIFNETMASK, &request))
		error = -errno;
	close(fd);
	return error;
}

int cshim_add_ipv6(const char *name, const uint8_t address[16], int prefix_length)
{
	struct ipv6_request request = { .prefix_length = (uint32_t)prefix_length };
	struct ifreq index = { 0 };
	int fd = control_socket(AF_INET6), error = 0;

	if (fd < 0)
		return -errno;
	strncpy(index.ifr_name, name, IFNAMSIZ - 1);
	memcpy(&request.address, address, sizeof(request.address));
	if (ioctl(fd, SIOCGIFINDEX, &index))
		error = -errno;
	request.index = index.ifr_ifindex;
	if (!error && ioctl(fd, SIOCSIFADDR, &request))
		error = -errno;
	close(fd);
	return error;
}

int cshim_realtime(int priority)
{
	struct sched_param parameters = { .sched_priority = priority };
	int policy = (priority ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK;

	/* 0 is this thread, not the process. */
	return sched_setscheduler(0, policy, &parameters) ? -errno : 0;
}

void cshim_name_thread(const char *name)
{
	prctl(PR_SET_NAME, name);
}

void cshim_exact_timers(void)
{
	prctl(PR_SET_TIMERSLACK, 1UL);
}

int cshim_poll(struct pollfd *descriptors, size_t count, int64_t timeout_ns)
{
	struct timespec limit = { .tv_sec = timeout_ns / 1000000000,
				  .tv_nsec = timeout_ns % 1000000000 };
	int ready = ppoll(descriptors, count, timeout_ns < 0 ? NULL : &limit, NULL);

	return ready < 0 ? -errno : ready;
}

int cshim_event(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}
