#pragma once
#include <sqlite3.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/// Names the calling thread for `top -H` and profilers; at most 15 bytes.
static inline void csqlite_name_thread(const char *name) {
#ifdef __linux__
    prctl(PR_SET_NAME, name);
#else
    (void)name;
#endif
}
