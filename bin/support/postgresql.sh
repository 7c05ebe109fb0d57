# PostgreSQL's server programs, for specs and benches: they start a server of their own in a temporary folder. Nothing else
# needs them; where they can't be had, those specs are skipped, and in CI they fail.

# The folder of the newest server there is: on PATH, or where Debian keeps what it leaves out of PATH.
postgresql_folder() {
  local program
  for program in "$(command -v postgres)" $(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -rV); do
    [ -x "$program" ] && [ -x "$(dirname "$program")/initdb" ] && dirname "$program" && return
  done
  return 1
}

# A package of the server makes a cluster of data and starts it; a file in this folder is how Debian is told not to.
postgresql_make() {
  local folder=/etc/postgresql-common/createcluster.d
  if logged apt / as_admin sh -c "mkdir -p $folder && echo 'create_main_cluster = false' >$folder/active_data_flow.conf"; then
    logged apt / install_packages postgresql libpq-dev ||
      { logged apt / as_admin apt-get update && logged apt / install_packages postgresql libpq-dev; }
  fi
  logged apt / as_admin rm -f "$folder/active_data_flow.conf"
  # Told once, tried again by whoever runs bin/setup itself: each bin/exec would wait for apt-get otherwise.
  postgresql_folder >/dev/null || touch "$toolchain/postgresql.missing"
}

postgresql_step() {
  local folder
  if ! postgresql_folder >/dev/null && command -v apt-get >/dev/null && { [ -z "$quiet" ] || [ ! -e "$toolchain/postgresql.missing" ]; }; then
    take_turns
    slowly "postgresql: asking apt-get for the programs of a server" postgresql_make
  fi
  if folder=$(postgresql_folder); then
    rm -f "$toolchain/postgresql.missing"
    say "postgresql: $("$folder/postgres" --version | sed 's/[^0-9]*\([0-9.]*\).*/\1/') ($folder)"
  else
    say "postgresql: none, so the specs that need a server are skipped; put its programs (postgres, initdb, pg_ctl) on PATH"
  fi
}
