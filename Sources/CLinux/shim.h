#pragma once
// What Swift's Glibc module leaves out.
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>

int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
