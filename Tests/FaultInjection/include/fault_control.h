#ifndef FAULT_CONTROL_H
#define FAULT_CONTROL_H

#include <stdint.h>

/// What a test asks of a process that runs with this library preloaded: a file of this layout, which both have mapped.
/// `FaultControl` of the end-to-end tests writes it, by the number of each member.
struct fault_control {
    /// Writes to files at an offset fail with this error number; ENOSPC only those that make a file longer.
    _Atomic int64_t write_error;
    /// 1: a write to a write-ahead log waits; 2: a log that was synced waits before it says so.
    _Atomic int64_t hold;
    /// Calls that wait for `hold` to change.
    _Atomic int64_t held;
    /// Milliseconds by which the wall clock is ahead.
    _Atomic int64_t clock_offset;
    /// Not 0: the resolver does not answer for names below ".invalid"; otherwise it says at once that there are none.
    _Atomic int64_t resolver_hangs;
    /// Threads that wait for such an answer.
    _Atomic int64_t resolving;
};

#endif
