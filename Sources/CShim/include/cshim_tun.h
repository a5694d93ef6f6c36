/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces, TUN devices and the clockwork of a thread that forwards packets.
 * Everything here returns -errno on failure.
 */
#pragma once

#include <linux/virtio_net.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The header in front of every packet that a TUN device hands over or takes: 12 bytes, so that the
 * IP header behind it is aligned. num_buffers stays 0.
 */
typedef struct virtio_net_hdr_mrg_rxbuf cshim_vnet_header;

/* A new network namespace, held by the descriptor; the calling thread stays in its own. */
int cshim_new_netns(void);

/*
 * A new TUN device in the calling thread's network namespace, non-blocking, gone when the descriptor
 * is closed. With segmentation it hands over TCP frames of up to 64 KiB, uncut and without checksum.
 */
int cshim_tun_open(const char *name, int segmentation);

/* Sets an interface's MTU and transmit queue (0: as it is), and brings it up. */
int cshim_interface_up(const char *name, int mtu, int queue_length);

/*
 * Gives an interface that is up an address, in network byte order; IPv4: 4 bytes, IPv6: 16. A prefix
 * has at least one bit.
 */
int cshim_add_ipv4(const char *name, const uint8_t address[4], int prefix_length);
int cshim_add_ipv6(const char *name, const uint8_t address[16], int prefix_length);

/* Puts the calling thread under SCHED_FIFO at this priority, or back to normal at 0. */
int cshim_realtime(int priority);

/* Names the calling thread, for ps and perf; 15 characters. */
void cshim_name_thread(const char *name);

/* Timers of the calling thread expire when they are due, not up to 50 us later. */
void cshim_exact_timers(void);

/* poll(2) with a time limit in ns, -1: none. */
int cshim_poll(struct pollfd *descriptors, size_t count, int64_t timeout_ns);

/* A counter to wake somebody up who polls it, non-blocking. */
int cshim_event(void);
