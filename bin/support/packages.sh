# Debian packages, for the machines that have apt-get. Elsewhere the step that needs something says so itself.

as_admin() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# need_packages WHAT_FOR NAME...: installs those that are missing; updates apt's lists only when that fails.
need_packages() {
  local what=$1 name missing=()
  shift
  for name in "$@"; do installed "$name" || missing+=("$name"); done
  [ ${#missing[@]} -eq 0 ] && return
  logged apt / install_packages "${missing[@]}" && return
  logged apt / as_admin apt-get update && logged apt / install_packages "${missing[@]}" && return
  stop "$what needs ${missing[*]}, and apt-get could not install that (see $(short "$log")); run: sudo apt-get install ${missing[*]}"
}

install_packages() {
  DEBIAN_FRONTEND=noninteractive as_admin apt-get install -y --no-install-recommends "$@"
}
