# frozen_string_literal: true

module Operations
  module Compat
    # What V1 did without being asked: tasks in the application's database, due at once where they begin to wait, and run
    # by who wakes them, in his own thread.
    module Defaults
      # (see Operations.reset!)
      def reset!
        super
        self.first_wake = :immediate
        self
      end

      private

      def default(word)
        case word
        when :executor then Executor::Inline.new
        when :storage then super || Storage::ActiveRecord.new
        else super
        end
      end
    end
  end
end
