/* Rows of one SQLite file into another: two prepared statements, bound by the type of each value.
 * copy_loop SOURCE SINK SELECT INSERT ROWS_IN_A_TRANSACTION */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static sqlite3 *opened(const char *path, int flags) {
  sqlite3 *db;
  if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
    fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
    exit(1);
  }
  return db;
}

static void check(sqlite3 *db, int code, int wanted) {
  if (code != wanted) {
    fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    exit(1);
  }
}

static void run(sqlite3 *db, const char *sql) { check(db, sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK); }

static void bind(sqlite3_stmt *from, sqlite3_stmt *to, int column) {
  switch (sqlite3_column_type(from, column)) {
  case SQLITE_INTEGER: sqlite3_bind_int64(to, column + 1, sqlite3_column_int64(from, column)); break;
  case SQLITE_FLOAT: sqlite3_bind_double(to, column + 1, sqlite3_column_double(from, column)); break;
  case SQLITE_NULL: sqlite3_bind_null(to, column + 1); break;
  default: /* the text stays where it is until the next step, which comes after the insert */
    sqlite3_bind_text(to, column + 1, (const char *)sqlite3_column_text(from, column), sqlite3_column_bytes(from, column), SQLITE_STATIC);
  }
}

int main(int count, char **words) {
  if (count != 6) return 2;
  sqlite3 *source = opened(words[1], SQLITE_OPEN_READONLY), *sink = opened(words[2], SQLITE_OPEN_READWRITE);
  sqlite3_stmt *from, *to;
  long rows = 0, window = atol(words[5]);
  int code;
  run(sink, "PRAGMA journal_mode = WAL");
  run(sink, "PRAGMA synchronous = NORMAL");
  check(source, sqlite3_prepare_v2(source, words[3], -1, &from, NULL), SQLITE_OK);
  check(sink, sqlite3_prepare_v2(sink, words[4], -1, &to, NULL), SQLITE_OK);
  int columns = sqlite3_column_count(from);
  run(sink, "BEGIN IMMEDIATE");
  while ((code = sqlite3_step(from)) == SQLITE_ROW) {
    for (int column = 0; column < columns; column++) bind(from, to, column);
    check(sink, sqlite3_step(to), SQLITE_DONE);
    sqlite3_reset(to);
    if (++rows % window == 0) run(sink, "COMMIT; BEGIN IMMEDIATE");
  }
  check(source, code, SQLITE_DONE);
  run(sink, "COMMIT");
  sqlite3_finalize(from);
  sqlite3_finalize(to);
  sqlite3_close(source);
  sqlite3_close(sink);
  return 0;
}
