# The gems that the Gemfile names, in a folder of our own per Ruby: neither the system's nor the user's gems are touched.

# Everything after this runs with our Ruby and our gems.
use_ruby() {
  gem_home=$toolchain/gems-$ruby_version-$ruby_arch-$(printf '%s' "$ruby" | digest | cut -c 1-8)
  write_environment
  . "$root/tmp/environment"
}

# What bin/exec and the others run their commands with, as shell. It holds nothing of the shell that setup runs in.
write_environment() {
  mkdir -p "$root/tmp"
  {
    printf 'export PATH=%q:%q:"$PATH"\n' "$(dirname "$ruby")" "$gem_home/bin"
    printf 'export GEM_HOME=%q RUBYLIB=%q BUNDLE_PATH__SYSTEM=true\n' "$gem_home" "$root/lib"
    printf 'unset GEM_PATH RUBYOPT BUNDLE_PATH BUNDLE_GEMFILE BUNDLE_DEPLOYMENT BUNDLE_FROZEN BUNDLE_WITHOUT\n'
  } | replace "$root/tmp/environment"
}

# Groups of the Gemfile that only --all asks for.
optional_groups() { [ -z "$all" ] || printf mysql; }

# The Gemfiles of the lines of Rails that `bin/test --all` goes through, oldest first.
line_gemfiles() { (cd "$root" && printf '%s\n' gemfiles/rails_*.gemfile | sort -V); }

# The file in which Bundler keeps what it chose for a Gemfile.
lock_of() { case $1 in Gemfile) printf Gemfile.lock ;; *) printf '%s.lock' "$1" ;; esac; }

# One mark per set of wishes; it holds the lock they came to, so that the next clone has it at once.
gems_mark() {
  printf '%s/.bundled/%s%s' "$gem_home" "$(cat "$root/$1" "$root"/gemfiles/*.rb "$root"/*.gemspec "$root"/lib/active_data_flow/version.rb | digest)" "${all:+.all}"
}

# A lock of older wishes goes: another clone may have brought the gems of these.
gems_ready() {
  local mark lock of
  mark=$(gems_mark "$1")
  lock=$root/$(lock_of "$1")
  of=$root/tmp/gems_locked${1#Gemfile}
  [ -e "$mark" ] || return 1
  [ -e "$lock" ] && [ "$(cat "$of" 2>/dev/null)" = "$mark" ] && return
  replace "$lock" <"$mark" && mkdir -p "$(dirname "$of")" && printf '%s\n' "$mark" | replace "$of"
}

gems_make() {
  local lock
  lock=$root/$(lock_of "$1")
  mkdir -p "$gem_home/.bundled"
  rm -f "$lock"
  BUNDLE_GEMFILE=$1 BUNDLE_WITH=$(optional_groups) logged gems "$root" bundle install ||
    stop "could not install the gems that the $1 names (the reason is at the end of $(short "$log")); connect to a network, or point RubyGems at a source that can be reached (gem sources)"
  replace "$(gems_mark "$1")" <"$lock"
  gems_ready "$1"
}

gems_of() { gems_ready "$1" || { take_turns; gems_ready "$1"; } || slowly "gems: installing those that the $1 names" gems_make "$1"; }

# How many gems Bundler chose for a Gemfile.
gems_count() { grep -c '^    [a-z]' "$root/$(lock_of "$1")"; }

gems_step() {
  local file
  gems_of Gemfile
  say "gems: $(gems_count Gemfile), kept in $(short "$gem_home")"
  [ -n "$all" ] || return 0
  for file in $(line_gemfiles); do
    gems_of "$file"
    say "gems of $(line_of "$file"): $(gems_count "$file")"
  done
}

# gemfiles/rails_7_1.gemfile -> Rails 7.1
line_of() { local name=${1##*/rails_}; name=${name%.gemfile}; printf 'Rails %s' "${name/_/.}"; }
