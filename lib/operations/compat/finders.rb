# frozen_string_literal: true

require "forwardable"

module Operations
  module Compat
    # What task classes answer besides.
    module Finders
      extend Forwardable
      include Scopes

      def_delegators :all, :where, :order, :limit, :find_each, :count, :first, :last, :ids, :pluck, :destroy_all

      # @return [Scope] every stored task of this class and those below it
      def all = Scope.of(self)

      # @raise [ActiveRecord::RecordNotFound] when there is none, or it is of another class
      def find(id)
        super || raise(::ActiveRecord::RecordNotFound.new("there is no #{name} with the id #{id.inspect}", name, "id", id))
      end

      # Stores a task that nobody runs before somebody calls it.
      # @return [Operations::Task]
      # @raise [RecordInvalid]
      def create!(**attributes) = new(**attributes)._set_up._insert

      # (see Machine::Testing#test)
      # What comes of it is stored.
      def test(state, **attributes) = create!(**attributes, current_state: state)._test_stored
    end
  end
end
