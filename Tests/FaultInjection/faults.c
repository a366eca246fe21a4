// Faults of the machine on demand. Preloaded into the program under test by `LD_PRELOAD`, it stands before a few calls of
// the C library and does with them what the file named by `FAULT_CONTROL` says. Without that file it changes nothing.
#define _GNU_SOURCE
#include "fault_control.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// The program may run with a sanitizer whose run-time this library is loaded before.
#pragma clang attribute push(__attribute__((no_sanitize("address", "thread", "undefined"))), apply_to = function)

static struct fault_control none;
static struct fault_control *control = &none;

__attribute__((constructor)) static void map_control(void) {
    const char *path = getenv("FAULT_CONTROL");
    int descriptor = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (descriptor < 0) return;
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (mapped != MAP_FAILED) control = mapped;
}

static void wait_a_little(void) {
    struct timespec pause = {.tv_nsec = 1000000};
    syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &pause, NULL);
}

static int is_log(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    return length >= 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static void hold(int kind, int descriptor) {
    if (control->hold != kind || !is_log(descriptor)) return;
    control->held++;
    while (control->hold == kind) wait_a_little();
    control->held--;
}

// MARK: Files

static int write_fails(int descriptor, size_t count, off_t offset) {
    int error = (int)control->write_error;
    if (error == 0) return 0;
    struct stat status;
    if (error == ENOSPC && fstat(descriptor, &status) == 0 && offset + (off_t)count <= status.st_size) return 0;
    errno = error;
    return 1;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    hold(1, descriptor);
    if (write_fails(descriptor, count, offset)) return -1;
    return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return pwrite64(descriptor, bytes, count, offset);
}

int fdatasync(int descriptor) {
    int result = (int)syscall(SYS_fdatasync, descriptor);
    hold(2, descriptor);
    return result;
}

int fsync(int descriptor) {
    int result = (int)syscall(SYS_fsync, descriptor);
    hold(2, descriptor);
    return result;
}

// MARK: The clock

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    int64_t offset = control->clock_offset;
    if (result != 0 || clock != CLOCK_REALTIME || offset == 0) return result;
    int64_t nanoseconds = time->tv_nsec + offset % 1000 * 1000000;
    time->tv_sec += offset / 1000 + (nanoseconds >= 1000000000) - (nanoseconds < 0);
    time->tv_nsec = (nanoseconds + 1000000000) % 1000000000;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

// MARK: The resolver

static int is_invalid(const char *name) {
    size_t length = name ? strlen(name) : 0;
    return length > 8 && strcmp(name + length - 8, ".invalid") == 0;
}

// An address of the loopback network, in one piece of memory, as freeaddrinfo expects it.
static struct addrinfo *loopback_address(uint32_t last_byte, const char *service, const struct addrinfo *hints,
                                         struct addrinfo *next) {
    struct addrinfo *found = calloc(1, sizeof(struct addrinfo) + sizeof(struct sockaddr_in));
    if (!found) abort();
    struct sockaddr_in *address = (struct sockaddr_in *)(found + 1);
    address->sin_family = AF_INET;
    address->sin_port = htons((uint16_t)(service ? atoi(service) : 0));
    address->sin_addr.s_addr = htonl(0x7F000000 | last_byte);
    found->ai_family = AF_INET;
    found->ai_socktype = hints && hints->ai_socktype ? hints->ai_socktype : SOCK_STREAM;
    found->ai_addr = (struct sockaddr *)address;
    found->ai_addrlen = sizeof(struct sockaddr_in);
    found->ai_next = next;
    return found;
}

int getaddrinfo(const char *restrict name, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict found) {
    if (name && strcmp(name, "two.invalid") == 0) {
        *found = loopback_address(2, service, hints, loopback_address(1, service, hints, NULL));
        return 0;
    }
    // Never passed on: nothing leaves the machine.
    if (is_invalid(name)) {
        control->resolving++;
        while (control->resolver_hangs) wait_a_little();
        control->resolving--;
        return EAI_NONAME;
    }
    static int (*original)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (!original) *(void **)&original = dlsym(RTLD_NEXT, "getaddrinfo");
    return original ? original(name, service, hints, found) : EAI_FAIL;
}

#pragma clang attribute pop
