# Ruby >= 3.2 with YJIT and headers: the one on PATH when it is good, else one of our own, built from Debian's source.

ruby_floor=3.2
ruby_source_suite=trixie
ruby_source_package=ruby3.3

# Sets ruby to the path of the first good one; a shim's Ruby is found by what it says of itself.
ruby_ready() {
  local candidate
  for candidate in "$(command -v ruby)" "$toolchain"/ruby-*/bin/ruby; do
    [ -n "$candidate" ] && [ -x "$candidate" ] || continue
    { read -r ruby_version && read -r ruby_arch && read -r ruby_dlext && read -r ruby; } < <(good_ruby "$candidate") && return
  done
  return 1
}

# Prints version, architecture, ending of libraries and path, a line each, when this Ruby is good.
good_ruby() {
  env -u RUBYOPT -u RUBYLIB "$1" --disable=gems -e '
    require "rbconfig"
    abort if (RUBY_VERSION.split(".").map(&:to_i) <=> ARGV[0].split(".").map(&:to_i)) < 0
    abort unless defined?(RubyVM::YJIT) && File.exist?(File.join(RbConfig::CONFIG["rubyhdrdir"], "ruby.h"))
    puts RUBY_VERSION, RbConfig::CONFIG.values_at("arch", "DLEXT"), RbConfig.ruby
  ' "$ruby_floor" 2>/dev/null
}

ruby_make() {
  command -v apt-get >/dev/null && command -v dpkg-source >/dev/null ||
    stop "needs Ruby $ruby_floor or later with YJIT and its headers, and can build one only where Debian's apt-get and dpkg-dev are; install it (rbenv install 3.3, or your system's packages) and put it on PATH"
  need_packages "building Ruby" build-essential libssl-dev libyaml-dev zlib1g-dev libffi-dev libgmp-dev ca-certificates
  work=$toolchain/ruby.partial.$$
  rm -rf "$toolchain"/ruby.partial.*
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work"
  ruby_unpack && ruby_build "$work"/ruby-[0-9]*/ || stop "building Ruby failed, the reason is at the end of $(short "$log"); or put a Ruby $ruby_floor or later with YJIT on PATH"
}

# Debian's source through apt's own doors and checks, beside apt's own state: the machine's sources, another suite.
ruby_unpack() {
  ruby_sources >"$work/debian.sources"
  [ -s "$work/debian.sources" ] || stop "needs Ruby $ruby_floor or later with YJIT, and apt has no Debian source to take one from; install it and put it on PATH"
  mkdir -p "$work"/lists/partial "$work"/cache/archives/partial
  private_apt update || stop "needs Ruby $ruby_floor or later with YJIT, and Debian's sources can't be reached (see $(short "$log")); connect to a network, or put such a Ruby on PATH"
  private_apt source --download-only "$ruby_source_package" || stop "needs Ruby $ruby_floor or later with YJIT, and its source could not be downloaded (see $(short "$log")); run bin/setup again, or put such a Ruby on PATH"
  tar -xf "$work"/*.orig.tar.* -C "$work"
}

private_apt() {
  logged ruby "$work" apt-get -q \
    -o Dir::Etc::SourceList="$work/debian.sources" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
}

# The machine's own mirror of Debian (not of its security archive), whatever its name, as a source of source packages.
ruby_sources() {
  local uri keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  for uri in $(debian_uris); do
    printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$ruby_source_suite"
    [ ! -e "$keyring" ] || printf 'Signed-By: %s\n' "$keyring"
    return
  done
}

# deb822 files first, then one-line lists; the first whose path ends in /debian is the main archive.
debian_uris() {
  {
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs: *//p' | tr ' ' '\n'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p'
  } | grep -E '/debian/?$'
}

# No base Ruby: the archive holds what one would generate. No -test- extensions: they are a hundred, for Ruby's own tests.
# DESTDIR and one rename: an interrupted build is no half install.
ruby_build() {
  local prefix
  prefix=$toolchain/$(basename "$1")
  rm -rf "$1/ext/-test-"
  logged ruby "$1" ./configure --prefix="$prefix" --enable-yjit --disable-install-doc --with-baseruby=no &&
    logged ruby "$1" make -j"$(nproc)" &&
    logged ruby "$1" make install DESTDIR="$work/stage" &&
    rm -rf "$prefix" && mv "$work/stage$prefix" "$prefix"
}

ruby_step() {
  ruby_ready || { take_turns; ruby_ready; } || {
    slowly "ruby: building one with YJIT from Debian's source, about 5 minutes" ruby_make
    ruby_ready || stop "the Ruby that was just built does not work (see $(short "$log"))"
  }
  case $ruby in
    "$toolchain"/*) say "ruby: $ruby_version with YJIT (built from Debian's source, kept in $(short "$toolchain"))" ;;
    *) say "ruby: $ruby_version with YJIT ($ruby)" ;;
  esac
}
