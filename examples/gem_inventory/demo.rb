# frozen_string_literal: true

require "rbconfig"
require_relative "contents"
require_relative "database"
require_relative "inventory_flow"
require_relative "progress_bar"
require_relative "private_copy"
require_relative "proof"
require_relative "victim"

module GemInventory
  # The story: a run is killed, another process goes on with it, a second run finds nothing to do, a third one three
  # changes. After each part it is counted.
  class Demo
    NEXT = <<~TEXT
      Three things to try next:
        bin/demo inventory --database gems.sqlite3    keep the file; then look: sqlite3 gems.sqlite3 "select * from gem_files"
        examples/gem_inventory/inventory_flow.rb      the flow, 17 lines: give it another source or sink, add a step
        guides/writing-a-connector.md                 how installed_files.rb, its source, came about
    TEXT

    # @param folder [String] an empty one, for the private copy
    # @param file [String] of the database
    # @param homes [Array<String>] folders as in Gem.path
    # @param out [IO]
    # @param quiet [Boolean] only what was counted
    def initialize(folder, file, homes, out, quiet: false)
      @copy = PrivateCopy.new(folder, homes)
      @homes = [*homes, @copy.home]
      @file = file
      @out = out
      @quiet = quiet
    end

    # @return [Boolean] whether all that was counted is as it should be
    def run
      Database.open(@file)
      @proof = Proof.new(@homes, @out)
      tell introduction
      kill_one
      let_another_go_on
      run_again
      change_three
      @out.puts "", Contents.new
      tell "\nWhat #{GemInventoryFlow}.plan says:\n\n#{plan}\n"
      @out.puts "", NEXT
      @proof.holds?
    end

    private

    def introduction
      <<~TEXT
        An inventory of #{InstalledFiles.new(homes: @homes)}: path, gem, version, bytes, time, and the xxh3 of the content.
        A flow (inventory_flow.rb) carries them into an SQLite file: at most #{GemInventoryFlow.batch_size} rows a commit, and with them the cursor.

      TEXT
    end

    def kill_one
      tell "1. A process begins, and is killed (SIGKILL) in the middle:"
      Victim.new(command, bar_out).kill_at(@proof.files.size * 2 / 5)
      tell "" if @out.tty? # its bar stands where it was
      @proof.killed
    end

    # The dead one's lease ends by itself; until then nobody else may write.
    def let_another_go_on
      tell "\n2. Another process calls run_now. It waits for the dead one's lease (15 s at most), then goes on at the cursor:"
      system(*command, out: bar_out, exception: true)
      @proof.complete
    end

    def run_again
      tell "\n3. A second run reads all of it again, and writes what differs:"
      @proof.second(run_flow)
    end

    def change_three
      tell "\n4. Three files of a private copy of #{@copy.label} are changed, one byte each; sizes and times stay:"
      changed = @copy.change(3)
      @proof.third(run_flow, changed)
    end

    def run_flow
      bar = ProgressBar.new(@out, @proof.files.size)
      GemInventoryFlow.run_now(homes: @homes) { |run| bar.show(run) unless @quiet }
    end

    def plan = GemInventoryFlow.plan(homes: @homes).to_s.gsub(/^/, "  ")

    def command = [RbConfig.ruby, "-I", File.expand_path("../../lib", __dir__), File.expand_path("work.rb", __dir__), @file, *@homes]

    def bar_out = @quiet ? File::NULL : @out

    def tell(text) = (@out.puts(text) || @out.flush unless @quiet)
  end
end
