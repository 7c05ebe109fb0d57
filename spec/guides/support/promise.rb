# frozen_string_literal: true

module Snippets
  # What a comment behind a statement says about it; `...` stands for anything:
  #
  #   2 + 2              # => 4
  #   Integer("x")       # raises ArgumentError: invalid value for Integer(): "x"
  #   puts "one", "two"  # prints one
  #                      #        two
  #
  # A comment line below that begins with at least three spaces goes on with the text.
  Promise = Data.define(:kind, :text) do
    # @param comments [Array<(String, Boolean)>] each with whether it stands behind the whole statement
    # @return [Array<Promise>]
    def self.read(comments)
      comments.each_with_object([]) do |(comment, behind), promises|
        if (match = /\A#\s*(=>|raises|prints)\s+(.+)/.match(comment))
          promises << new(kind: (behind || match[1] == "raises") ? match[1] : "misplaced", text: match[2].strip)
        elsif promises.any? && (more = /\A# {3,}(\S.*)/.match(comment))
          promises << promises.pop.then { |promise| promise.with(text: "#{promise.text} #{more[1].strip}") }
        end
      end
    end

    def self.nothing_raised = new(kind: "fine", text: "")

    # @param outcome [Statements::Outcome]
    # @param room [Binding] in which the text of a value is read, where it does not look like the real one
    # @return [String, nil] nil when it is kept
    def broken_by(outcome, room)
      return "a # #{text} inside of a statement cannot be checked; put it behind the statement" if kind == "misplaced"
      return raises(outcome) if kind == "raises"
      return "raised #{outcome.error.class}: #{outcome.error.message} (#{outcome.error.backtrace&.first})" if outcome.error

      case kind
      when "=>" then value(outcome.value, room)
      when "prints" then "printed #{outcome.printed.inspect}, not #{text.inspect}" unless fits?(outcome.printed)
      end
    end

    private

    def raises(outcome)
      return "raised nothing, not #{text}" unless outcome.error

      raised = "#{outcome.error.class}: #{outcome.error.message}"
      "raised #{raised}, not #{text}" unless fits?(raised) || text == outcome.error.class.name
    end

    def value(value, room)
      "is #{value.inspect}, not #{text}" unless fits?(value.inspect) || means?(value, room)
    end

    # Rubies write the same value in different ways: {a: 1} is {:a=>1} before Ruby 3.4.
    def means?(value, room)
      room.eval(text) == value
    rescue StandardError, SyntaxError
      false
    end

    def fits?(real)
      pattern = squeezed(text).split("...", -1).map { |part| Regexp.escape(part) }.join(".*")
      /\A#{pattern}\z/m.match?(squeezed(real))
    end

    def squeezed(text) = text.gsub(/\s+/, " ").strip
  end
end
