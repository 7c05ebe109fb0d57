# MariaDB's server programs, which stand for MySQL in the specs, only with --all: the specs start a server of their own in a
# temporary folder. Where they can't be had, those specs are skipped, and in CI they fail. With them comes the library that
# the gem mysql2 is compiled with.

mariadb_program() { PATH=$PATH:/usr/sbin:/usr/libexec:/usr/local/sbin command -v mariadbd; }

mariadb_complete() { mariadb_program && { command -v mariadb_config || command -v mysql_config; }; } >/dev/null

# These packages start no server; the one called mariadb-server would. The second has my_print_defaults, without which no
# data can be made.
mariadb_make() {
  local names="mariadb-server-core mariadb-client-core libmariadb-dev"
  # shellcheck disable=SC2086
  logged apt / install_packages $names || { logged apt / as_admin apt-get update && logged apt / install_packages $names; }
  mariadb_complete || touch "$toolchain/mariadb.missing"
}

mariadb_step() {
  local program
  [ -n "$all" ] || return 0
  if ! mariadb_complete && command -v apt-get >/dev/null && { [ -z "$quiet" ] || [ ! -e "$toolchain/mariadb.missing" ]; }; then
    take_turns
    slowly "mariadb: asking apt-get for the programs of a server" mariadb_make
  fi
  ! mariadb_complete || rm -f "$toolchain/mariadb.missing"
  if program=$(mariadb_program); then
    say "mariadb: $("$program" --version | sed 's/.*Ver \([0-9.]*\).*/\1/') ($program)"
  else
    say "mariadb: none, so the specs that need it are skipped; put its programs (mariadbd, mariadb-install-db) on PATH"
  fi
}
