#pragma once
// Says that this is glibc: the kernel's header leaves out then what glibc's own have.
#include <features.h>
#include <linux/stat.h>

int statx(int, const char *, int, unsigned, struct statx *);
