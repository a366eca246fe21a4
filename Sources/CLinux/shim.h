#pragma once
// What Swift's Glibc module leaves out.
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);

#ifndef __USE_GNU
/// Its first members; there are more.
struct dl_phdr_info {
    ElfW(Addr) dlpi_addr;
    const char *dlpi_name;
    const ElfW(Phdr) *dlpi_phdr;
    ElfW(Half) dlpi_phnum;
};
int dl_iterate_phdr(int (*)(struct dl_phdr_info *, size_t, void *), void *);
#endif

static inline int clinux_unmap_clean_pages(struct dl_phdr_info *image, size_t size, void *context) {
    (void)size, (void)context;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int index = 0; index < image->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[index];
        // Where the loader wrote, also where it made that read-only afterwards, the segment is a writable one.
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
        uintptr_t start = image->dlpi_addr + segment->p_vaddr;
        uintptr_t end = (start + segment->p_memsz) & ~(page - 1);
        start = (start + page - 1) & ~(page - 1);
        if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

/// Lets go of the pages of code and constants that were read so far: what is needed again is mapped again, from the page cache.
static inline void clinux_release_code(void) { dl_iterate_phdr(clinux_unmap_clean_pages, NULL); }
