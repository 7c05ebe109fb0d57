# Rust: used as it is on PATH, never installed for anybody. Comes first, because Ruby's YJIT is built with it too.

cargo_step() {
  local floor version
  command -v cc >/dev/null && command -v make >/dev/null ||
    stop "needs a C compiler and make, and finds none on PATH; install them (Debian: sudo apt-get install build-essential; macOS: xcode-select --install)"
  floor=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
  version=$(cargo --version 2>/dev/null | cut -d ' ' -f 2)
  [ -n "$version" ] ||
    stop "needs cargo $floor or later, and finds none that runs on PATH; install Rust with rustup, or put its bin folder on PATH"
  at_least "$floor" "$version" ||
    stop "needs cargo $floor or later (rust-version in Cargo.toml), and finds $version ($(command -v cargo)); run: rustup update stable"
  say "cargo: $version"
}
