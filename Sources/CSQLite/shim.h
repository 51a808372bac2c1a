#ifndef EXECUTION_SERVICE_CSQLITE_SHIM_H
#define EXECUTION_SERVICE_CSQLITE_SHIM_H

#include <sqlite3.h>

/* SQLITE_STATIC and SQLITE_TRANSIENT are casts to function pointers, which Swift does not import. */

/* The text has to live until the binding is replaced or the statement is finalized. */
static inline int csqlite_bind_static_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_STATIC);
}

/* SQLite keeps its own copy of the text. */
static inline int csqlite_bind_copied_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

#endif
