# frozen_string_literal: true

require_relative "../../active_record"

module ActiveDataFlow
  module Connector
    class Source
      # Records of a model, as {Message::Untyped}: their attributes as the model casts them, with `model:` (its name) and
      # `id:` as metadata. They are read by the primary key.
      #
      #   ActiveDataFlow::ActiveRecordSource.new(model: User, scope: :active)
      #   ActiveDataFlow::ActiveRecordSource.new(model: "Order", scope: :since, scope_params: ["2026-01-01"])
      #   ActiveDataFlow::ActiveRecordSource.new(model: :orders, scope: -> { where(state: "paid") })
      #
      # In a flow `source :orders, scope: :paid` reads the same rows without making records of them.
      class ActiveRecord < self
        # How many rows are asked for at once where nobody says.
        BATCH_SIZE = 1000

        # @return [Class, String, Symbol] as it was given
        attribute :model
        # @return [Symbol, Proc, nil]
        attribute :scope, default: nil
        # @return [Array]
        attribute :scope_params, default: []
        # @return [Integer]
        attribute :batch_size, default: BATCH_SIZE

        # @param model [Class, Symbol, String] a model, or the name of one or of a table
        # @param model_class [Class, Symbol, String] the same
        # @param scope [Symbol, Proc, nil] a scope of the model; a Proc is called with the relation as self
        # @param scope_params [Array] what the scope is called with
        # @param batch_size [Integer] for {#each}
        # @raise [ArgumentError] for what cannot be a model or a scope; names are looked up at the first use
        def initialize(model: nil, model_class: nil, scope: nil, scope_params: [], batch_size: BATCH_SIZE)
          super(model: model || model_class, scope: checked_scope(scope), scope_params: Array(scope_params), batch_size:)
          ActiveDataFlow::ActiveRecord::Table.check_name(self.model)
        end

        # @return [Class]
        # @raise [ArgumentError] when there is neither a model nor a table of that name
        def model_class = table.model

        # @return [Array<Message::Untyped>] in the order of the primary key
        # @raise [IOError] when the database refuses; `cause` is its error
        def fetch(after:, limit:)
          reading do
            rows = after.nil? ? relation : relation.where(model_class.arel_table[key].gt(after))
            rows.reorder(key => :asc).limit(limit).map { |record| message(record) }
          end
        end

        # (see Source#each)
        def each(batch_size: self.batch_size, start_id: nil, &)
          super
        end

        # @return [Integer] how many rows there are; as {Enumerable#count} with an argument or a block
        # @raise [IOError]
        def count(*arguments, &block)
          return super if block || arguments.any?

          reading { relation.count(:all) }
        end

        # @return [Object] the record's id
        def position_of(row) = row.metadata.fetch(:id)

        def to_s = "#{model.is_a?(Class) ? model.name : model}#{" (#{scope.is_a?(Proc) ? "a scope" : scope})" if scope}"

        private

        def table = @table ||= reading { ActiveDataFlow::ActiveRecord::Table.find(model) }

        def key
          keys = table.primary_key
          return keys.first if keys.one?

          raise ArgumentError, "#{table.name} has #{keys.empty? ? "no primary key" : "a primary key of #{keys.size} columns"}; " \
            "#{self.class.label} reads by one of one column. In a flow: source :#{table.name}, cursor: [...]"
        end

        def relation = ActiveDataFlow::ActiveRecord::Scopes.apply(model_class.all, scope, scope_params)

        def message(record)
          Message::Untyped.new(record.attributes.transform_keys(&:to_sym), metadata: {model: record.class.name, id: record.public_send(key)})
        end

        def reading
          yield
        rescue ::ActiveRecord::ActiveRecordError => error
          raise IOError, "reading #{model} failed: #{error.message}"
        end

        def checked_scope(scope)
          return scope if scope.nil? || scope.is_a?(Proc)
          return scope.to_sym if scope.is_a?(Symbol) || scope.is_a?(String)

          raise ArgumentError, "scope: is the name of a scope or a Proc, not #{scope.class}. Write: scope: -> { where(...) }"
        end
      end

      ActiveRecordSource = ActiveRecord
    end
  end

  ActiveRecordSource = Connector::Source::ActiveRecord
end
