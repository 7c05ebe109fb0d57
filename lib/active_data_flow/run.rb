# frozen_string_literal: true

require_relative "run_store/memory"

module ActiveDataFlow
  # One run of a flow, as people look at it: a picture of its row, which {#reload} takes again.
  #
  #   run = OrderExportFlow.run_now
  #   run.status  # => "success"
  #   run.counts  # => {read: 120_000, new: 12, updated: 3, unchanged: 119_985, ..., written: 15}
  class Run
    # @param store [RunStore::Base]
    # @param row [RunStore::Row]
    def initialize(store, row)
      @store = store
      @row = row
    end

    # @return [Integer, String, nil] nil as long as the handler of a task is under way that starts it
    def id = @row.id

    # @return [String] the class of the flow
    def flow_name = @row.flow_name

    # @return [String] pending, in_progress, paused, success, failed or cancelled
    def status
      return "paused" if @row.paused?

      waits? ? "pending" : @row.status
    end

    %w[pending in_progress paused success failed cancelled].each do |name|
      define_method(:"#{name}?") { status == name }
    end

    # @return [Boolean] success, failed or cancelled
    def finished? = @row.finished?

    # @return [Array<Run>] the parts that it was split into by `partitions`, in the order of their ranges; none of any other
    def parts = part_rows.map { |row| Run.new(@store, row) }

    # @return [Integer, nil] which part it is of another run, from 1 on
    def part = @row.part

    # @return [Boolean] whether it is a part of another run
    def part? = @row.part?

    # @return [Integer, nil] the run that it is a part of
    def parent_id = @row.parent_run_id

    # @return [Hash{Symbol => Integer}] rows by what became of them, of all parts together; `written` is new and updated together
    def counts
      counts = RunStore::Columns::COUNTERS.to_h { |name| [name, carried.sum { |row| row[:"rows_#{name}"] }] }
      counts.merge(written: counts[:new] + counts[:updated])
    end

    # What became of the rows in each sink, where there are several: none for a flow with one, of which {#counts} says all. A row
    # that was filtered or rejected came to none of them.
    # @return [Hash{String => Hash{Symbol => Integer}}] by the name of the sink: a table's, a file's path, a connector's class
    def sink_counts = Engine::Sinks::Counts.shown(carried.filter_map(&:sink_counts))

    # @return [String, nil] the task that has started it
    def parent_task_id = @row.parent_task_id

    # @private What tells this end from others: a failed run may be resumed, and fail again.
    # @return [String]
    def ended_as = success? ? "run:#{id}:complete" : "run:#{id}:failure:#{@row.fence}"

    # @return [Integer] rows that were as the sink had them already
    def redundant = counts[:unchanged]

    # @return [String, nil] the position that is behind it, in its stored form
    def cursor = @row.cursor

    # How far it has come, by where its cursor stands between the first and the last row of its source.
    # @return [Float, nil] 0..1; nil where nobody knows: in the first second, or along a column that is no number, time or UUID
    def progress = success? ? 1.0 : Engine::Progress.of(carried)

    # @return [Time, nil] when it will be done, if it goes on as fast as it did since its last start; nil unless it is at work
    def eta = (Engine::Progress.end_of(carried) if in_progress?)

    # @return [Hash{String => Object}] as they were given, as JSON keeps them
    def arguments = @row.arguments || {}

    # @return [String, nil] what people should know of it, e.g. who holds `read :new` back
    def note = @row.metadata&.fetch("note", nil)

    # @return [Time, nil]
    def started_at = @row.started_at || part_rows.filter_map(&:started_at).min

    # @return [Time, nil]
    def ended_at = @row.ended_at

    # @return [Time, nil] until when it leaves something alone, as `throttle_on` or a {Throttled} has it; nil when it does not
    def throttled_until = carried.filter_map(&:throttled_until).max

    # @return [Float, nil] seconds from its first claim to its end
    def duration = (started_at && ended_at) ? ended_at - started_at : nil

    # @return [String, nil] why it failed: the class of the error
    def error_class = @row.error_class

    # @return [String, nil] its text, with what may be seen
    def error_message = Shown.text(@row.error_message)

    # @return [Array<Reject>] the rows that were put aside, in their order
    def rejects = carried.flat_map { |row| @store.rejects(row.id) }.map { |values| Reject.new(@store, values) }

    # Replays those that are open, one after the other.
    # @return [Hash{Symbol => Integer}] how many are :replayed now, and how many still :open
    # @raise (see Reject#replay)
    def replay_rejects
      answers = rejects.select(&:open?).group_by(&:run_id).flat_map do |run_id, rejects|
        Engine::Replay.of(@store, run_id) { |replay| rejects.map { |reject| reject.replay_by(replay) } }
      end
      {replayed: answers.count(true), open: answers.count(false)}
    end

    # Stops it after the batch that is open; {#resume!} goes on at its cursor.
    # @raise [Error] when it is finished, or told to stop already
    def pause!
      ask("paused", @store.pause(id), "only one that is pending or in progress, and not told to stop already, can be")
    end

    # Lets a paused run go on, and a failed one, at its cursor. In plain Ruby the next `run_now` does.
    # @raise [Error] when it is neither
    def resume!
      ask("resumed", @store.resume(id), "only a paused or a failed one can be")
    end

    # Ends it for good; one that is at work ends after the batch that is open.
    # @raise [Error] when it has ended already
    def cancel!
      ask("cancelled", @store.cancel(id), "only one that is unfinished or failed can be")
      Engine::ParentTask.told?(self) if cancelled?
      self
    end

    # Reads its row again.
    # @return [self]
    # @raise [Error] when it was deleted
    def reload
      return self if id.nil?

      @row = @store.find(id) || raise(Error, "run #{id} of #{flow_name} is gone from its store")
      @part_rows = nil
      self
    end

    # Two pictures of the same run are equal.
    def ==(other) = equal?(other) || (other.is_a?(Run) && !id.nil? && other.id == id && other.store.equal?(@store))

    # @private It is there now, as this row.
    def made(row)
      @row = row
      self
    end

    # The status and the counts, not the arguments: those may be personal.
    def inspect = "#<#{self.class} #{id || "to be"} of #{flow_name}: #{status}, #{counts.reject { |_, count| count.zero? }}, cursor #{cursor.inspect}>"

    protected

    attr_reader :store

    private

    # A picture, too: read once.
    def part_rows = @part_rows ||= @row.split? ? @store.parts(id) : []

    # The row of a run that was split is in progress from the start.
    def waits? = @row.split? && @row.status == "in_progress" && part_rows.all? { |part| part.status == "pending" }

    # What rows were carried over as.
    def carried = @row.split? ? part_rows : [@row]

    def ask(deed, done, possible)
      reload
      raise Error, "run #{id} of #{flow_name} is #{status} and was not #{deed}; #{possible}" unless done

      self
    end
  end
end

require_relative "run/reject"
