/* The process's own memory. */
#ifndef CLOCKWITNESSD_MEMORY_H
#define CLOCKWITNESSD_MEMORY_H

/*
 * What the start needed, and nothing does for the years that follow, goes back to the
 * host: freed memory, and code and constants, which are read again from their files where
 * they are needed after all.
 */
void memory_settle(void);

#endif
