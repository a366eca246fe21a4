#include "transfer_memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

// Classes of sizes: up to 1,032 bytes those of glibc, 16 c + 8; above them four for each doubling, to 32 KiB.
enum {
    fine_classes = 65,
    fine_limit = 16 * (fine_classes - 1) + 8,
    first_doubling = 10,
    coarse_limit = 32 * 1024,
    classes = fine_classes + 4 * (15 - first_doubling),
};
// No block of glibc's has fewer bytes.
static const size_t smallest = 24;
// Of the fine classes together, and of the coarse ones: a transfer has a buffer of 16 KiB, and 64 may end at once.
static const size_t most_kept[2] = {512 * 1024, 1536 * 1024};

struct store {
    // Each list's first block; a block begins with the next one's address. Both are masked: what writes into freed memory
    // does not choose where the next block is.
    uintptr_t first[classes];
    uintptr_t mask;
    // Bytes of the fine classes and of the coarse ones.
    size_t kept[2];
};

// Found without a call, also in a library of position-independent code.
static __thread __attribute__((tls_model("initial-exec"))) struct store *store;

static inline unsigned coarse_class(size_t size) {
    unsigned power = 63 - (unsigned)__builtin_clzll(size);
    return fine_classes + 4 * (power - first_doubling) + ((size >> (power - 2)) & 3);
}

static inline size_t capacity(unsigned class) {
    if (class < fine_classes) return 16 * (size_t)class + 8;
    unsigned step = class - fine_classes;
    return (size_t)(4 + step % 4 + 1) << (first_doubling - 2 + step / 4);
}

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
            free((void *)block);
            block = next;
        }
    }
    free(old);
}

size_t transfer_memory_kept(void) { return store ? store->kept[0] + store->kept[1] : 0; }

static inline void *take_class(unsigned class) {
    uintptr_t block = store->first[class] ^ store->mask;
    // Of the class's whole size, or it could not be kept for that class.
    if (!block) return malloc(capacity(class));
    store->first[class] = *(uintptr_t *)block;
    store->kept[class >= fine_classes] -= capacity(class);
    return (void *)block;
}

static inline void give_class(void *block, unsigned class) {
    unsigned is_coarse = class >= fine_classes;
    size_t kept = store->kept[is_coarse] + capacity(class);
    if (kept > most_kept[is_coarse]) return free(block);
    store->kept[is_coarse] = kept;
    *(uintptr_t *)block = store->first[class];
    store->first[class] = (uintptr_t)block ^ store->mask;
}

// Apart: nearly all is small.

static __attribute__((noinline)) void *take_large(size_t size) {
    return store && size <= coarse_limit ? take_class(coarse_class(size - 1)) : malloc(size);
}

static __attribute__((noinline)) void give_large(void *block, size_t usable) {
    // In the largest class that it is large enough for.
    if (usable >= smallest && usable < coarse_limit + coarse_limit / 4) give_class(block, coarse_class(usable) - 1);
    else free(block);
}

static inline void *take(size_t size) {
    if (size > fine_limit) return take_large(size);
    if (!store) return malloc(size);
    return take_class(size <= smallest ? 1 : (unsigned)((size + 7) >> 4));
}

static __attribute__((noinline)) void give(void *block) {
    if (!store) return free(block);
    size_t usable = malloc_usable_size(block);
    if (usable < smallest || usable >= fine_limit + 16) return give_large(block, usable);
    give_class(block, (unsigned)((usable - 8) >> 4));
}

void *transfer_memory_malloc(size_t size) { return take(size); }

void transfer_memory_free(void *block) {
    // Of three calls two have nothing to free.
    if (block) give(block);
}

void *transfer_memory_realloc(void *block, size_t size) {
    if (!block) return take(size);
    size_t usable = store ? malloc_usable_size(block) : 0;
    if (!size || size > coarse_limit || usable < smallest || usable > coarse_limit) return realloc(block, size);
    if (size <= usable) return block;
    void *larger = take(size);
    if (!larger) return NULL;
    memcpy(larger, block, usable);
    give(block);
    return larger;
}

char *transfer_memory_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = take(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

// Not calloc's: glibc's before 2.41 takes nothing from the thread's own store.
void *transfer_memory_calloc(size_t count, size_t size) {
    if (size && count > SIZE_MAX / size) return NULL;
    void *block = take(count * size);
    // Else the compiler makes a call of calloc of malloc and memset.
    __asm__ volatile("" : "+r"(block));
    return block ? memset(block, 0, count * size) : NULL;
}
