# The compiled extension, release build, in lib/. Compiled again when what it is made of has changed, by content.

extension_ready() {
  [ -z "${ADF_KEEP_EXTENSION:-}" ] || return 0
  [ -e "$extension" ] || return 1
  [ "$(cat "$root/tmp/extension.made_of" 2>/dev/null)" = "$(extension_made_of)" ]
}

extension_made_of() {
  {
    (cd "$root" && find ext Cargo.toml Cargo.lock -type f ! -path '*/tests/*' ! -path '*/proptest-regressions/*' | LC_ALL=C sort | xargs cat)
    printf '%s\n' "$ruby" "$ruby_version" "$ruby_arch"
    cargo --version
  } | digest
}

# Another clone of the same user may have compiled exactly this.
extension_make() {
  local made_of kept
  made_of=$(extension_made_of)
  kept=$toolchain/extensions/$made_of.${extension##*.}
  mkdir -p "$root/tmp" "$toolchain/extensions"
  if [ ! -e "$kept" ]; then
    compile_extension
    replace "$kept" <"$extension"
    ls -t "$toolchain"/extensions/* | tail -n +6 | xargs rm -f
  fi
  # A rename: a process that has the old library open keeps it.
  replace "$extension" <"$kept"
  printf '%s\n' "$made_of" >"$root/tmp/extension.made_of"
}

compile_extension() {
  find_libclang || need_packages "compiling the extension" libclang-dev
  rm -f "$toolchain/log/extension.log"
  if logged extension "$root" ruby -r ./rakelib/support/extension -e 'Packaging::Extension.new(".").compile(into: "lib/active_data_flow")'; then return; fi
  # What the compiler says is for whoever just changed the sources: shown, not hidden in a log.
  give_up
  tail -n 60 "$log" >&2
  stop "the extension does not compile; the compiler's words are above and in $(short "$log")"
}

# bindgen reads Ruby's headers through libclang, which brings headers of its own.
find_libclang() {
  [ -z "${LIBCLANG_PATH:-}" ] || return 0
  command -v dpkg-query >/dev/null || return 0
  ls /usr/lib/llvm-*/lib/clang/*/include/stddef.h /usr/lib/llvm-*/lib/libclang*.so* >/dev/null 2>&1
}

extension_step() {
  extension=$root/lib/active_data_flow/active_data_flow_native.$ruby_dlext
  extension_ready || { take_turns; extension_ready; } || slowly "extension: compiling it (release build)" extension_make
  say "extension: ${extension#"$root"/}${ADF_KEEP_EXTENSION:+, kept as it is}"
}
