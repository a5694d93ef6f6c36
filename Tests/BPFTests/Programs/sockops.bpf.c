// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#define TAG(text) __attribute__((btf_decl_tag(text)))

enum mode { MODE_OFF, MODE_COUNT = 3, MODE_LARGE = 0x80000000 };
enum direction { BACKWARD = -1, FORWARD = 1 };

struct pair {
	__u32 first;
	__u16 second;
};

const volatile __u32 increment TAG("unit:connections") TAG("range:1..9") = 1;
const volatile bool enabled = true;
const volatile __s8 tiny = -3;
const volatile __s64 large = -5000000000;
const volatile __u64 huge = 0xffffffffffffffff;
const volatile enum mode mode = MODE_COUNT;
const volatile enum direction direction = BACKWARD;
const volatile char label[8] = "abc";
const volatile struct pair pair = { 1, 2 };
const volatile __u16 table[3] = { 1, 2, 3 };
const __u32 not_a_knob = 7;
__u32 in_data = 1;

struct record {
	__u64 sequence;
	__u32 increment;
	__u32 op;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct pair);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} identity SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("sockops")
int count(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct record *record;
	__u64 one = increment, *value;
	__u32 key = ctx->op;

	if (!enabled || mode != MODE_COUNT)
		return 1;
	value = bpf_map_lookup_elem(&counts, &key);
	if (value)
		__sync_fetch_and_add(value, one);
	else
		bpf_map_update_elem(&counts, &key, &one, BPF_NOEXIST);
	*(__u64 *)bpf_get_local_storage(&identity, 0) += one;

	if (ctx->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
		return 1;
	if (sk)
		bpf_sk_storage_get(&sockets, sk, &one, BPF_SK_STORAGE_GET_F_CREATE);
	for (int i = 0; i < 3; i++) {
		record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
		if (!record)
			continue;
		record->sequence = i;
		record->increment = increment + not_a_knob;
		record->op = ctx->op;
		if (i == 1)
			bpf_ringbuf_discard(record, 0);
		else
			bpf_ringbuf_submit(record, 0);
	}
	return 1;
}

SEC("sockops")
int touch_per_cpu(struct bpf_sock_ops *ctx)
{
	__u32 key = 1;
	struct pair *pair = bpf_map_lookup_elem(&per_cpu, &key);

	if (pair)
		pair->first += in_data;
	return 1;
}

char _license[] SEC("license") = "GPL";
