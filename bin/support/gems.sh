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

# One mark per set of wishes; it holds the Gemfile.lock they came to, so that the next clone has it at once.
gems_mark() {
  printf '%s/.bundled/%s%s' "$gem_home" "$(cat "$root"/Gemfile "$root"/*.gemspec "$root"/lib/active_data_flow/version.rb | digest)" "${all:+.all}"
}

# A Gemfile.lock of older wishes goes: another clone may have brought the gems of these.
gems_ready() {
  local mark of=$root/tmp/gems_locked
  mark=$(gems_mark)
  [ -e "$mark" ] || return 1
  [ -e "$root/Gemfile.lock" ] && [ "$(cat "$of" 2>/dev/null)" = "$mark" ] && return
  replace "$root/Gemfile.lock" <"$mark" && printf '%s\n' "$mark" | replace "$of"
}

gems_make() {
  mkdir -p "$gem_home/.bundled"
  rm -f "$root/Gemfile.lock"
  BUNDLE_WITH=$(optional_groups) logged gems "$root" bundle install ||
    stop "could not install the gems that the Gemfile names (the reason is at the end of $(short "$log")); connect to a network, or point RubyGems at a source that can be reached (gem sources)"
  replace "$(gems_mark)" <"$root/Gemfile.lock"
  gems_ready
}

gems_step() {
  gems_ready || { take_turns; gems_ready; } || slowly "gems: installing those that the Gemfile names" gems_make
  say "gems: $(grep -c '^    [a-z]' "$root/Gemfile.lock"), kept in $(short "$gem_home")"
}
