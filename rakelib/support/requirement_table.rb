# frozen_string_literal: true

# An RSpec formatter: which rows of the requirements have examples, how many, and how they fared.
class RequirementTable
  RSpec::Core::Formatters.register self, :example_passed, :example_failed, :example_pending, :stop

  def initialize(output)
    @output = output
    @rows = Hash.new { |rows, row| rows[row] = Hash.new(0) }
  end

  def example_passed(notification) = count(notification.example, :green)

  def example_failed(notification) = count(notification.example, :red)

  def example_pending(notification) = count(notification.example, :skipped)

  def stop(_notification)
    @rows.sort_by { |row, _| [row[/\A\D*/], row[/\d+/].to_i, row] }.each do |row, counts|
      @output.puts "#{row.ljust(8)}#{counts.map { |outcome, number| "#{number} #{outcome}" }.join(", ")}"
    end
  end

  private

  def count(example, outcome)
    rows = example.example_group.parent_groups.map { |group| group.metadata[:req] }.push(example.metadata[:req])
    rows.flatten.compact.uniq.each { |row| @rows[row][outcome] += 1 }
  end
end
