# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Types of which the database gives what the model would give.
    PLAIN_TYPES = {sqlite: %i[integer big_integer string text float binary].freeze,
                   postgresql: %i[integer big_integer string text float binary boolean decimal date uuid json jsonb].freeze}.freeze
    private_constant :PLAIN_TYPES

    # One column of a table.
    #
    # name:: String
    # sql_type:: String, as the database names it: "numeric(10,2)"
    # null:: whether it may be NULL
    # default:: whether the database gives a value where none is written
    # type:: the ActiveRecord type by which the model casts it
    # generated:: whether its values are the database's own, and nobody may write it
    Column = Data.define(:name, :sql_type, :null, :default, :type, :generated) do
      def initialize(generated: false, **) = super

      # @param dialect [Symbol]
      # @return [Boolean] whether nobody needs to ask the model
      def plain?(dialect)
        return true if type.instance_of?(::ActiveModel::Type::Value)

        # Enums, serialized and encrypted attributes say the type of what they stand on.
        own = %i[subtype coder scheme].any? { |sign| type.respond_to?(sign) } || !rails?
        !own && (PLAIN_TYPES[dialect] || PLAIN_TYPES[:sqlite]).include?(type.type)
      end

      private

      # A type of the application's says what it stands on as well: an amount in cents is an :integer.
      def rails? = type.class.name.to_s.match?(/\AActive(Model|Record)::/)
    end

    # A table and the model that stands for it: what the engine asks of either end of a flow.
    class Table
      # @return [Class] a model; where the app has none, one that was made here
      attr_reader :model

      # A class is itself. A name is a model's before it is a table's, whatever that model's table is called: :orders, :order
      # and "Order" are Order where there is such a model. With a schema ("sales.orders") it is the table's.
      # @param name [Symbol, String, Class] of a model or a table
      # @param connection [String, Class, nil] the class whose database it is
      # @param role [Symbol, nil] as in `connected_to`
      # @param shard [Symbol, nil] as in `connected_to`
      # @param premises [Engine::Premises, nil] see {#initialize}
      # @return [Table]
      # @raise [ArgumentError] when there is neither a model nor a table of that name
      def self.find(name, connection: nil, role: nil, shard: nil, premises: nil)
        base = connection ? database_class(connection) : ::ActiveRecord::Base
        table = new(name.is_a?(Class) ? checked_model(name) : model_named(name.to_s, base), role:, shard:, premises:)
        table.exists? ? table : refuse(name, table, base)
      end

      # What can be seen of a name without a database.
      # @raise [ArgumentError] for what is neither a name nor a model
      def self.check_name(name)
        return checked_model(name) if name.is_a?(Class)
        return name if (name.is_a?(Symbol) || name.is_a?(String)) && !name.empty?

        raise ArgumentError, "a model is a class, or the name of one or of a table, not #{name.inspect}"
      end

      # @param name [Class, String, #to_s] a class with a database, or what it is called
      # @return [Class]
      # @raise [ArgumentError] where it is none
      def self.database_class(name)
        found = name.is_a?(Class) ? name : constant(name.to_s)
        return found if found.is_a?(Class) && found <= ::ActiveRecord::Base

        raise ArgumentError, "there is no class #{name} whose database could be used"
      end

      def self.refuse(name, table, base)
        database = base.connection_db_config.database
        raise ArgumentError, "the table of #{table.model.name} is #{table.name}, and #{database} has none of that name." if table.named_model?

        raise ArgumentError, "there is neither a model #{name.to_s.classify} nor a table #{table.name} in #{database}.#{Operations::Spelling.hint(name, table.neighbours)}"
      end

      def self.checked_model(model)
        return model if model < ::ActiveRecord::Base && !model.abstract_class?

        raise ArgumentError, "that is the class of a connector. Write: #{model}.new, with its options" if model < Connector::Source || model < Connector::Sink

        raise ArgumentError, "#{model} is no model with a table"
      end

      def self.model_named(name, base)
        # :order_data is OrderData, too, which classify takes for several OrderDatum.
        models = [name, name.classify, name.camelize].uniq.map { |guess| constant(guess) }
        models.find { |model| model?(model) && lives_in?(model, base) && (!name.include?(".") || model.table_name == name) } || table_model(name, base)
      end

      def self.model?(guess) = guess.is_a?(Class) && guess < ::ActiveRecord::Base && !guess.abstract_class?

      # A model brings its database with it, unless another one was asked for.
      def self.lives_in?(model, base) = base.equal?(::ActiveRecord::Base) || model.connection_pool.equal?(base.connection_pool)

      def self.constant(name) = name.match?(/\A(::)?[[:upper:]]/) ? name.safe_constantize : nil

      # A model for a table that the app has none for. Rows are rows here, whatever a column is called.
      def self.table_model(name, base)
        Class.new(base) do
          self.table_name = name
          self.inheritance_column = nil
          define_singleton_method(:name) { "#{MADE}(#{name})" }
        end
      end

      # What a model is called that was made here.
      MADE = "ActiveDataFlow::ActiveRecord::Table"
      private_constant :MADE
      private_class_method :refuse, :checked_model, :model_named, :model?, :lives_in?, :constant, :table_model

      # @param model [Class]
      # @param role [Symbol, nil] as in `connected_to`
      # @param shard [Symbol, nil] as in `connected_to`
      # @param premises [Engine::Premises, nil] of who sees to it that what is remembered still holds; without, the database is
      #   asked anew
      def initialize(model, role: nil, shard: nil, premises: nil)
        @model = model
        @place = {role:, shard:}.compact
        @facts = premises&.rest_on(self)
      end

      # What the database says of the table, and will say until somebody alters it.
      # @param what [Object] which question it is
      # @yield asks
      # @return [Object] as it was answered to this table, or to one before it
      def remembered(what, &) = @facts ? @facts.fetch(what, &) : yield

      # @return [Hash] :role and :shard, where one was named
      attr_reader :place

      # @return [String]
      def name = @model.table_name

      # @return [Database] that it is in
      def database = @database ||= Database.new(@model, **@place)

      # @return [String] for the plan: a model may have a table that one would not look for under its name
      def label = (named_model? && @model.name.demodulize.tableize != name) ? "#{name} (of #{@model.name})" : name

      # @return [Boolean] whether the app has a model for it
      def named_model? = !@model.name.to_s.start_with?(MADE)

      # @return [String]
      def quoted_name = @model.quoted_table_name

      # @return [Object] two tables with the same pool can be written in one transaction
      def pool = connected { @model.connection_pool }

      # @yieldparam connection [::ActiveRecord::ConnectionAdapters::AbstractAdapter] the one of this thread
      def with_connection(&block)
        connected { @model.respond_to?(:with_connection) ? @model.with_connection(&block) : yield(@model.connection) }
      end

      # @yield where the model finds the database of its role and shard
      def connected(&) = @place.empty? ? yield : database.connected(&)

      # @return [Symbol] :postgresql, :sqlite, :mysql or :other
      def dialect
        @dialect ||= case with_connection(&:adapter_name)
        when /postg/i then :postgresql
        when /sqlite/i then :sqlite
        when /mysql|trilogy/i then :mysql
        else :other
        end
      end

      # @return [Boolean] whether there is such a table or view
      def exists? = remembered(:exists) { with_connection { |connection| connection.data_source_exists?(name) } }

      # @return [Array<::ActiveRecord::ConnectionAdapters::Column>] as the adapter knows them
      def adapter_columns = remembered(:columns) { with_connection { |connection| connection.columns(name) } }

      # @return [Array<String>] other tables there, for a hint
      def neighbours = with_connection(&:tables)

      # The model asks for its table, the first time, where this one is: another shard may have none of that name.
      # @return [Array<Column>]
      def columns = @columns ||= connected { adapter_columns.map { |column| column_of(column) } }

      # @return [Array<String>]
      def column_names = columns.map(&:name)

      # @return [Column, nil]
      def column(name) = columns.find { |column| column.name == name }

      # @param names [Array<String>]
      # @return [Hash{String => Object}] the types of those columns whose values only the model can make
      def model_types(names) = columns.select { |column| names.include?(column.name) && ModelColumns.type?(column.type) }.to_h { |column| [column.name, column.type] }

      # @return [Array<String>] empty for a table without one, and for a view
      def primary_key
        @primary_key ||= Array(connected { @model.primary_key } || remembered(:primary_keys) { with_connection { |connection| connection.primary_keys(name) } })
      end

      # @return [Array<Array<String>>] what is unique there for all rows: the primary key, and the columns of unique indexes
      #   that are neither partial nor over expressions
      def unique_keys
        @unique_keys ||= [primary_key, *indexed_keys].reject(&:empty?).uniq
      end

      # @return [Boolean] whether no two rows can have the same values in these columns
      def unique?(names) = unique_keys.any? { |key| (key - names).empty? }

      private

      def column_of(column)
        Column.new(name: column.name, sql_type: full_type(column), null: column.null,
          default: !column.default.nil? || !column.default_function.nil? || generated?(column) || numbered?(column),
          type: @model.type_for_attribute(column.name), generated: generated?(column))
      end

      def indexed_keys
        return Sqlite::UniqueIndexes.of(self).map(&:keys) if dialect == :sqlite

        indexes = remembered(:indexes) { with_connection { |connection| connection.indexes(name) } }
        indexes.select { |index| index.unique && index.where.nil? && index.columns.is_a?(Array) }.map(&:columns)
      end

      # ActiveRecord takes the brackets of PostgreSQL's arrays away.
      def full_type(column) = (column.respond_to?(:array) && column.array) ? "#{column.sql_type}[]" : column.sql_type

      def generated?(column) = column.respond_to?(:virtual?) && column.virtual?

      def numbered?(column)
        (column.respond_to?(:auto_incremented_by_db?) && column.auto_incremented_by_db?) ||
          (dialect == :sqlite && primary_key == [column.name] && column.sql_type.match?(/\Aint/i))
      end
    end
  end
end
