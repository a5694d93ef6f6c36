/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "cshim_host.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>

/* From linux/exportfs.h of newer headers: a handle that is nothing but the 64-bit kernfs id. */
#define FILEID_KERNFS 0xfe

int cshim_enter_netns(int fd)
{
	return setns(fd, CLONE_NEWNET) ? -errno : 0;
}

int64_t cshim_filesystem_magic(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) ? -errno : (int64_t)fs.f_type;
}

int cshim_mount_bpffs(const char *path)
{
	return mount("bpf", path, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") ? -errno : 0;
}

struct kernfs_handle {
	struct file_handle head;
	uint64_t id;
};

int cshim_cgroup_id(const char *path, uint64_t *id)
{
	_Alignas(struct kernfs_handle) unsigned char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	struct file_handle *handle = (struct file_handle *)space;
	int mount_id;

	handle->handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(AT_FDCWD, path, handle, &mount_id, 0))
		return -errno;
	if (handle->handle_bytes != sizeof(*id))
		return -EOPNOTSUPP;
	memcpy(id, handle->f_handle, sizeof(*id));
	return 0;
}

int cshim_open_cgroup_by_id(int mount_fd, uint64_t id)
{
	_Alignas(struct kernfs_handle) unsigned char space[sizeof(struct file_handle) + sizeof(id)];
	struct file_handle *handle = (struct file_handle *)space;
	int fd;

	handle->handle_bytes = sizeof(id);
	handle->handle_type = FILEID_KERNFS;
	memcpy(handle->f_handle, &id, sizeof(id));
	fd = open_by_handle_at(mount_fd, handle, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
