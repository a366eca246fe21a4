#include "transfer_memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

// Classes of sizes: up to 1,032 bytes each 16 bytes, as glibc has them; above them four for each doubling, to 32 KiB.
enum {
    fine_classes = 65,
    fine_limit = 16 * (fine_classes - 1) + 8,
    first_doubling = 10,
    coarse_limit = 32 * 1024,
    classes = fine_classes + 4 * (15 - first_doubling),
    // Of what is larger than any class.
    no_class = classes,
};
static const size_t most_kept = 1024 * 1024;

// What stands before each block.
struct head {
    alignas(16) size_t capacity;
    unsigned class;
};

struct store {
    // Each list's first block; a block begins with the next one's address. Both are masked: what writes into freed memory
    // does not choose where the next block is.
    uintptr_t first[classes];
    uintptr_t mask;
    size_t kept;
};

// Found without a call, also in a library of position-independent code.
static __thread __attribute__((tls_model("initial-exec"))) struct store *store;

static inline unsigned coarse_class(size_t size) {
    unsigned power = 63 - (unsigned)__builtin_clzl(size - 1);
    return fine_classes + 4 * (power - first_doubling) + ((size - 1) >> (power - 2) & 3);
}

static inline size_t capacity(unsigned class) {
    if (class < fine_classes) return 16 * (size_t)class + 8;
    unsigned step = class - fine_classes;
    return (size_t)(4 + step % 4 + 1) << (first_doubling - 2 + step / 4);
}

static inline struct head *head(void *block) { return (struct head *)block - 1; }

void transfer_memory_keep(void) {
#if __has_feature(address_sanitizer)
    // It could not see what is used after it was freed.
#else
    if (store) return;
    struct store *new = calloc(1, sizeof *new);
    if (!new) return;
    if (getrandom(&new->mask, sizeof new->mask, GRND_NONBLOCK) != sizeof new->mask) new->mask = (uintptr_t)new >> 4;
    for (unsigned class = 0; class < classes; class++) new->first[class] = new->mask;
    store = new;
#endif
}

void transfer_memory_release(void) {
    struct store *old = store;
    if (!old) return;
    store = NULL;
    for (unsigned class = 0; class < classes; class++) {
        uintptr_t block = old->first[class] ^ old->mask;
        while (block) {
            uintptr_t next = *(uintptr_t *)block ^ old->mask;
            free(head((void *)block));
            block = next;
        }
    }
    free(old);
}

size_t transfer_memory_kept(void) { return store ? store->kept : 0; }

static __attribute__((noinline)) void *get(size_t size, unsigned class) {
    if (size > SIZE_MAX - sizeof(struct head)) return NULL;
    struct head *new = malloc(sizeof *new + size);
    if (!new) return NULL;
    *new = (struct head){.capacity = size, .class = class};
    return new + 1;
}

static inline void *take_class(unsigned class) {
    uintptr_t block = store ? store->first[class] ^ store->mask : 0;
    if (!block) return get(capacity(class), class);
    store->first[class] = *(uintptr_t *)block;
    store->kept -= capacity(class);
    return (void *)block;
}

// Apart: nearly all is small.
static __attribute__((noinline)) void *take_large(size_t size) {
    return size <= coarse_limit ? take_class(coarse_class(size)) : get(size, no_class);
}

static inline void *take(size_t size) {
    return size > fine_limit ? take_large(size) : take_class((unsigned)((size + 7) >> 4));
}

static __attribute__((noinline)) void give(void *block) {
    unsigned class = head(block)->class;
    if (!store || class == no_class) return free(head(block));
    size_t kept = store->kept + head(block)->capacity;
    if (kept > most_kept) return free(head(block));
    store->kept = kept;
    *(uintptr_t *)block = store->first[class];
    store->first[class] = (uintptr_t)block ^ store->mask;
}

void *transfer_memory_malloc(size_t size) { return take(size); }

void transfer_memory_free(void *block) {
    // Of four calls three have nothing to free.
    if (block) give(block);
}

void *transfer_memory_realloc(void *block, size_t size) {
    if (!block) return take(size);
    size_t had = head(block)->capacity;
    // What is larger than any class gives back what it does not need.
    if (size <= had && had <= coarse_limit) return block;
    void *new = take(size);
    if (!new) return NULL;
    memcpy(new, block, size < had ? size : had);
    give(block);
    return new;
}

char *transfer_memory_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = take(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void *transfer_memory_calloc(size_t count, size_t size) {
    if (size && count > SIZE_MAX / size) return NULL;
    void *block = take(count * size);
    return block ? memset(block, 0, count * size) : NULL;
}
