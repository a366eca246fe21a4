internal import CSQLite

/// SQLite as the whole process has it.
package enum SQLiteLibrary {
    /// Lets SQLite not count the memory it uses: it takes a lock for that at each allocation, 6 % of the writer's
    /// instructions.
    ///
    /// To be called by a program of ours before anything uses SQLite; what embeds the library may want to know the count.
    package static func countNoMemory() {
        csqlite_count_no_memory()
    }
}
