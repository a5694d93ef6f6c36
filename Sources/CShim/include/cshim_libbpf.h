#pragma once
#include <stddef.h>
#include <stdint.h>

/*
 * libbpf says through a printf-like callback what it did, and passes the verifier's log on through
 * it. What it says between start and finish, on the calling thread, is kept; the rest is dropped.
 */
void cshim_libbpf_log_start(void);
/* NUL-terminated, for free(); NULL when nothing was said. */
char *cshim_libbpf_log_finish(void);

/*
 * Memory that is freed is kept for what comes next: libbpf reads and copies the kernel's types,
 * several MB, for each object, and up to two fifths of that time go into fetching fresh pages.
 */
void cshim_libbpf_keep_memory(void);

/* The two positions of a BPF ring buffer are shared with the kernel. */
static inline uint64_t cshim_load_acquire_u64(const void *position)
{
	return __atomic_load_n((const uint64_t *)position, __ATOMIC_ACQUIRE);
}

static inline uint32_t cshim_load_acquire_u32(const void *header)
{
	return __atomic_load_n((const uint32_t *)header, __ATOMIC_ACQUIRE);
}

static inline void cshim_store_release_u64(void *position, uint64_t value)
{
	__atomic_store_n((uint64_t *)position, value, __ATOMIC_RELEASE);
}
