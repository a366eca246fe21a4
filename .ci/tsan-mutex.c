// Tells the thread sanitizer what Swift's `Mutex` orders. Linked into the products of `make sanitize`, nowhere else.
//
// The uncontended way into and out of a mutex is inlined into our code, where the sanitizer sees the atomic operations.
// The contended one is in the standard library, which is not instrumented: without this, everything that a mutex guards
// would be reported as a race now and then. The three functions below stand in for those of the library, call them, and
// name the mutex's word, the first of both structs, as what was acquired or released.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SELF __attribute__((swift_context)) void *mutex
typedef __attribute__((swiftcall)) void Lock(uint32_t thread, SELF);
typedef __attribute__((swiftcall)) bool TryLock(SELF);
typedef __attribute__((swiftcall)) void Unlock(SELF);

void __tsan_acquire(void *);
void __tsan_release(void *);

/// The library's own function, looked up when it is first needed.
static void *original(void **known, const char *symbol) {
    void *function = __atomic_load_n(known, __ATOMIC_RELAXED);
    if (function) return function;
    function = dlsym(RTLD_NEXT, symbol);
    if (!function) {
        fprintf(stderr, "Swift's Mutex has changed: there is no %s\n", symbol);
        abort();
    }
    __atomic_store_n(known, function, __ATOMIC_RELAXED);
    return function;
}

__attribute__((swiftcall)) void mutex_lock(uint32_t thread, SELF) __asm__(LOCK);
__attribute__((swiftcall)) void mutex_lock(uint32_t thread, SELF) {
    static void *known;
    ((Lock *)original(&known, LOCK))(thread, mutex);
    __tsan_acquire(mutex);
}

__attribute__((swiftcall)) bool mutex_try_lock(SELF) __asm__(TRY_LOCK);
__attribute__((swiftcall)) bool mutex_try_lock(SELF) {
    static void *known;
    bool is_locked = ((TryLock *)original(&known, TRY_LOCK))(mutex);
    if (is_locked) __tsan_acquire(mutex);
    return is_locked;
}

__attribute__((swiftcall)) void mutex_unlock(SELF) __asm__(UNLOCK);
__attribute__((swiftcall)) void mutex_unlock(SELF) {
    static void *known;
    __tsan_release(mutex);
    ((Unlock *)original(&known, UNLOCK))(mutex);
}
