# What every step of bin/setup shares: where things live, how it speaks, how it takes turns.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# One toolchain for all clones of one user: a second clone finds everything there.
toolchain=${ADF_TOOLCHAIN:-${XDG_CACHE_HOME:-$HOME/.cache}/active_data_flow}
speaking=

# A path as people write it: below the home folder it starts with ~.
short() { case $1 in "$HOME"/*) printf '~%s' "${1#"$HOME"}" ;; *) printf '%s' "$1" ;; esac; }

# What a step found. Silent with --quiet.
say() { [ -n "$quiet" ] || printf '%s\n' "$*"; }

# Ends the line that slowly began.
give_up() {
  [ -z "$speaking" ] || printf 'failed\n' >&"$speaking"
  speaking=
}

# Stops setup with the one sentence that says what is missing and how to get it.
stop() {
  give_up
  printf 'bin/setup: %s\n' "$*" >&2
  exit 1
}

# slowly "ruby: building it" COMMAND ARGS...: one line that says what takes long, and ends when it is done.
# Printed with --quiet too, then to stderr: stdout belongs to the command that bin/exec runs.
slowly() {
  local line=$1 began=$SECONDS
  shift
  speaking=1
  [ -z "$quiet" ] || speaking=2
  printf '%s ... ' "$line" >&"$speaking"
  "$@"
  printf 'done (%d s)\n' "$((SECONDS - began))" >&"$speaking"
  speaking=
}

# logged NAME FOLDER COMMAND ARGS...: runs it there, output goes to a log file; the status is the command's.
logged() {
  local folder=$2
  log=$toolchain/log/$1.log
  mkdir -p "$toolchain/log"
  shift 2
  (cd "$folder" && "$@") >>"$log" 2>&1 </dev/null
}

# Two setups at once wait for each other here; the second then finds the work done.
# Released when this process ends. Without flock (macOS) they have to be run one after the other.
take_turns() {
  mkdir -p "$toolchain"
  command -v flock >/dev/null || return 0
  exec 9>"$toolchain/lock"
  flock 9
}

# at_least 1.88 1.95.0: is the second version the first, or later?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# The digest of what is read.
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1; }

# replace FILE: what is read becomes that file, all at once.
replace() { cat >"$1.partial.$$" && mv "$1.partial.$$" "$1"; }
