# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # A table or relation, read page by page along a unique order.
    class SourceEnd
      include Conditions

      # @return [Table]
      attr_reader :table
      # @return [::ActiveRecord::Relation] without an order of its own, unless it is limited
      attr_reader :relation
      # @return [Array<String>] the cursor's columns
      attr_reader :cursor
      # @return [Array<Symbol>] :asc or :desc, one for each
      attr_reader :directions
      # @return [Array, nil] the last position that anything here reads; nil: to the end
      attr_accessor :upto

      # @param relation [::ActiveRecord::Relation]
      # @param line [Flow::SourceLine]
      # @param flow [Base]
      # @param premises [Engine::Premises, nil]
      # @raise [ConfigurationError] when the cursor is not unique, or may be NULL, or two columns have one name
      def initialize(relation, line, flow, premises = nil)
        @table = Table.new(relation.klass, role: line.role, shard: line.shard, premises:)
        @relation = SourceQuery.of(relation, @table, flow)
        @flow = flow
        @order = ReadingOrder.new(self, line, flow)
        @cursor, @directions = @order.names, @order.directions
      end

      # @return [Boolean] whether rows are as the table has them: no joins, groups, or columns of its own
      def plain?
        @plain ||= @relation.joins_values.empty? && @relation.left_outer_joins_values.empty? && @relation.includes_values.empty? &&
          @relation.select_values.empty? && @relation.group_values.empty? && @relation.limit_value.nil? &&
          @relation.offset_value.nil? && !@relation.distinct_value && @relation.from_clause.empty?
      end

      # @return [Array<Column>]
      def columns = @columns ||= plain? ? @table.columns : columns_of_query

      # @return [Hash{String => String}]
      def types = columns.to_h { |column| [column.name, column.sql_type] }.except(*model_types.keys)

      # @return [Hash{String => Object}] columns that are read through the model, with its types
      def model_types = @model_types ||= columns.select { |column| ModelColumns.type?(column.type) }.to_h { |column| [column.name, column.type] }

      # @return [ModelColumns::Reading, nil] what reads them
      def decoder = (ModelColumns::Reading.new(model_types) if model_types.any?)

      # @return [Hash{String => Cast}] what a model reads in its own way: times in a zone, enums, JSON
      def casts
        @casts ||= columns.reject { |column| model_types.key?(column.name) }.to_h { |column| [column.name, Cast.of(column, dialect)] }.compact
      end

      # @param after [Object, nil] a position
      # @param upto [Array, nil] the last position that is read
      # @return [Reader]
      # @raise [ConfigurationError] when a query's rows are not unique by the cursor
      def reader(after: nil, upto: nil)
        @order.prove unless plain?
        ahead = dialect == :postgresql && upto.nil? && Postgresql::ReadAhead.possible?(self)
        (ahead ? Postgresql::ReadAhead : reader_class).new(self, after:, upto:)
      end

      # @param key [Array<String>] columns
      # @param values [Array<Array>] of each row
      # @return [Engine::Page, nil] these rows as they are now; nil when none is there
      def again(key, values) = reader_class.new(self).again(key, values)

      # @return [Array, nil] the position of the row that is the last one now; nil without rows
      def last_position
        rows = base.reselect(*quoted_cursor.map { |sql| Arel.sql(sql) }).reorder(Arel.sql(order_sql(backwards: true)))
        position_by(rows.limit(1).to_sql)
      end

      # @param position [Array]
      # @return [Integer] rows that are to be read after it
      def count_after(position)
        @table.with_connection { |connection| connection.select_value(window(position, nil).reselect(Arel.sql("count(*)")).to_sql, "ActiveDataFlow mirror").to_i }
      end

      # @param positions [Array<Array>] not empty
      # @param but [Array<Array>] of which none is looked for
      # @return [Array<Array>] those of them at which there is a row now
      def among(positions, but: [])
        rows = window(nil, nil).where(matching(cursor, positions)).reselect(*quoted_cursor.map { |sql| Arel.sql(sql) })
        rows = rows.where("NOT (#{matching(cursor, but)})") if but.any?
        rows = rows.lock("LOCK IN SHARE MODE") if dialect == :mysql # as they are, and not as a transaction found them
        @table.with_connection { |connection| connection.uncached { positions_by(rows.to_sql, positions.size) } }
      end

      # @return [Boolean] whether this is a copy of a database, which may lack rows that are committed
      def replica?
        return true if @table.connected { @table.model.current_role } != ::ActiveRecord.writing_role || pool.db_config.replica?

        dialect == :postgresql && @table.with_connection { |connection| connection.select_value("SELECT pg_is_in_recovery()", "ActiveDataFlow mirror") }
      end

      # @return [Array<String>, nil] the positions of the first row and the last one that a run may read, as they are stored;
      #   nil where it takes more than a look at an index to know them
      def bounds
        return unless plain?

        rows = base.reselect(*quoted_cursor.map { |sql| Arel.sql(sql) }).reorder(Arel.sql(order_sql))
        [position_by(rows.limit(1).to_sql), last_to_read].map { |values| values && position(values) }
      end

      # @param parts [Integer]
      # @param after [Array, nil] a position
      # @return [Array<String>] the places between so many parts of what lies behind it, as they are stored; fewer than that where
      #   there are not as many rows
      def split(parts, after: nil) = Sampling.new(self).places(parts, after).map { |values| position(values) }

      # @param read [Flow::ReadRule]
      # @return [Horizon, nil] what says up to where a run may read; nil: to the end
      # @raise [ConfigurationError] when what is new cannot be found in this order
      def horizon(read) = Horizon.of(self, read)

      # @return [String] for messages
      def label = "#{Flow.label(@flow.class)}: #{@table.name}"

      # @return [Array<String, nil>] the database's types of the cursor's columns
      def cursor_types = types.values_at(*@cursor)

      # @return [Object]
      def pool = @table.pool

      # @return [Symbol]
      def dialect = @table.dialect

      # @return [Hash] what a stored cursor belongs to
      def description
        {kind: "table", table: @table.name, sql: @relation.to_sql, cursor: @cursor, order: @directions.map(&:to_s), **@table.place.slice(:shard)}
      end

      # @return [String] for the plan
      def to_s
        order = @cursor.zip(@directions).map { |name, direction| (direction == :desc) ? "#{name} desc" : name }.join(", ")
        "#{@table.label}#{" where #{where_text}" if where_text} by #{order}"
      end

      # @param after [Array, nil] values of the cursor's columns
      # @param upto [Array, nil] the last position that is still read
      # @param limit [Integer, nil]
      # @param columns [Array<String>, nil] SQL of the select list; nil: all columns by name
      # @param only [String, nil] SQL of a further condition
      # @return [String] SQL of one page
      def page_sql(after: nil, upto: nil, limit: nil, columns: nil, only: nil)
        page = window(after, upto)
        page = page.where(only) if only
        page = page.reselect(*(columns || select_list).map { |sql| Arel.sql(sql) }) if columns || plain?
        page = page.limit(limit) if limit
        page = page.lock if only && dialect == :mysql # as they are, and not as the transaction found them
        page.reorder(Arel.sql(order_sql)).to_sql
      end

      # @param after [Array, nil]
      # @param upto [Array, nil]
      # @return [::ActiveRecord::Relation] the rows between two positions, without an order
      def window(after, upto)
        rows = base
        rows = rows.where(bound(:after, after)) if after
        rows = rows.where(bound(:upto, @upto)) if @upto
        upto ? rows.where(bound(:upto, upto)) : rows
      end

      # @param sql [String] whose one row has the cursor's columns
      # @return [Array, nil] its values, as a reader gives them
      def position_by(sql) = positions_by(sql, 1).first

      # @param sql [String] whose rows have the cursor's columns
      # @param limit [Integer] of which there are no more
      # @return [Array<Array>] their values, as a reader gives them
      def positions_by(sql, limit)
        reader_class.new(self, columns: cursor.map { |name| columns.find { |column| column.name == name } }).all_values(sql, limit)
      end

      # @param values [Array] of the cursor's columns
      # @return [String] as it is stored
      def position(values)
        @kinds ||= cursor.map { |name| "uuid" if types[name]&.match?(/\Auuid\z/i) }
        Native.encode_position((values.size == 1) ? values.first : values, @kinds)
      end

      # @return [Class] how a page is read on this thread's connection
      def reader_class
        case dialect
        when :postgresql then Postgresql::CopyReader
        when :sqlite then door? ? Sqlite::DoorReader : Reader
        else Reader
        end
      end

      # @return [String] "orders"."id"
      def quoted(name)
        @table.with_connection { |connection| plain? ? "#{@table.quoted_name}.#{connection.quote_column_name(name)}" : connection.quote_column_name(name) }
      end

      private

      # A horizon may have its position as the database says it, in texts.
      def last_to_read
        return last_position unless @upto

        @upto.zip(@cursor).map { |value, name| columns.find { |column| column.name == name }.type.cast(value) }
      end

      # What a query brings that is more than one table's rows is read as a table of its own.
      def base
        return @relation if plain?

        @base ||= @table.model.unscoped.from("(#{@relation.to_sql}) #{@table.quoted_name}")
      end

      def select_list = @select_list ||= columns.map { |column| quoted(column.name) }

      def columns_of_query
        @table.with_connection do |connection|
          sql = base.limit(0).to_sql
          known = @table.columns.to_h { |column| [column.name, column] }
          next Postgresql::QueryColumns.of(connection, sql, known) if dialect == :postgresql

          connection.select_all(sql, "ActiveDataFlow columns").columns.map { |name| known[name] || Column.new(name:, sql_type: nil, null: true, default: false, type: ::ActiveModel::Type::Value.new) }
        end
      end

      def door?
        @door = @table.with_connection { |connection| SqliteDoor.read(connection) { |door| !door.nil? } } if @door.nil?
        @door
      end

      def where_text
        @where_text ||= @relation.to_sql[/ WHERE (.*)\z/m, 1]
      end
    end
  end
end
