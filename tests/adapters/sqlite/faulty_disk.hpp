#pragma once

#include <cstdint>

/// A disk that fails on demand: SQLite's own access to files, with faults put in between.
namespace sqlite_tests {

/// What SQLite asks of a file. `log` is the write-ahead log, `file` the database itself. The lock
/// is the one that a writer takes; readers have others.
enum class disk_call : std::uint8_t {
    any,
    read,
    lock_for_writing,
    write_log,
    flush_log,
    write_or_flush_log,
    write_file,
};

/// Stores that are opened while one exists have their files on it, to their end.
class faulty_disk {
public:
    faulty_disk();
    ~faulty_disk(); // heals, too
    faulty_disk(const faulty_disk&) = delete;
    faulty_disk& operator=(const faulty_disk&) = delete;

    /// The `nth` call of this kind from now, 1 is the next, does nothing and ends with SQLite's
    /// `code`.
    static void fail(disk_call which, int code, int nth = 1);
    /// It is carried out, but ends with `code` all the same.
    static void fail_afterwards(disk_call which, int code, int nth = 1);
    /// Every call of this kind does nothing and ends with `code`.
    static void fail_all(disk_call which, int code);
    static void heal();
    /// Whether a fault came about since it was asked for.
    [[nodiscard]] static bool met();
};

} // namespace sqlite_tests
