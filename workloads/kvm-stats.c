// SPDX-License-Identifier: GPL-2.0-or-later
/* KVM's binary statistics, see Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD. */
#include <errno.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "workloads/counters.h"

#define STATS_MAX_BYTES (256 * 1024)
#define DESCRIPTORS_MAX 1024
#define NAME_MAX_BYTES 256

/* Whether count items of size bytes at offset lie within the file. */
static bool fits(size_t bytes, uint64_t offset, uint64_t size, uint64_t count)
{
	return offset <= bytes && (!count || size <= (bytes - offset) / count);
}

static int add_one(const uint8_t *data, size_t bytes, const struct kvm_stats_header *header,
		   uint64_t at, struct counters *counters, struct err *err)
{
	char name[NAME_MAX_BYTES + 1] = "";
	struct kvm_stats_desc desc;
	uint64_t value;

	memcpy(&desc, data + at, sizeof(desc));
	if ((desc.flags & KVM_STATS_TYPE_MASK) != KVM_STATS_TYPE_CUMULATIVE || desc.size != 1)
		return 0;
	memcpy(name, data + at + sizeof(desc), header->name_size);
	if (!fits(bytes, (uint64_t)header->data_offset + desc.offset, sizeof(value), 1))
		return err_set(err, -EBADMSG, "KVM statistic \"%s\" lies outside its file.", name);
	memcpy(&value, data + header->data_offset + desc.offset, sizeof(value));
	return value ? counters_add(counters, name, value) : 0;
}

int counters_parse_kvm_stats(const void *data, size_t bytes, struct counters *counters,
			     struct err *err)
{
	struct kvm_stats_header header;
	uint64_t stride;
	int rc = 0;

	if (bytes < sizeof(header))
		return err_set(err, -EBADMSG, "KVM's statistics are %zu bytes short of a header.",
			       sizeof(header) - bytes);
	memcpy(&header, data, sizeof(header));
	stride = sizeof(struct kvm_stats_desc) + (uint64_t)header.name_size;
	if (header.name_size > NAME_MAX_BYTES || header.num_desc > DESCRIPTORS_MAX ||
	    !fits(bytes, header.desc_offset, stride, header.num_desc))
		return err_set(err, -EBADMSG,
			       "KVM's statistics announce %u descriptors with names of %u bytes, "
			       "which do not fit.",
			       header.num_desc, header.name_size);
	for (uint32_t i = 0; i < header.num_desc && !rc; i++)
		rc = add_one(data, bytes, &header, header.desc_offset + i * stride, counters, err);
	if (rc == -ENOSPC)
		return err_set(err, rc, "KVM has more than %d statistics.", COUNTERS_MAX);
	return rc;
}

int counters_read_kvm_stats(int vcpu_fd, struct counters *counters, struct err *err)
{
	CLEANUP(close_fd) int fd = ioctl(vcpu_fd, KVM_GET_STATS_FD, NULL);
	CLEANUP(buf_release) struct buf file = BUF_INIT(STATS_MAX_BYTES);
	char chunk[4096];
	ssize_t got;

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open KVM's statistics of a vCPU");
	while ((got = pread(fd, chunk, sizeof(chunk), (off_t)file.length)) > 0) {
		int rc = buf_append(&file, chunk, (size_t)got);

		if (rc < 0)
			return err_set(err, rc, "KVM's statistics are larger than %d bytes.",
				       STATS_MAX_BYTES);
	}
	if (got < 0)
		return err_sys(err, -errno, "Cannot read KVM's statistics");
	return counters_parse_kvm_stats(file.data, file.length, counters, err);
}
