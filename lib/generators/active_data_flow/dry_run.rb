# frozen_string_literal: true

module ActiveDataFlow
  module Generators
    # `--dry-run` is `--pretend`: Rails ignores a flag that it does not know, and writes.
    module DryRun
      # @private
      def self.included(base)
        base.class_option :pretend, type: :boolean, aliases: %w[-p --dry-run], group: :runtime, desc: "Run but do not make any changes (also: --dry-run)"
      end
    end
  end
end
