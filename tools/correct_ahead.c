#include "correct_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "correct_lines.h"

#define PORTIONS_A_THREAD 2

enum portion_stage { PORTION_WAITS, PORTION_TAKEN, PORTION_DONE };

struct portion {
	enum portion_stage stage;
	/* LINES_BUFFER + LINES_SLACK each; it is the copy that changes */
	char *octets, *copy;
	size_t n;
	bool inside;
	struct log_state before;
	/* what it became, from that state; lines counted by format are its own */
	struct log_state after;
	struct tally tally;
	struct kept kept;
};

struct ahead {
	const struct log_job *job;
	struct log_result *result; /* of what has been written */
	struct log_state foreseen; /* before what will be read next */
	/* a ring, used from `first` on in the order of the log */
	struct portion *portion;
	size_t portions, first, used;
	pthread_t thread[THREADS_MOST];
	size_t threads;
	pthread_mutex_t lock; /* of the portions' stages, of what is used, of ending */
	pthread_cond_t waits, done;
	bool ending;
};

static struct portion *
nth(const struct ahead *a, size_t i)
{
	return &a->portion[(a->first + i) % a->portions];
}

/* ---- a portion */

static void
correct_portion(const struct ahead *a, struct portion *p)
{
	struct lines_block copy = { p->copy, p->n, p->inside };
	struct lines_pass pass;

	memcpy(p->copy, p->octets, p->n);
	p->after = p->before;
	memset(p->after.recognition.lines, 0, sizeof(p->after.recognition.lines));
	p->tally = (struct tally){ .lines = 0 };
	p->kept.used = 0;
	lines_pass_begin(&pass, a->job, NULL, &p->kept);
	pass.state = &p->after;
	pass.tally = &p->tally;
	lines_pass_block(&pass, &copy);
	lines_pass_settle(&pass);
}

/* The first one that waits; NULL: none does. With the lock held. */
static struct portion *
waiting(const struct ahead *a)
{
	for (size_t i = 0; i < a->used; i++)
		if (nth(a, i)->stage == PORTION_WAITS)
			return nth(a, i);
	return NULL;
}

/* With the lock held, but for the work itself. */
static void
work_on(struct ahead *a, struct portion *p)
{
	p->stage = PORTION_TAKEN;
	pthread_mutex_unlock(&a->lock);
	correct_portion(a, p);
	pthread_mutex_lock(&a->lock);
	p->stage = PORTION_DONE;
	pthread_cond_signal(&a->done);
}

static void *
work(void *arg)
{
	struct ahead *a = arg;

	pthread_mutex_lock(&a->lock);
	while (!a->ending) {
		struct portion *p = waiting(a);

		if (p != NULL)
			work_on(a, p);
		else
			pthread_cond_wait(&a->waits, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* ---- in the order of the log */

static void
foresee(struct ahead *a, const struct portion *p)
{
	const struct lines_block b = { p->octets, p->n, p->inside };

	lines_pass_foresee(a->job->corrector, &a->foreseen, &b);
}

/* From the true state on. With the lock held. */
static void
foresee_again(struct ahead *a)
{
	a->foreseen = a->result->state;
	for (size_t i = 0; i < a->used; i++) {
		struct portion *p = nth(a, i);

		if (p->stage == PORTION_WAITS)
			p->before = a->foreseen;
		foresee(a, p);
	}
}

/* 1: a portion, 0: the end, -errno. */
static int
read_portion(struct ahead *a, struct lines *l)
{
	struct portion *p = nth(a, a->used);
	struct lines_block b;
	int more = lines_next(l, &b);

	if (more <= 0)
		return more;
	p->octets = lines_trade(l, p->octets);
	p->n = b.n;
	p->inside = b.inside;
	p->before = a->foreseen;
	p->stage = PORTION_WAITS;
	foresee(a, p);
	pthread_mutex_lock(&a->lock);
	a->used++;
	pthread_cond_signal(&a->waits);
	pthread_mutex_unlock(&a->lock);
	return 1;
}

static void
add_up(struct log_result *r, struct portion *p)
{
	for (size_t i = 0; i < FORMATS; i++)
		p->after.recognition.lines[i] += r->state.recognition.lines[i];
	r->state = p->after;
	tally_add(&r->tally, &p->tally);
}

/* The first one is done: it goes out, by what is now known. */
static bool
write_first(struct ahead *a)
{
	struct portion *p = nth(a, 0);
	bool foreseen = log_state_agrees(&p->before, &a->result->state);

	if (!foreseen) {
		p->before = a->result->state;
		correct_portion(a, p);
	}
	add_up(a->result, p);
	lines_write(a->job->sink, p->kept.octets, p->kept.used);
	pthread_mutex_lock(&a->lock);
	a->first = (a->first + 1) % a->portions;
	a->used--;
	if (!foreseen)
		foresee_again(a);
	pthread_mutex_unlock(&a->lock);
	return lines_flush(a->job->sink);
}

/* Works on any while the first one is not done. false: cannot be written (errno). */
static bool
advance(struct ahead *a)
{
	struct portion *p = nth(a, 0);

	pthread_mutex_lock(&a->lock);
	while (p->stage != PORTION_DONE) {
		struct portion *any = waiting(a);

		if (any != NULL)
			work_on(a, any);
		else
			pthread_cond_wait(&a->done, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	return write_first(a);
}

/* What is at hand is written before more is waited for. */
static int
all_portions(struct ahead *a, struct lines *l, struct progress *progress)
{
	int more = 1;

	while (more > 0 || a->used > 0) {
		bool room = a->used < a->portions;

		if (more > 0 && room && (a->used == 0 || source_is_ready(&l->source)))
			more = read_portion(a, l);
		else if (!advance(a))
			return -errno;
		progress_show(progress, &l->source);
	}
	return more;
}

/* ---- begin and end */

static bool
begin_portions(struct ahead *a, size_t n)
{
	a->portion = calloc(n, sizeof(*a->portion));
	if (a->portion == NULL)
		return false;
	for (a->portions = 0; a->portions < n; a->portions++) {
		struct portion *p = &a->portion[a->portions];

		p->octets = calloc(1, LINES_BUFFER + LINES_SLACK);
		p->copy = calloc(1, LINES_BUFFER + LINES_SLACK);
		if (p->octets == NULL || p->copy == NULL)
			return false;
	}
	return true;
}

/* Where the system gives fewer threads than asked for, these do. */
static void
begin_threads(struct ahead *a)
{
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_cond_init(&a->waits, NULL);
	(void)pthread_cond_init(&a->done, NULL);
	while (a->threads + 1 < a->job->threads &&
	       pthread_create(&a->thread[a->threads], NULL, work, a) == 0)
		a->threads++;
}

static void
end_threads(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->ending = true;
	pthread_cond_broadcast(&a->waits);
	pthread_mutex_unlock(&a->lock);
	while (a->threads > 0)
		(void)pthread_join(a->thread[--a->threads], NULL);
	(void)pthread_cond_destroy(&a->done);
	(void)pthread_cond_destroy(&a->waits);
	(void)pthread_mutex_destroy(&a->lock);
}

static void
end_portions(struct ahead *a, size_t n)
{
	for (size_t i = 0; i < n && a->portion != NULL; i++) {
		free(a->portion[i].octets);
		free(a->portion[i].copy);
		free(a->portion[i].kept.octets);
	}
	free(a->portion);
}

bool
correct_ahead_may(const struct log_job *job, const struct log_state *s)
{
	return job->threads > 1 && job->manifest == NULL && !job->explain &&
	       recognition_is_decided(&s->recognition);
}

int
correct_ahead(const struct log_job *job, struct lines *l, struct progress *progress,
    struct log_result *out)
{
	struct ahead a = { .job = job, .result = out, .foreseen = out->state };
	size_t portions = PORTIONS_A_THREAD * job->threads;
	int error = -ENOMEM;

	if (begin_portions(&a, portions)) {
		begin_threads(&a);
		error = all_portions(&a, l, progress);
		end_threads(&a);
	}
	end_portions(&a, portions);
	return error;
}
