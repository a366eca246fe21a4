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

/// Lets SQLite not count the memory it uses. Not thread-safe; has an effect only before the first use of SQLite.
static inline void csqlite_count_no_memory(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
