# frozen_string_literal: true

module Operations
  module Validations
    # The texts, worded as Rails words them; only what Rails calls "can't be blank" is "is required".
    module Messages
      TEXTS = {
        blank: "is required", required: "is required", empty: "can't be empty", present: "must be blank",
        invalid: "is invalid", inclusion: "is not included in the list", exclusion: "is reserved",
        taken: "has already been taken", accepted: "must be accepted", confirmation: "doesn't match",
        too_short: "is too short (minimum is %{count})", too_long: "is too long (maximum is %{count})",
        wrong_length: "is the wrong length (should be %{count})",
        not_a_number: "is not a number", not_an_integer: "must be an integer",
        greater_than: "must be greater than %{count}", equal_to: "must be equal to %{count}",
        greater_than_or_equal_to: "must be greater than or equal to %{count}",
        less_than: "must be less than %{count}", other_than: "must be other than %{count}",
        less_than_or_equal_to: "must be less than or equal to %{count}",
        in: "must be in %{count}", odd: "must be odd", even: "must be even"
      }.freeze
      LENGTHS = %i[too_short too_long wrong_length].freeze
      private_constant :TEXTS, :LENGTHS

      # @param type [Symbol, String] a kind of error, or the text itself
      # @param message [String, Proc, nil] replaces the kind's text; may hold %{count}, %{value} and %{attribute}
      # @return [String]
      def self.text(type, message, task, **details)
        template = template(type, message, task, details)
        characters = LENGTHS.include?(type) && message.nil?
        fill(template, characters ? details.merge(count: characters(details[:count])) : details)
      end

      # A kind nobody knows reads as its own words: :over_budget is "over budget".
      def self.template(type, message, task, details)
        case message || type
        when Proc then proc_text(message || type, task, details)
        when Symbol then TEXTS.fetch(message || type) { |kind| kind.to_s.tr("_", " ") }
        else (message || type).to_s
        end
      end

      def self.proc_text(proc, task, details)
        (proc.arity == 2 || proc.arity < -1) ? proc.call(task, details).to_s : Conditions.resolve(proc, task).to_s
      end

      def self.fill(template, details)
        template.gsub(/%\{(\w+)\}/) { |place| details.key?($1.to_sym) ? details[$1.to_sym].to_s : place }
      end

      def self.characters(count) = (count == 1) ? "1 character" : "#{count} characters"
      private_class_method :template, :proc_text, :fill, :characters
    end
  end
end
