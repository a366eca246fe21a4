#pragma once
// What Swift's Glibc module leaves out.
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
