/* Memory that grows with the input. Running out ends the program: nothing is half done.
 */
#ifndef CLOCKWITNESS_MEMORY_H
#define CLOCKWITNESS_MEMORY_H

#include <stddef.h>

/* Room for at least `need` elements of `size` octets; *have is how many there are. */
void *memory_grow(void *p, size_t *have, size_t need, size_t size);

char *memory_text(const char *s);

#endif
