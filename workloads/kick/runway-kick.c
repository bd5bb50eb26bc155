// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kicks a vCPU from another CPU and says whether it noticed. See runway-kick.h for what must hold.
 *
 * Uses of KVM are few and old on purpose (kvm_vcpu_kick(), kvm_make_request(), stat.exits, the MMU's
 * memory caches, a memslot's dirty_bitmap), so that the module builds against any variant of any kernel
 * since 6.1.
 */
#include <linux/cpumask.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hardirq.h>
#include <linux/kernel_stat.h>
#include <linux/ktime.h>
#include <linux/kvm_host.h>
#include <linux/magic.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#include "runway-kick.h"

/* Reads of the guest's progress that tell whether it happens to run, where nobody waits for it. */
#define GLANCE_READS 64
/* More than KVM wants to have at an entry (1 + 5 + 8, and 5), less than it then takes. */
#define FILLED_DESCS 16
#define FILLED_PAGES 6
/* Turns of a waiting loop between two looks at the clock. */
#define CLOCK_TURNS 1024

struct attachment {
	struct mutex lock;
	struct file *vcpu_file; /* holds the vCPU */
	struct kvm_vcpu *vcpu;
};

struct deadline {
	u64 end_ns;
	unsigned int turns;
};

static struct deadline deadline_in_ms(u32 ms)
{
	return (struct deadline){ .end_ns = ktime_get_ns() + (u64)ms * NSEC_PER_MSEC };
}

/* True when it has passed; looks at the clock seldom, for it is asked in tight loops. */
static bool deadline_passed(struct deadline *deadline)
{
	if (++deadline->turns % CLOCK_TURNS)
		return false;
	return ktime_get_ns() > deadline->end_ns;
}

/* Only the kernel makes files of the anonymous inode, and only KVM gives them such a name. */
static bool is_kvm_file(struct file *file, const char *name)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strncmp(file->f_path.dentry->d_name.name, name, strlen(name)) && file->private_data;
}

static long attach(struct attachment *attachment, struct runway_kick_attach __user *argument)
{
	struct runway_kick_attach request;
	struct file *file;

	if (copy_from_user(&request, argument, sizeof(request)))
		return -EFAULT;
	if (request.reserved)
		return -EINVAL;
	file = fget(request.vcpu_fd);
	if (!file)
		return -EBADF;
	if (!is_kvm_file(file, "kvm-vcpu:")) {
		fput(file);
		return -EINVAL;
	}
	if (attachment->vcpu_file)
		fput(attachment->vcpu_file);
	attachment->vcpu_file = file;
	attachment->vcpu = file->private_data;
	request.vcpu = (unsigned long)attachment->vcpu;
	return copy_to_user(argument, &request, sizeof(request)) ? -EFAULT : 0;
}

/* Lets the target go on and waits for its next phase. */
static bool next_phase(struct runway_kick_page *page, u32 limit_ms)
{
	struct deadline deadline = deadline_in_ms(limit_ms);
	u64 phase = READ_ONCE(page->phase);

	WRITE_ONCE(page->go, phase);
	while (READ_ONCE(page->phase) == phase)
		if (deadline_passed(&deadline))
			return false;
	return true;
}

/*
 * Whether the guest has run since `exits` was read. If it has, then either it still runs and its
 * next exit will change stat.exits, or it is on its way out and that change is still to come.
 * Looks a few times, or until the deadline when there is one.
 */
static bool in_guest(struct runway_kick_page *page, struct deadline *deadline)
{
	u64 progress = READ_ONCE(page->progress);
	unsigned int reads = 0;

	do {
		if (READ_ONCE(page->progress) != progress)
			return true;
	} while (deadline ? !deadline_passed(deadline) : ++reads < GLANCE_READS);
	return false;
}

static bool had_effect(struct kvm_vcpu *vcpu, u32 mode, u64 exits)
{
	if (mode == RUNWAY_KICK_REQUEST)
		return !kvm_test_request(KVM_REQ_EVENT, vcpu);
	return READ_ONCE(vcpu->stat.exits) != exits;
}

/*
 * Waits until the kick had its effect, or the guest proves by running on that it has none. False
 * when neither comes in time.
 */
static bool judge(struct kvm_vcpu *vcpu, struct runway_kick_page *page,
		  struct runway_kick_round *round, u64 exits)
{
	struct deadline deadline = deadline_in_ms(round->limit_ms);
	u64 start = READ_ONCE(page->progress), turns;

	do {
		/*
		 * In this order: an exit that came before the progress that is read here is seen by
		 * the read of stat.exits (or of the request) that follows.
		 */
		turns = READ_ONCE(page->progress) - start;
		smp_rmb();
		if (had_effect(vcpu, round->mode, exits)) {
			round->arrived++;
			if (turns <= U32_MAX)
				round->turns_max = max_t(u32, round->turns_max, turns);
			return true;
		}
		if (turns > round->bound_turns) {
			round->lost++;
			return true;
		}
	} while (!deadline_passed(&deadline));
	return false;
}

/* The moment is delay_turns after the phase, and after the guest was seen to run. */
static int kick_in_guest(struct kvm_vcpu *vcpu, struct runway_kick_page *page,
			 struct runway_kick_round *round)
{
	struct deadline deadline = deadline_in_ms(round->limit_ms);
	u64 exits = READ_ONCE(vcpu->stat.exits);

	smp_rmb();
	if (!in_guest(page, &deadline))
		return -ETIMEDOUT;
	kvm_vcpu_kick(vcpu);
	if (!judge(vcpu, page, round, exits))
		return -ETIMEDOUT;
	round->kicks++;
	round->needed++;
	return 0;
}

/* The moment is delay_turns after the phase, wherever the target is then. */
static int kick_with_request(struct kvm_vcpu *vcpu, struct runway_kick_page *page,
			     struct runway_kick_round *round)
{
	bool needed = in_guest(page, NULL);

	kvm_make_request(KVM_REQ_EVENT, vcpu);
	kvm_vcpu_kick(vcpu);
	if (!judge(vcpu, page, round, 0))
		return -ETIMEDOUT;
	round->kicks++;
	round->needed += needed;
	return 0;
}

static int kick_once(struct kvm_vcpu *vcpu, struct runway_kick_page *page,
		     struct runway_kick_round *round)
{
	u32 turn;

	if (!next_phase(page, round->limit_ms))
		return -ETIMEDOUT;
	for (turn = 0; turn < round->delay_turns; turn++)
		barrier();
	return round->mode == RUNWAY_KICK_REQUEST ? kick_with_request(vcpu, page, round)
						  : kick_in_guest(vcpu, page, round);
}

static int kick_rounds(struct kvm_vcpu *vcpu, struct runway_kick_page *page,
		       struct runway_kick_round *round)
{
	int rc = 0;
	u32 done;

	for (done = 0; done < round->rounds && !rc; done++) {
		if (signal_pending(current))
			return -EINTR;
		preempt_disable();
		rc = kick_once(vcpu, page, round);
		preempt_enable();
		cond_resched();
	}
	return rc;
}

static bool round_is_valid(const struct runway_kick_round *round)
{
	return PAGE_ALIGNED(round->page) && round->mode <= RUNWAY_KICK_REQUEST &&
	       !round->reserved && round->delay_turns <= RUNWAY_KICK_DELAY_TURNS_MAX &&
	       round->rounds <= RUNWAY_KICK_ROUNDS_MAX && round->bound_turns &&
	       round->bound_turns <= RUNWAY_KICK_BOUND_TURNS_MAX && round->limit_ms &&
	       round->limit_ms <= RUNWAY_KICK_LIMIT_MS_MAX;
}

static long kick_round(struct attachment *attachment, struct runway_kick_round __user *argument)
{
	struct runway_kick_round round;
	struct page *page;
	int rc;

	if (!attachment->vcpu)
		return -ENOTCONN;
	if (copy_from_user(&round, argument, sizeof(round)))
		return -EFAULT;
	if (!round_is_valid(&round))
		return -EINVAL;
	round.kicks = round.needed = round.arrived = round.lost = round.turns_max = 0;

	rc = pin_user_pages_fast(round.page, 1, FOLL_WRITE, &page);
	if (rc != 1)
		return rc < 0 ? rc : -EFAULT;
	/* x86-64 maps all memory: the address stays valid while the page is pinned. */
	rc = kick_rounds(attachment->vcpu, page_address(page), &round);
	unpin_user_page(page);
	/* The counts so far are the caller's even if the target stopped answering. */
	if (copy_to_user(argument, &round, sizeof(round)))
		return -EFAULT;
	return rc;
}

/*
 * One kick at a moment of the TSC. Interrupts are off, so that nothing comes between the moment and
 * the kick.
 */
static long kick_at(struct attachment *attachment, struct runway_kick_at __user *argument)
{
	struct runway_kick_at at;
	unsigned long flags;

	if (!attachment->vcpu)
		return -ENOTCONN;
	if (copy_from_user(&at, argument, sizeof(at)))
		return -EFAULT;
	if ((s64)(at.tick - rdtsc()) > RUNWAY_KICK_AHEAD_TICKS_MAX)
		return -EINVAL;
	local_irq_save(flags);
	at.began = runway_wait_until(at.tick);
	kvm_vcpu_kick(attachment->vcpu);
	at.ended = rdtsc();
	local_irq_restore(flags);
	return copy_to_user(argument, &at, sizeof(at)) ? -EFAULT : 0;
}

/* As kvm_mmu_topup_memory_cache(), which takes a cache that holds so many for full. */
static bool fill_cache(struct kvm_mmu_memory_cache *cache, int objects)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT | cache->gfp_zero;
	void *object;

	if (!cache->objects)
		cache->objects = kvmalloc_array(KVM_ARCH_NR_OBJS_PER_MEMORY_CACHE, sizeof(object),
						GFP_KERNEL_ACCOUNT);
	if (!cache->objects)
		return false;
	cache->capacity = KVM_ARCH_NR_OBJS_PER_MEMORY_CACHE;
	while (cache->nobjs < objects) {
		object = cache->kmem_cache ? kmem_cache_alloc(cache->kmem_cache, gfp)
					   : (void *)__get_free_page(gfp);
		if (!object)
			return false;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
		if (!cache->kmem_cache && cache->init_value)
			memset64(object, cache->init_value, PAGE_SIZE / sizeof(u64));
#endif
		cache->objects[cache->nobjs++] = object;
	}
	return true;
}

static long fill(struct attachment *attachment)
{
	struct kvm_vcpu *vcpu = attachment->vcpu;
	bool filled;

	if (!vcpu)
		return -ENOTCONN;
	if (mutex_lock_killable(&vcpu->mutex))
		return -EINTR;
	filled = fill_cache(&vcpu->arch.mmu_pte_list_desc_cache, FILLED_DESCS) &&
		 fill_cache(&vcpu->arch.mmu_shadow_page_cache, FILLED_PAGES) &&
		 fill_cache(&vcpu->arch.mmu_page_header_cache, FILLED_PAGES);
	mutex_unlock(&vcpu->mutex);
	return filled ? 0 : -ENOMEM;
}

/*
 * Pages that are in the log, or that KVM took out of it for its answer. The bitmap itself is read, for
 * asking again would kick again.
 */
static u64 watch_log(struct runway_kick_dirty *dirty, const unsigned long *bitmap)
{
	u64 now, end = dirty->began + dirty->bound_ticks;

	do {
		dirty->seen = dirty->given | READ_ONCE(*bitmap);
		now = rdtsc();
		if (!(dirty->pages & ~dirty->seen))
			return now;
	} while ((s64)(now - end) < 0);
	return 0;
}

static int ask_for_log(struct runway_kick_dirty *dirty, struct file *vm_file,
		       const struct kvm_dirty_log *log, const unsigned long *bitmap)
{
	long rc;

	dirty->began = runway_wait_until(dirty->tick);
	dirty->logged = READ_ONCE(*bitmap);
	rc = vm_file->f_op->unlocked_ioctl(vm_file, KVM_GET_DIRTY_LOG, dirty->log);
	dirty->ended = rdtsc();
	if (rc < 0)
		return rc;
	if (get_user(dirty->given, (u64 __user *)log->dirty_bitmap))
		return -EFAULT;
	dirty->flushed = watch_log(dirty, bitmap);
	return 0;
}

static int ask_vm(struct kvm *kvm, struct runway_kick_dirty *dirty, struct file *vm_file)
{
	struct kvm_memory_slot *slot;
	struct kvm_dirty_log log;
	int index, rc = -EINVAL;

	if (!is_kvm_file(vm_file, "kvm-vm") || vm_file->private_data != kvm)
		return -EINVAL;
	if (copy_from_user(&log, (void __user *)dirty->log, sizeof(log)))
		return -EFAULT;
	index = srcu_read_lock(&kvm->srcu);
	slot = log.slot <= U16_MAX ? id_to_memslot(kvm_memslots(kvm), log.slot) : NULL;
	if (slot && slot->dirty_bitmap && slot->npages <= BITS_PER_LONG)
		rc = ask_for_log(dirty, vm_file, &log, slot->dirty_bitmap);
	srcu_read_unlock(&kvm->srcu, index);
	return rc;
}

/* Interrupts stay on, for KVM sleeps on a mutex: who asks looks whether any came. */
static long dirty_log(struct attachment *attachment, struct runway_kick_dirty __user *argument)
{
	struct runway_kick_dirty dirty;
	struct file *vm_file;
	int rc;

	if (!attachment->vcpu)
		return -ENOTCONN;
	if (copy_from_user(&dirty, argument, sizeof(dirty)))
		return -EFAULT;
	if (dirty.reserved || dirty.bound_ticks > RUNWAY_KICK_AHEAD_TICKS_MAX ||
	    (s64)(dirty.tick - rdtsc()) > RUNWAY_KICK_AHEAD_TICKS_MAX)
		return -EINVAL;
	vm_file = fget(dirty.vm_fd);
	if (!vm_file)
		return -EBADF;
	rc = ask_vm(attachment->vcpu->kvm, &dirty, vm_file);
	fput(vm_file);
	if (!rc && copy_to_user(argument, &dirty, sizeof(dirty)))
		return -EFAULT;
	return rc;
}

static long read_counters(struct attachment *attachment,
			  struct runway_kick_counters __user *argument)
{
	struct runway_kick_counters counters;
	const irq_cpustat_t *irqs;
	unsigned int cpu;

	if (!attachment->vcpu)
		return -ENOTCONN;
	if (copy_from_user(&counters, argument, sizeof(counters)))
		return -EFAULT;
	if (counters.reserved || counters.cpu >= nr_cpu_ids || !cpu_possible(counters.cpu))
		return -EINVAL;
	irqs = &per_cpu(irq_stat, counters.cpu);
	counters.exits = READ_ONCE(attachment->vcpu->stat.exits);
	counters.irq_exits = READ_ONCE(attachment->vcpu->stat.irq_exits);
	counters.wakeups = READ_ONCE(attachment->vcpu->stat.generic.halt_wakeup);
	counters.reschedule = READ_ONCE(irqs->irq_resched_count);
	counters.call = READ_ONCE(irqs->irq_call_count);
	counters.posted = 0;
#if defined(CONFIG_HAVE_KVM) || IS_ENABLED(CONFIG_KVM)
	counters.posted = READ_ONCE(irqs->kvm_posted_intr_ipis) +
			  READ_ONCE(irqs->kvm_posted_intr_wakeup_ipis) +
			  READ_ONCE(irqs->kvm_posted_intr_nested_ipis);
#endif
	counters.others = 0;
	for_each_online_cpu(cpu)
		counters.others += READ_ONCE(per_cpu(irq_stat, cpu).apic_timer_irqs) +
				   READ_ONCE(kstat_cpu(cpu).irqs_sum);
	return copy_to_user(argument, &counters, sizeof(counters)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct attachment *attachment = file->private_data;
	long rc;

	if (mutex_lock_interruptible(&attachment->lock))
		return -EINTR;
	switch (command) {
	case RUNWAY_KICK_ATTACH:
		rc = attach(attachment, (void __user *)argument);
		break;
	case RUNWAY_KICK_ROUND:
		rc = kick_round(attachment, (void __user *)argument);
		break;
	case RUNWAY_KICK_AT:
		rc = kick_at(attachment, (void __user *)argument);
		break;
	case RUNWAY_KICK_COUNTERS:
		rc = read_counters(attachment, (void __user *)argument);
		break;
	case RUNWAY_KICK_FILL:
		rc = fill(attachment);
		break;
	case RUNWAY_KICK_DIRTY:
		rc = dirty_log(attachment, (void __user *)argument);
		break;
	default:
		rc = -ENOTTY;
	}
	mutex_unlock(&attachment->lock);
	return rc;
}

static int device_open(struct inode *inode, struct file *file)
{
	struct attachment *attachment = kzalloc(sizeof(*attachment), GFP_KERNEL);

	if (!attachment)
		return -ENOMEM;
	mutex_init(&attachment->lock);
	file->private_data = attachment;
	return 0;
}

static int device_release(struct inode *inode, struct file *file)
{
	struct attachment *attachment = file->private_data;

	if (attachment->vcpu_file)
		fput(attachment->vcpu_file);
	kfree(attachment);
	return 0;
}

static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "runway-kick",
	.mode = 0600,
	.fops = &device_operations,
};

module_misc_device(device);

MODULE_DESCRIPTION("Kicks a vCPU and says whether it noticed");
MODULE_LICENSE("GPL");
