#pragma once
// What Swift's Glibc module leaves out.
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
// Behind glibc's: it leaves out then what they have.
#include <linux/stat.h>

int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
int statx(int, const char *, int, unsigned, struct statx *);
