#include "correct_log.h"

#include <errno.h>
#include <string.h>

#include "binary_look.h"
#include "correct_ahead.h"
#include "correct_binary.h"
#include "correct_lines.h"
#include "framing.h"
#include "progress.h"

const char *const style_names[STYLES] = {
	[STYLE_SAME] = "same",
	[STYLE_ISO] = "iso",
	[STYLE_ANNOTATE] = "annotate",
};

/* Line by line, or from where it may be on by several threads. */
static int
all_blocks(struct lines_pass *p, struct lines *l, struct progress *progress,
    struct log_result *out)
{
	struct lines_block b;
	int more;

	while ((more = lines_next(l, &b)) > 0) {
		if (out->tally.lines == 0 && !b.inside)
			out->framing = framing_of(b.octets, b.n);
		lines_pass_block(p, &b);
		if (!lines_flush(p->job->sink))
			return -errno;
		progress_show(progress, &l->source);
		if (correct_ahead_may(p->job, p->state)) {
			lines_pass_settle(p);
			return correct_ahead(p->job, l, progress, out);
		}
	}
	return more;
}

static int
correct_text(
    const struct log_job *job, const char *name, struct lines *l, struct log_result *out)
{
	struct progress progress = { .name = job->progress ? name : NULL };
	struct lines_pass p;
	int error;

	lines_pass_begin(&p, job, name, NULL);
	p.state = &out->state;
	p.tally = &out->tally;
	error = all_blocks(&p, l, &progress, out);
	lines_pass_settle(&p);
	progress_end(&progress);
	return error;
}

static int
correct_open(
    const struct log_job *job, const char *name, struct lines *l, struct log_result *out)
{
	static struct binary_log binary;
	int is = binary_look(job, l, name, &binary, out->refusal);

	if (is < 0 || out->refusal[0] != '\0')
		return is < 0 ? is : 0;
	if (job->manifest != NULL)
		manifest_begin(job->manifest, name, out->encoding);
	return is == BINARY_IS ? correct_binary(job, name, l, &binary, out)
			       : correct_text(job, name, l, out);
}

int
correct_log(const struct log_job *job, const char *name, const struct log_state *before,
    struct log_result *out)
{
	struct lines l;
	int error;

	log_state_begin(&out->state, job->corrector, before);
	out->tally = (struct tally){ .lines = 0 };
	out->framing = NULL;
	out->damage[0] = out->refusal[0] = '\0';
	error = lines_open(&l, name);
	if (error < 0)
		return error;
	out->state.order.ends = l.source.modified;
	out->encoding = l.source.utf16.encoding;
	error = correct_open(job, name, &l, out);
	if (l.source.damage[0] != '\0')
		memcpy(out->damage, l.source.damage, sizeof(out->damage));
	lines_close(&l);
	return error;
}
