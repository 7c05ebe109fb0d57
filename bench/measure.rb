# frozen_string_literal: true

# Runs the programs named on the command line (all of them without a name) and puts their tables into bench/README.md.
#
#   bin/exec ruby bench/measure.rb                      # about an hour and a half; let the machine do nothing else meanwhile
#   bin/exec ruby bench/measure.rb task_memory
require "open3"
require "rbconfig"

PROGRAMS = %w[
  task_transitions task_wake task_memory task_active_record task_children
  flow_pushdown flow_copy flow_upsert flow_rerun flow_block flow_sqlite file_import flow_mirror flow_new flow_checkpoint flow_memory
].freeze
README = File.join(__dir__, "README.md")

def measured(program)
  output, status = Open3.capture2(RbConfig.ruby, File.join(__dir__, "#{program}.rb"))
  status.success? ? output.strip : abort("bench/#{program}.rb failed")
end

# What stands between the two marks of a program.
def place(text, program, output)
  marks = /(<!-- #{program} -->\n).*?(<!-- end -->)/m
  abort("bench/README.md has no place for #{program}") unless text.match?(marks)
  text.sub(marks) { "#{$1}#{output}\n#{$2}" }
end

names = ARGV.empty? ? PROGRAMS : ARGV
unknown = names - PROGRAMS
abort("no program #{unknown.join(", ")}; there are #{PROGRAMS.join(", ")}") if unknown.any?
names.each do |program|
  output = measured(program)
  puts output
  File.write(README, place(File.read(README), program, output))
end
