# Redis' server program, for the specs of Sidekiq: they start a server of their own in a temporary folder. Nothing else needs
# it; where it can't be had, those specs are skipped, and in CI they fail.

# On PATH; or what Debian has in a package that starts no server, where it goes by another name (the package called
# redis-server would start one, and has no more than the name).
redis_program() { command -v redis-server || command -v valkey-server || { [ -e /etc/debian_version ] && command -v redis-check-rdb; }; }

redis_make() {
  logged apt / install_packages redis-tools || { logged apt / as_admin apt-get update && logged apt / install_packages redis-tools; }
  redis_program >/dev/null || touch "$toolchain/redis.missing"
}

redis_step() {
  local program
  if ! redis_program >/dev/null && command -v apt-get >/dev/null && { [ -z "$quiet" ] || [ ! -e "$toolchain/redis.missing" ]; }; then
    take_turns
    slowly "redis: asking apt-get for the program of a server" redis_make
  fi
  if program=$(redis_program); then
    rm -f "$toolchain/redis.missing"
    say "redis: $program"
  else
    say "redis: none, so the specs of Sidekiq are skipped; put its program (redis-server) on PATH"
  fi
}
