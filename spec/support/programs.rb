# frozen_string_literal: true

require "tempfile"

# Programs that are run to their end, as Open3 does it, but with an end that comes: what they print goes to files. A pipe is
# read until nobody has its other end, and a process that an example left standing would have it for ever.
module Programs
  PATIENCE = 840 # seconds, a minute less than HangWatch has; after which a program counts as hung
  private_constant :PATIENCE

  module_function

  # @param command [Array] as `spawn` takes it, with the environment first if there is one
  # @param stdin_data [String] what it can read
  # @param within [Numeric] seconds
  # @param err [IO, nil] where standard error is seen at once; it is not told afterwards then
  # @return [Array(String, String, Process::Status)] what it printed, what it said on standard error, and how it ended
  def run(*command, stdin_data: "", within: PATIENCE, err: nil, **options)
    in_files(stdin_data, 2) do |input, out, said|
      status, late = wait_for(within, *command, in: input, out:, err: err || said, **options)
      [File.read(out), File.read(said) + late, status]
    end
  end

  # The same for who asks for both together.
  # @return [Array(String, Process::Status)]
  def run_together(*command, stdin_data: "", within: PATIENCE, **options)
    in_files(stdin_data, 1) do |input, both|
      # Both append: each would otherwise write from its own beginning.
      status, late = wait_for(within, *command, in: input, out: [both.path, "a"], err: %i[child out], **options)
      [File.read(both) + late, status]
    end
  end

  def in_files(input, printed)
    files = Array.new(printed + 1) { Tempfile.new("program") }
    File.write(files.first, input)
    yield(*files)
  ensure
    files.each(&:close!)
  end

  # In a group of its own, of which nobody is left afterwards.
  def wait_for(within, *command, **options)
    pid = spawn(*command, pgroup: true, **options)
    ended = Process.detach(pid)
    late = ended.join(within) ? "" : "\nit did not end within #{within} seconds, and was killed\n"
    end_group(pid)
    [ended.value, late]
  rescue Exception # rubocop:disable Lint/RescueException -- an interrupt is no reason to leave them
    pid && end_group(pid)
    raise
  end

  def end_group(pid)
    Process.kill(:KILL, -pid)
  rescue Errno::ESRCH, Errno::EPERM # EPERM: all that is left of it are zombies, says macOS
    nil
  end

  private_class_method :in_files, :wait_for, :end_group
end
