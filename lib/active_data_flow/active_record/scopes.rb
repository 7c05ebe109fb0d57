# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Scopes that are given by name or as code.
    module Scopes
      module_function

      # @param relation [::ActiveRecord::Relation]
      # @param scope [Symbol, Proc, nil]
      # @param params [Array]
      # @return [::ActiveRecord::Relation]
      # @raise [ArgumentError] for a name that is no scope of the model: what every model can (delete_all) is none
      def apply(relation, scope, params = [])
        case scope
        when nil then relation
        when Proc then checked(relation.instance_exec(*params, &scope), relation.klass, "the scope")
        else named(relation, scope, params)
        end
      end

      def named(relation, scope, params)
        model = relation.klass
        known = model.respond_to?(scope) && (scope == :all || !::ActiveRecord::Base.respond_to?(scope))
        raise ArgumentError, "#{model.name} has no scope #{scope.inspect}. Write it there, or give a lambda: scope: -> { where(...) }" unless known

        checked(relation.public_send(scope, *params), model, scope.inspect)
      end

      def checked(result, model, scope)
        return result if result.is_a?(::ActiveRecord::Relation) && result.klass == model

        raise ArgumentError, "#{scope} of #{model.name} gave #{result.class}; a scope gives a relation of #{model.name}"
      end
      private_class_method :named, :checked
    end
  end
end
