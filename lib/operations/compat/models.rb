# frozen_string_literal: true

module Operations
  module Compat
    # What tasks answer besides, as ActiveRecord's objects do.
    module Models
      Machine::CODES.each_key do |status|
        define_method(:"#{status}!") { update!(task_status: status) }
      end

      # (see Machine::Persistence#update)
      def update(fields = {}, **more) = super(**fields.to_h.transform_keys(&:to_sym), **more)

      # (see Machine::Persistence#update!)
      def update!(fields = {}, **more) = super(**fields.to_h.transform_keys(&:to_sym), **more)

      # (see Machine::Transitions#sleep_until_woken)
      # Outside of its handlers it is stored.
      def go_to_sleep!
        sleep_until_woken
        save! unless @_running
        self
      end

      # (see Machine::Persistence#destroy)
      def destroy! = destroy

      # @return [Boolean] whether it was never stored, or is no longer
      def new_record? = !persisted?

      # @private
      def _test_stored
        _run_handler_once
        _store_step
        self
      end

      private

      def _refusal = RecordInvalid.new(super)

      def _unknown_attribute(name)
        super
      rescue Task::UnknownAttributeError => error
        raise UnknownAttributeError.new(self, name.to_s, error.message)
      end
    end
  end
end
