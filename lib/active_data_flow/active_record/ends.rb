# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # What tables, models and relations are as the ends of a flow.
    module Ends
      module_function

      # @param given [Symbol, String, Class, ::ActiveRecord::Relation]
      # @param line [Flow::SourceLine]
      # @param flow [Base]
      # @param premises [Engine::Premises, nil]
      # @return [SourceEnd]
      # @raise [ConfigurationError] for rows that are no table's, or have no order that they could be read in
      def source(given, line, flow, premises = nil)
        relation = given.respond_to?(:to_sql) ? given : Table.find(given, **place(line), premises:).model.all
        relation = scoped(relation, line.scope, flow)
        refuse_eager_loading(relation, flow) if relation.eager_loading?
        SourceEnd.new(relation, line, flow, premises)
      rescue ArgumentError => error
        raise ArgumentError, "#{Flow.label(flow.class)}: source #{given.inspect}: #{error.message}"
      end

      # @param given [Symbol, String, Class]
      # @param line [Flow::SinkLine]
      # @param flow [Base]
      # @param premises [Engine::Premises, nil]
      # @return [SinkEnd]
      def sink(given, line, flow, premises = nil)
        SinkEnd.new(Table.find(given, **place(line), premises:), line, flow)
      rescue ArgumentError => error
        raise ArgumentError, "#{Flow.label(flow.class)}: sink #{given.inspect}: #{error.message}"
      end

      def place(line) = {connection: line.connection, role: line.role, shard: line.shard}

      def scoped(relation, scope, flow)
        case scope
        when nil then relation
        when Proc then relation.instance_exec(&scope)
        else named_scope(relation, scope)
        end
      end

      # Its columns are called t0_r0 and so on, and what is loaded beside a row is none of it.
      def refuse_eager_loading(relation, flow)
        raise ConfigurationError, "#{Flow.label(flow.class)}: source #{relation.klass.name} loads other records beside its rows (eager_load, or includes with references), " \
          "and a flow takes columns. Write: left_outer_joins(...) with .select(...) of the columns that are wanted, or a lookup"
      end

      def named_scope(relation, scope)
        return relation.public_send(scope) if relation.klass.respond_to?(scope)

        raise ArgumentError, "#{relation.klass.name} has no scope #{scope.inspect}. Write it there, or give a lambda: scope: -> { where(...) }"
      end
      private_class_method :place, :scoped, :refuse_eager_loading, :named_scope
    end
  end
end
