# frozen_string_literal: true

# What compiling the extension needs and Ruby cannot bring: checked first, because the compiler's own words come late
# and from far below.
module ActiveDataFlowRequirements
  CHOICE = "or take a platform gem, which needs no compiler: gem install active_data_flow --platform"

  # Where bindgen looks for libclang on Linux.
  LIBCLANG = %w[
    /usr/lib/llvm-*/lib /usr/lib/llvm*/lib* /usr/lib/llvm/*/lib* /usr/local/llvm*/lib* /usr/lib* /usr/lib*/* /usr/lib*/*/* /usr/local/lib* /usr/local/lib*/*
  ].freeze

  module_function

  # @param path [String] the folders in which cargo may be
  # @param libclang [Array<String>] patterns of folders in which libclang may be
  # @return [String, nil] one sentence that says what is missing and how to get it; nil when nothing is
  def missing(path: ENV.fetch("PATH", ""), libclang: LIBCLANG)
    if !cargo?(path)
      "active_data_flow is compiled with Rust, and there is no cargo on PATH: install Rust with rustup, #{platform_gem}."
    elsif !libclang?(libclang)
      "active_data_flow is compiled with bindgen, and there is no libclang: install it (Debian: sudo apt-get install libclang-dev; " \
        "Fedora: sudo dnf install clang-devel; Alpine: apk add clang-dev) or set LIBCLANG_PATH to its folder, #{platform_gem}."
    end
  end

  def cargo?(path)
    path.split(File::PATH_SEPARATOR).any? { |folder| %w[cargo cargo.exe].any? { |name| File.executable?(File.join(folder, name)) } }
  end

  # Only Linux is looked at: elsewhere libclang comes with the compiler, in places that bindgen knows better.
  def libclang?(patterns)
    return true unless RUBY_PLATFORM.include?("linux") && !ENV["LIBCLANG_PATH"]

    patterns.any? { |pattern| Dir.glob(File.join(pattern, "libclang{.so,-*.so,.so.*,-*.so.*}")).any? } || libclang_gem?
  end

  # rb_sys uses the gem of that name when it is installed.
  def libclang_gem?
    Gem::Specification.find_all_by_name("libclang").any?
  end

  def platform_gem
    "#{CHOICE} #{Gem::Platform.local}"
  end
end
