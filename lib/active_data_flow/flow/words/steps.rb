# frozen_string_literal: true

module ActiveDataFlow
  module Flow
    module Words
      # The words for what happens to a row between source and sink, in the order written. All but `transform` and
      # `transform_batch` say what they do, so they run in Rust and, where the database can do the same, as SQL.
      module Steps
        FORMS = %i[row hash].freeze
        MISSING = %i[null reject filter].freeze
        private_constant :FORMS, :MISSING

        # Gives columns other names.
        #   rename "E-Mail" => :email
        # @return [void]
        def rename(**names) = add_step(:rename, names: pairs(:rename, names) { |new_name| column(new_name) })

        # Turns columns into another type, strictly: "12abc" is a reject, not 12.
        #   cast amount: :decimal
        # @param types [Hash{Symbol => Symbol}] :string, :integer, :float, :decimal, :boolean, :date, :time, :datetime,
        #   :uuid, :json or :binary
        # @return [void]
        def cast(**types) = add_step(:cast, types: pairs(:cast, types) { |type| Types.checked(type, self) })

        # Sets columns that are NULL.
        # @return [void]
        def default(**values) = add_step(:default, values: pairs(:default, values) { |value| value })

        # Sets columns, to a value or to what a lambda returns, which is called once per run, on the flow.
        #   set account_id: -> { upload.account_id }
        # @return [void]
        def set(**values) = add_step(:set, values: pairs(:set, values) { |value| value })

        # Goes on with these columns only.
        # @return [void]
        def keep(*names) = add_step(:keep, names: columns(:keep, names))

        # Goes on without these columns.
        # @return [void]
        def drop(*names) = add_step(:drop, names: columns(:drop, names))

        # Goes on with the rows that fit: a value, nil, an Array, a Range, a lambda (called once per run, on the flow)
        # which returns one of these; or an expression.
        #   filter state: %w[paid sent]
        #   filter { |row| row[:total] > 10 }
        # @return [void]
        def filter(**wanted, &block)
          unless wanted.empty? ^ block.nil?
            raise ArgumentError, "#{Flow.label(self)}: filter takes columns or a block, not both and not neither. " \
              "Write filter state: \"paid\", or filter { |row| row[:total] > 10 }."
          end
          return add_step(:filter, expression: expression(:filter, block)) if block

          pairs(:filter, wanted) { |value| value }.each { |name, value| Wanted.tree({name => value}, "filter, #{author_line}") unless value.is_a?(Proc) }
          add_step(:filter, wanted: pairs(:filter, wanted) { |value| value })
        end

        # Sets a column to what an expression gives. The block is called once, while the class loads.
        #   derive(:total) { |row| row[:net] + row[:tax] }
        # @return [void]
        def derive(name, &block)
          raise ArgumentError, "#{Flow.label(self)}: derive(:#{name}) needs a block, e.g. derive(:#{name}) { |row| row[:net] + row[:tax] }" unless block

          add_step(:derive, name: column(name), expression: expression(:"derive(:#{name})", block))
        end

        # Takes columns out of another table.
        #   lookup :customers, on: {customer_id: :id}, take: {name: :customer_name}
        # @param on [Hash] ours => theirs; unique there
        # @param take [Hash] theirs => ours
        # @param missing [Symbol] :null, :reject or :filter, where there is no such row
        # @return [void]
        def lookup(name, on: nil, take: nil, missing: :null, connection: nil)
          check_lookup(name, on:, take:)
          unless MISSING.include?(missing)
            raise ArgumentError, "#{Flow.label(self)}: lookup missing: is #{Operations::Spelling.list(MISSING)}, not #{missing.inspect}."
          end

          add_step(:lookup, name:, on: pairs(:lookup, on) { |theirs| column(theirs) },
            take: pairs(:lookup, take) { |ours| column(ours) }, missing:, connection:)
        end

        # Replaces texts by their HMAC-SHA256 under `config.mask_secret`, 32 hex digits; NULL stays.
        # @return [void]
        def mask(*names) = add_step(:mask, names: columns(:mask, names))

        # Ruby, for each row.
        #
        #   transform { |row| row[:email] = row[:email].downcase }
        #   transform(as: :hash) { |hash| hash.merge(source: "import") }
        #
        # @param as [Symbol] :row, a lazy row: `row[:a]`, `row[:a] = v`, `row.to_h`, `row.filter_out`; or :hash, a Hash
        #   with Symbol keys: the Hash returned is the row, nil filters it
        # @return [void]
        def transform(as: :row, &block)
          raise ArgumentError, "#{Flow.label(self)}: transform needs a block, or write def transform(row)." unless block
          raise ArgumentError, "#{Flow.label(self)}: transform as: is :row or :hash, not #{as.inspect}." unless FORMS.include?(as)

          add_step(:transform, form: as, method: as_method(block))
        end

        # Ruby, for each batch of columns: `b.size`, `b[:a]` an Array, `b[:a] = Array`.
        # @return [void]
        def transform_batch(&block)
          raise ArgumentError, "#{Flow.label(self)}: transform_batch needs a block, e.g. transform_batch { |b| b[:total] = ... }" unless block

          add_step(:transform_batch, block:)
        end

        private

        # `def transform(row)` is a step where it stands.
        def method_added(name)
          super
          return if name != :transform || declarations.steps.any? { |step| step.arguments[:method] == :transform }

          add_step(:transform, form: :row, method: :transform)
        end

        # A method costs a quarter of instance_exec, and this one is called for each row.
        def as_method(block)
          name = :"__transform_#{declarations.steps.size}_#{object_id}"
          case block.arity
          when 1, -1 then define_method(name, &block)
          when 0 then define_method(name) { |_row| instance_exec(&block) }
          else raise ArgumentError, "#{Flow.label(self)}: transform's block takes one parameter, the row."
          end
          private name
          name
        end

        def add_step(word, **arguments)
          declaring(word)
          declarations.steps << Step.new(word:, arguments: arguments.freeze, at: author_line)
          nil
        end

        # Where the author wrote it: the first line outside of this gem.
        def author_line
          where = caller_locations.find { |location| !location.path.to_s.start_with?(ROOM) }
          where ? "#{File.basename(where.path)}:#{where.lineno}" : "?"
        end

        def check_lookup(name, **pairs)
          unless name.is_a?(Symbol) || name.is_a?(String) || name.is_a?(Class)
            raise ArgumentError, "#{Flow.label(self)}: lookup takes the name of a table or a model, or a model class, not #{name.class}. " \
              "Of only some rows of it make a model with a default_scope."
          end

          pairs.each do |option, given|
            next if given.is_a?(Hash) && given.any?

            raise ArgumentError, "#{Flow.label(self)}: lookup #{option}: takes columns in pairs, not #{given.nil? ? "nothing" : given.inspect}. " \
              "Write: lookup :customers, on: {customer_id: :id}, take: {name: :customer}"
          end
        end

        def expression(word, block) = Expression.record(block, word:, at: author_line)

        def pairs(word, given)
          raise ArgumentError, "#{Flow.label(self)}: #{word} needs columns, e.g. #{word} a: ..." if given.empty?

          given.to_h { |name, value| [column(name), yield(value)] }.freeze
        end

        def columns(word, names)
          list = names.flatten
          raise ArgumentError, "#{Flow.label(self)}: #{word} needs the names of columns, e.g. #{word} :id, :total" if list.empty?

          list.map { |name| column(name) }.freeze
        end

        def column(name)
          return -name.to_s if name.is_a?(Symbol) || (name.is_a?(String) && !name.empty?)

          raise ArgumentError, "#{Flow.label(self)}: a column's name is a Symbol or a String, not #{name.inspect}."
        end
      end

      Operations::OptionNames.told_by(Steps)

      # The folder whose lines are ours, not the author's.
      ROOM = File.expand_path("../../..", __dir__)
      private_constant :ROOM
    end
  end
end
