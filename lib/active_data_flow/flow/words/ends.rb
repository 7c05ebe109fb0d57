# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    module Words
      # The words that say where rows come from and where they go. They only remember what the author wrote, and refuse
      # what can be seen to be wrong while the class loads; names are looked up at the first use.
      module Ends
        MODES = %i[insert insert_only upsert update_only mirror delete].freeze
        ORDERS = %i[asc desc].freeze
        private_constant :ORDERS

        # Where the rows come from.
        #
        #   source :orders, scope: :paid
        #   source { Order.joins(:customer).where(customer: {country:}) }
        #   source [{id: 1, name: "Ada"}]
        #
        # @param name [Symbol, String, Class, Connector::Source, Enumerable<Hash>, nil] a model (by its class name) or
        #   table, a connector, or rows
        # @param scope [Symbol, Proc, nil] a scope of the model
        # @param cursor [Symbol, Array<Symbol>, nil] unique columns to read along; default the primary key
        # @param order [Symbol, Array<Symbol>] :asc or :desc, one for all columns of the cursor or of a composite primary key,
        #   or one for each
        # @param connection [String, nil] name of the class whose database it is
        # @param role [Symbol, nil] as in `connected_to`
        # @param shard [Symbol, nil] as in `connected_to`
        # @yield at each start or resume, with the flow as self; gives any of what `name` may be, or a relation
        # @raise [ArgumentError] for what cannot be a source
        # @return [void]
        def source(name = nil, scope: nil, cursor: nil, order: :asc, connection: nil, role: nil, shard: nil, &block)
          declaring(:source)
          refuse_no_end(:source, name, block)
          refuse_relation(name)
          cursor = column_names(:source, :cursor, cursor)
          declarations.source = SourceLine.new(name: checked_source(name), block:, scope:, cursor:,
            order: orders(order, cursor), connection:, role:, shard:)
        end

        # Where the rows go. A further `sink` adds one: a row goes to all of them or to none. The first of a subclass takes the
        # place of the inherited ones.
        #
        #   sink :order_exports, key: :number
        #   sink { ActiveDataFlow::JSONLSink.new("orders.jsonl") }
        #
        # @param name [Symbol, String, Class, Connector::Sink, #call, nil]
        # @param key [Symbol, Array<Symbol>, nil] unique columns by which a row is found again; default the primary key
        # @param mode [Symbol, nil] :insert, :insert_only, :upsert (default), :update_only, :mirror or :delete
        # @param callbacks [Boolean] write through the model, row by row, with its validations and callbacks
        # @param record_timestamps [Boolean] set created_at and updated_at where the rows do not bring them
        # @param max_deletes [Integer, Float, nil] how many rows, or which share of those read, a run may delete; nil: no bound. By
        #   default 0.2 for a mirror, and no bound for mode :delete
        # @yield with the flow as self; gives any of what `name` may be. With a parameter it is the sink itself: it
        #   is called with each row
        # @raise [ArgumentError] for what cannot be a sink
        # @return [void]
        def sink(name = nil, key: nil, mode: nil, callbacks: false, record_timestamps: true, max_deletes: :by_mode,
          connection: nil, role: nil, shard: nil, &block)
          declaring(:sink)
          refuse_no_end(:sink, name, block)
          declarations.add_sink(SinkLine.new(name: checked_sink(name), block:, key: column_names(:sink, :key, key),
            mode: checked_mode(mode), callbacks:, record_timestamps:, max_deletes: checked_deletes(max_deletes),
            connection:, role:, shard:))
          refuse_partial_mirror
        end

        # The mode of the only sink; see {#sink}.
        def mode(name)
          declaring(:mode)
          declarations.mode = checked_mode(name)
          refuse_partial_mirror
        end

        private

        def refuse_no_end(word, name, block)
          return if name.nil? ^ block.nil?

          raise ArgumentError, "#{Flow.label(self)}: #{word} takes a name or a block, not #{name.nil? ? "nothing" : "both"}. " \
            "Write #{word} :orders, or #{word} { ... }."
        end

        # Every relation answers these, whatever brought it.
        def refuse_relation(name)
          return unless name.respond_to?(:to_sql) && name.respond_to?(:klass)

          raise ArgumentError, "a relation is read while the class loads and goes stale on reload. " \
            "Write: source { #{name.klass.name}... }"
        end

        def checked_source(name)
          return name if name.nil? || name.is_a?(Symbol) || name.is_a?(String) || name.is_a?(Class) || name.is_a?(Enumerable) || name.respond_to?(:fetch)

          raise ArgumentError, "#{Flow.label(self)}: source takes a table or model name, a model class, a connector or " \
            "an Enumerable of Hashes, not #{name.inspect}."
        end

        def checked_sink(name)
          return name if name.nil? || name.is_a?(Symbol) || name.is_a?(String) || name.is_a?(Class) || name.respond_to?(:write) || name.respond_to?(:call)

          raise ArgumentError, "#{Flow.label(self)}: sink takes a table or model name, a model class, a connector or " \
            "something to call with each row, not #{name.inspect}."
        end

        def column_names(word, option, given)
          return if given.nil?

          names = Array(given)
          return names.map { |name| -name.to_s } if names.any? && names.all? { |name| name.is_a?(Symbol) || name.is_a?(String) }

          raise ArgumentError, "#{Flow.label(self)}: #{word} #{option}: takes a column or an Array of columns, not #{given.inspect}."
        end

        # How many columns a primary key has, the table says.
        def orders(given, cursor)
          list = Array(given)
          stranger = list.find { |order| !ORDERS.include?(order) }
          raise ArgumentError, "#{Flow.label(self)}: order: is :asc or :desc, not #{stranger.inspect}." if stranger || list.empty?
          return list if list.size == 1 || cursor.nil? || list.size == cursor.size

          raise ArgumentError, "#{Flow.label(self)}: order: has #{list.size} directions for #{cursor.size} " \
            "cursor column#{"s" unless cursor.one?}. Give one for all, or one for each in cursor:."
        end

        def checked_mode(name)
          return name if name.nil? || MODES.include?(name)

          raise ArgumentError, "#{Flow.label(self)}: there is no mode #{name.inspect}; there are #{Operations::Spelling.list(MODES)}." \
            "#{Operations::Spelling.hint(name, MODES)}"
        end

        def checked_deletes(given)
          fits = given.nil? || given == :by_mode || (given.is_a?(Integer) && !given.negative?) || (given.is_a?(Float) && (0.0..1.0).cover?(given))
          return given if fits

          raise ArgumentError, "#{Flow.label(self)}: max_deletes: is a number of rows (500), a share of the rows read (0.2) " \
            "or nil for no bound, not #{given.inspect}."
        end

        def refuse_partial_mirror
          mirrors = declarations.sinks.any? { |line| line.mode == :mirror } || declarations.mode == :mirror
          return unless mirrors && declarations.read.kind != :all

          raise ArgumentError, "mode :mirror deletes what a complete read has not seen; read :#{declarations.read.kind} is " \
            "never complete. Use read :all, or mode :upsert."
        end
      end

      Operations::OptionNames.told_by(Ends)
    end
  end
end
