# frozen_string_literal: true

# RSpec matchers for flows.
#
#   expect { perform_flow(OrderExportFlow) }.to write_rows(3)
#   expect { post "/uploads" }.to have_enqueued_flow(ContactImportFlow).with(upload:)
#   expect(perform_flow(OrderExportFlow)).to be_success

module ActiveDataFlow
  module Testing
    # The counts of all runs of a block together.
    # @private
    module Rows
      module_function

      def of(runs)
        counts = RunStore::Columns::COUNTERS.to_h { |name| [name, runs.sum { |run| run[name] || 0 }] }
        counts.merge(written: counts[:new] + counts[:updated])
      end

      def told(runs)
        return "no flow ran" if runs.empty?

        counts = of(runs).reject { |name, count| count.zero? || name == :written }
        "#{runs.map { |run| "#{run[:flow]} (#{run[:status]})" }.uniq.join(", ")} moved #{counts.empty? ? "no row" : counts.map { |name, count| "#{count} #{name}" }.join(", ")}"
      end
    end
  end
end

{write_rows: :written, reject_rows: :rejected}.each do |matcher, counter|
  # A number of all, or one by what became of them: write_rows(3), write_rows(new: 2, updated: 1); none: at least one.
  RSpec::Matchers.define matcher do |expected = nil|
    supports_block_expectations

    match do |block|
      @runs = ActiveDataFlow::Testing::Recorder.runs(&block)
      counts = ActiveDataFlow::Testing::Rows.of(@runs)
      case expected
      when nil then counts[counter].positive?
      when Hash then expected.all? { |name, count| values_match?(count, counts.fetch(name)) }
      else values_match?(expected, counts[counter])
      end
    end

    description { "#{matcher.to_s.tr("_", " ")}#{" (#{expected.inspect})" if expected}" }
    failure_message { "expected the block to #{description}, but #{ActiveDataFlow::Testing::Rows.told(@runs)}" }
    failure_message_when_negated { "expected the block not to #{description}, but #{ActiveDataFlow::Testing::Rows.told(@runs)}" }
  end
end

# Of a run, with its error where it has one; of whatever else it keeps the meaning that RSpec gives it.
RSpec::Matchers.define :be_success do
  match { |run| run.success? }

  failure_message do |run|
    next "expected #{run.inspect} to be success" unless run.is_a?(ActiveDataFlow::Run)

    error = " (#{run.error_class}: #{run.error_message})" if run.error_class
    "expected run #{run.id} of #{run.flow_name} to be success, but was #{run.status}#{error}, at #{run.cursor || "its beginning"}"
  end
end

# A run that was made in the block and waits for a job.
RSpec::Matchers.define :have_enqueued_flow do |flow|
  supports_block_expectations

  chain(:with) { |arguments = {}| @arguments = flow.new(**arguments).arguments }
  chain(:exactly) { |count| @count = count }
  chain(:once) { @count = 1 }
  chain(:times) { self }

  match do |block|
    known = flow.runs.map(&:id)
    block.call
    @made = flow.runs.reject { |run| known.include?(run.id) }
    fitting = @made.count { |run| run.pending? && (@arguments.nil? || run.arguments == @arguments) }
    @count ? fitting == @count : fitting.positive?
  end

  failure_message do
    wanted = "#{flow}#{" with #{@arguments}" if @arguments}#{" #{@count} times" if @count}"
    made = @made.map { |run| "#{run.status} with #{ActiveDataFlow::Shown.row(run.arguments)}" }
    "expected the block to enqueue #{wanted}, but it made #{made.empty? ? "no run; an unfinished one of the same arguments is returned as it is" : "runs that are #{made.join("; ")}"}"
  end
  failure_message_when_negated { "expected the block not to enqueue #{flow}#{" with #{@arguments}" if @arguments}, but it did" }
end
