#pragma once
// Memory for libcurl: malloc's, with what a transfer thread frees kept for what it asks for next.
//
// A request takes some thirty blocks of twenty sizes and gives all of them back. glibc's store of a thread holds seven
// blocks of a size, none above 1,032 bytes, and shares them with everything else: most of what libcurl did with memory
// were searches in the arena.
//
// Every block is malloc's own: any thread may free what another has got, also what was got before libcurl was given these
// functions. Threads that keep nothing only pass on.

#include <stddef.h>

/// Lets the calling thread keep what libcurl frees on it, about 2 MiB at most. Without memory for that it keeps nothing.
void transfer_memory_keep(void);

/// Gives back what the calling thread has kept; it keeps nothing any more.
void transfer_memory_release(void);

/// Bytes that the calling thread keeps.
size_t transfer_memory_kept(void);

// For `curl_global_init_mem`.
void *transfer_memory_malloc(size_t size);
void transfer_memory_free(void *block);
void *transfer_memory_realloc(void *block, size_t size);
char *transfer_memory_strdup(const char *text);
void *transfer_memory_calloc(size_t count, size_t size);
