# The crates that Cargo.lock names: as cargo is configured when that works (a user with a network is done here), else
# from a folder of archives, which a git-ignored .cargo/config.toml then names.

crates_config=$root/.cargo/config.toml
crates_mark="# Written by bin/setup, which may replace it: the public crate registry can't be reached from here."

fetched() { (cd "$root" && cargo fetch --locked --offline --quiet) 2>/dev/null; }

# Someone who changed a manifest is told so, not that crates are missing; the configuration stays, to mend it with.
refuse_stale_lock() {
  ! (cd "$root" && cargo fetch --locked --offline 2>&1) | grep -q 'cannot update the lock file' ||
    stop "Cargo.lock does not fit the manifests any more, and is only changed on purpose; run: cargo update --workspace"
}

# The folder that our own config.toml names; nothing when cargo is configured by someone else.
crates_folder() {
  grep -qxF "$crates_mark" "$crates_config" 2>/dev/null && sed -n 's/^local-registry = "\(.*\)"/\1/p' "$crates_config"
}

crates_ready() {
  local folder
  folder=$(crates_folder)
  [ -z "$folder" ] || [ -d "$folder/index" ] || return 1
  fetched
}

crates_make() {
  local folder
  refuse_stale_lock
  [ -z "$(crates_folder)" ] || rm -f "$crates_config"
  # Short patience: where a firewall swallows packets this is what a first setup waits for.
  CARGO_NET_RETRY=1 CARGO_HTTP_TIMEOUT=10 logged crates "$root" cargo fetch --locked && return
  [ ! -e "$crates_config" ] || stop "could not get the crates that Cargo.lock names as .cargo/config.toml of this clone says, which is not bin/setup's (see $(short "$log")); mend that file, or remove it"
  while read -r folder; do
    [ -d "$folder/index" ] || continue
    write_crates_config "$folder"
    logged crates "$root" cargo fetch --locked --offline && return
    refuse_stale_lock
    rm -f "$crates_config"
  done < <(crate_folders)
  stop "could not get the crates that Cargo.lock names, neither as cargo is configured nor from a folder shared/crates beside this clone (see $(short "$log")); connect to a network, or set ADF_CRATES to a folder of crate archives with their index"
}

# Where such a folder may be: named, beside this clone or further up, beside the clone this one came from, kept from before.
crate_folders() {
  local above=$root origin
  [ -z "${ADF_CRATES:-}" ] || printf '%s\n' "$ADF_CRATES"
  while [ "$above" != / ]; do
    above=$(dirname "$above")
    printf '%s\n' "${above%/}/shared/crates"
  done
  origin=$(git -C "$root" config --get remote.origin.url 2>/dev/null)
  [ ! -d "$origin" ] || printf '%s\n' "$(dirname "$origin")/shared/crates"
  printf '%s\n' "$toolchain/crates"
}

write_crates_config() {
  mkdir -p "$root/.cargo"
  cat >"$crates_config" <<TOML
$crates_mark
[source.crates-io]
replace-with = "archives"

[source.archives]
local-registry = "$1"

# cargo does not count what it has unpacked from such a folder as used: once a day it would remove it, while it compiles.
[cache]
auto-clean-frequency = "never"
TOML
}

# Keeps the archives and index entries that Cargo.lock names, for clones that have no such folder beside them.
keep_crates() {
  local from=$1 to=$toolchain/crates name version entry
  mkdir -p "$to/index"
  while read -r name version; do
    [ -e "$from/$name-$version.crate" ] || continue
    entry=$(index_entry "$name")
    mkdir -p "$(dirname "$to/index/$entry")"
    [ -e "$to/$name-$version.crate" ] || replace "$to/$name-$version.crate" <"$from/$name-$version.crate"
    # Other clones may lock other versions: lines are added, none taken away. awk ends each with a line feed.
    awk 1 "$from/index/$entry" "$to/index/$entry" 2>/dev/null | LC_ALL=C sort -u | replace "$to/index/$entry"
  done < <(locked_crates)
  replace "$to/Cargo.lock" <"$root/Cargo.lock"
}

locked_crates() {
  awk -F '"' '/^name = /{name=$2} /^version = /{version=$2} /^source = "registry/{print name, version}' "$root/Cargo.lock"
}

# Cargo's layout of an index: 1/a, 2/ab, 3/a/abc, ab/cd/abcd…
index_entry() {
  case ${#1} in
    1 | 2) printf '%s/%s' "${#1}" "$1" ;;
    3) printf '3/%s/%s' "${1:0:1}" "$1" ;;
    *) printf '%s/%s/%s' "${1:0:2}" "${1:2:2}" "$1" ;;
  esac
}

crates_step() {
  local folder count
  crates_ready || { take_turns; crates_ready; } || slowly "crates: fetching those that Cargo.lock names" crates_make
  folder=$(crates_folder)
  count=$(locked_crates | wc -l | tr -d ' ')
  if [ -z "$folder" ]; then
    say "crates: $count, as cargo is configured"
  else
    [ "$folder" = "$toolchain/crates" ] || cmp -s "$root/Cargo.lock" "$toolchain/crates/Cargo.lock" || { take_turns; keep_crates "$folder"; }
    say "crates: $count, from $(short "$folder")"
  fi
}
