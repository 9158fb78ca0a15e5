#include "adapters/sqlite/faulty_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>

namespace sqlite_tests {
namespace {

struct fault {
    disk_call which = disk_call::any;
    int code = SQLITE_OK;
    int calls_left = 0; // 0: none is due
    bool carried_out = false;
    bool lasts = false;
    bool met = false;
};
std::mutex fault_lock;
fault planned;

void plan(const fault& next) {
    const std::lock_guard<std::mutex> held(fault_lock);
    planned = next;
}

bool concerns(disk_call which) {
    const bool of_log = which == disk_call::write_log || which == disk_call::flush_log;
    return planned.which == disk_call::any || planned.which == which ||
           (planned.which == disk_call::write_or_flush_log && of_log);
}

/// Carries the call out, or not, as was planned.
template <class Call> int meet(disk_call which, Call call) {
    fault now;
    {
        const std::lock_guard<std::mutex> held(fault_lock);
        if (planned.calls_left > 0 && concerns(which)) {
            const bool due = planned.calls_left == 1;
            if (!due || !planned.lasts) --planned.calls_left;
            planned.met = planned.met || due;
            if (due) now = planned;
        }
    }
    if (now.code == SQLITE_OK) return call();
    if (now.carried_out) (void)call();
    return now.code;
}

/// The real file lies in memory right behind this one.
struct shim_file {
    sqlite3_file base;
    bool is_log;
};
sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<shim_file*>(file) + 1);
}
bool is_log(sqlite3_file* file) { return reinterpret_cast<shim_file*>(file)->is_log; }

sqlite3_vfs* real(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int read(sqlite3_file* f, void* into, int count, sqlite3_int64 at) {
    return meet(disk_call::read,
                [&] { return real(f)->pMethods->xRead(real(f), into, count, at); });
}
int write(sqlite3_file* f, const void* from, int count, sqlite3_int64 at) {
    return meet(is_log(f) ? disk_call::write_log : disk_call::write_file,
                [&] { return real(f)->pMethods->xWrite(real(f), from, count, at); });
}
int flush(sqlite3_file* f, int flags) {
    const auto call = [&] { return real(f)->pMethods->xSync(real(f), flags); };
    return is_log(f) ? meet(disk_call::flush_log, call) : call();
}
int shm_lock(sqlite3_file* f, int offset, int count, int flags) {
    const auto call = [&] { return real(f)->pMethods->xShmLock(real(f), offset, count, flags); };
    // It is the first of the log's locks (the file format's §2.3.1). Letting go never fails.
    const bool of_writer = offset == 0 && (flags & SQLITE_SHM_LOCK) != 0;
    return of_writer ? meet(disk_call::lock_for_writing, call) : call();
}

// What never fails.
int close(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
int truncate(sqlite3_file* f, sqlite3_int64 size) {
    return real(f)->pMethods->xTruncate(real(f), size);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
    return real(f)->pMethods->xFileSize(real(f), size);
}
int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int check_lock(sqlite3_file* f, int* out) {
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
int control(sqlite3_file* f, int what, void* argument) {
    return real(f)->pMethods->xFileControl(real(f), what, argument);
}
int sector_size(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int characteristics(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

// Version 2: no memory mapping, so that each access is a call.
const sqlite3_io_methods methods{
    2,        close,       read,       write,   truncate,    flush,           file_size,
    lock,     unlock,      check_lock, control, sector_size, characteristics, shm_map,
    shm_lock, shm_barrier, shm_unmap,  nullptr, nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* const shim = reinterpret_cast<shim_file*>(file);
    shim->is_log = (flags & SQLITE_OPEN_WAL) != 0;
    real(file)->pMethods = nullptr;
    const int code = real(vfs)->xOpen(real(vfs), name, real(file), flags, out_flags);
    file->pMethods = real(file)->pMethods != nullptr ? &methods : nullptr;
    return code;
}

// The functions of a file system that know nothing of the shim's files are the real one's, called
// with it as their first argument.
int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    return real(vfs)->xDelete(real(vfs), name, sync_folder);
}
int access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    return real(vfs)->xAccess(real(vfs), name, flags, out);
}
int full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
    return real(vfs)->xFullPathname(real(vfs), name, size, out);
}
int randomness(sqlite3_vfs* vfs, int size, char* out) {
    return real(vfs)->xRandomness(real(vfs), size, out);
}
int pause(sqlite3_vfs* vfs, int microseconds) { return real(vfs)->xSleep(real(vfs), microseconds); }
int current_time(sqlite3_vfs* vfs, double* out) { return real(vfs)->xCurrentTime(real(vfs), out); }
int last_error(sqlite3_vfs* vfs, int size, char* out) {
    return real(vfs)->xGetLastError(real(vfs), size, out);
}

/// SQLite's own file system, and the one over it. Neither ends, for files outlive a `faulty_disk`.
struct file_systems {
    file_systems() : below(sqlite3_vfs_find(nullptr)) {
        over.iVersion = 1;
        over.szOsFile = static_cast<int>(sizeof(shim_file)) + below->szOsFile;
        over.mxPathname = below->mxPathname;
        over.zName = "faulty";
        over.pAppData = below;
        over.xOpen = open;
        over.xDelete = remove;
        over.xAccess = access;
        over.xFullPathname = full_path;
        over.xRandomness = randomness;
        over.xSleep = pause;
        over.xCurrentTime = current_time;
        over.xGetLastError = last_error;
    }
    sqlite3_vfs* below;
    sqlite3_vfs over{};
};
file_systems& both() {
    static file_systems made;
    return made;
}

} // namespace

faulty_disk::faulty_disk() {
    heal();
    sqlite3_vfs_register(&both().over, 1);
}
faulty_disk::~faulty_disk() {
    heal();
    sqlite3_vfs_register(both().below, 1);
}

void faulty_disk::fail(disk_call which, int code, int nth) {
    plan({which, code, nth, false, false, false});
}
void faulty_disk::fail_afterwards(disk_call which, int code, int nth) {
    plan({which, code, nth, true, false, false});
}
void faulty_disk::fail_all(disk_call which, int code) {
    plan({which, code, 1, false, true, false});
}
void faulty_disk::heal() {
    const std::lock_guard<std::mutex> held(fault_lock);
    planned.calls_left = 0;
}
bool faulty_disk::met() {
    const std::lock_guard<std::mutex> held(fault_lock);
    return planned.met;
}

} // namespace sqlite_tests
