# frozen_string_literal: true

module Operations
  module Machine
    # The words of the class.
    module SerialisationOfClass
      NEEDED = %i[type status current_state].freeze
      private_constant :NEEDED

      # Restores the class that the record names: this one, or one below it; called on {Task}, any.
      # @param data [Hash] as {Serialisation#to_h} or {Serialisation#to_record} made it; keys may be Strings, times
      #   ISO 8601 text, as a JSON column gives them back
      # @return [Operations::Task]
      # @raise [ArgumentError] for what is no such Hash
      # @raise [Error] for a record of another class, or of none that is registered
      def restore_from(data)
        data = checked_record(data)
        _class_of_record(data[:type]).allocate.tap { |task| task.send(:_restore, data) }
      end

      # @private when a state was entered, of a task that times out then
      def entered_us(timeout_us, created_us)
        (timeout_us && execution_timeout) ? timeout_us - Duration.us(execution_timeout, :timeout) : created_us
      end

      # @private when a task that has been in its state since then times out
      def timeout_us(entered_us) = (entered_us + Duration.us(execution_timeout, :timeout) if execution_timeout)

      # @private as the native store gives it
      def from_row(row, storage, as_stored) = allocate.tap { |task| task._restore_row(row, storage, as_stored) }

      private

      def checked_record(data)
        refuse_other_than_hash(data) unless Hash === data

        data = data.transform_keys(&:to_sym)
        missing = NEEDED.select { |key| (key == :type) ? !data.key?(key) && name : data[key].nil? }
        return data if missing.empty?

        raise ArgumentError, "restore_from was given a Hash without #{Spelling.list(missing)}. It needs #{Spelling.list(NEEDED)}, and " \
          "takes all that to_h, as_json or to_record has"
      end

      def refuse_other_than_hash(data)
        raise ArgumentError, "restore_from takes a Hash as to_h, as_json or to_record made it, not #{data.inspect[0, 60]}" \
          "#{". Write: restore_from(JSON.parse(text))" if String === data}"
      end

      # A class without a name has records without a type.
      def _class_of_record(type)
        return self if type == name && !equal?(Task)

        klass = Registry.fetch(type)
        return klass if klass <= self

        raise Error, "#{attribute_label}.restore_from was given a record of #{klass}, which is not below #{name || "it"}. " \
          "Write: #{klass}.restore_from, or Operations::Task.restore_from for a record of any class"
      end
    end

    # A task as a Hash and back, for storages of every kind.
    module Serialisation
      # @return [Hash] the public fields: `status` a String, times Time, `attributes` and `models` JSON-safe. JSON writes
      #   a Time without its microseconds; use {#as_json} or {#to_json} for that
      def to_h
        {
          id: @id, type:, status: task_status, current_state: @current_state,
          attributes: _copy(serialised_attributes), models: _copy(serialised_models), parent_task_id: @parent_task_id,
          exception_class: @exception_class, exception_message: @exception_message,
          exception_backtrace: @exception_backtrace, created_at:, updated_at:, wake_at:, timeout_at:, delete_at:,
          completed_at:, failed_at:
        }
      end

      # What JSON makes of the task: {#to_h}, its moments as ISO 8601 text with microseconds, which
      # {SerialisationOfClass#restore_from} reads back. Of an error's text, bytes that are no UTF-8 are replaced.
      # @return [Hash{String => Object}]
      # @raise [Error] for an attribute with text that is no UTF-8: JSON would make other text of it
      def as_json(*)
        _refuse_other_text
        to_h.to_h do |name, value|
          value = Types::DateTimeType.text(value) if Time === value
          value = value.encode(Encoding::UTF_8, invalid: :replace, undef: :replace) if name.start_with?("exception_") && value
          [name.name, value]
        end
      end

      # (see #as_json)
      # @return [String] {#as_json} as text
      def to_json(*options)
        require "json"
        as_json.to_json(*options)
      end

      # @return [Hash] {#to_h} and what a storage should keep beside it: `entered_at` (Time), `steps`, `attempts`,
      #   `history` (flat Array, JSON-safe), `unique_key` and `start_key` (String or nil)
      def to_record
        _settle
        to_h.merge(entered_at: Clock.time(@_entered_us), steps: @_steps, attempts: @_attempts, history: _trail_now.dup,
          unique_key: (unique_key unless _finished?), start_key: @start_key)
      end

      # @private
      # @raise [TypeError] always: the flowchart has handles into Rust, which no other process can use
      def marshal_dump
        raise TypeError, "#{self} cannot be marshalled: its class holds handles into Rust. Marshal task.to_record, and read it back by " \
          "Operations::Task.restore_from; or hand over the id, and find it"
      end

      # @private
      # @return [String, nil] equal for tasks that `unique_by` takes for the same
      def unique_key
        names = self.class.unique_names
        return unless names

        require "json"
        require "digest"
        values = names.map { |name| _canonical(_unique_value(name)) }
        "#{type}/#{Digest::SHA256.hexdigest(JSON.generate(values, allow_nan: true))}"
      end

      # @private
      # @param row [Array] of the native store
      # @param as_stored [Boolean] whether this very class stored it, so that its values need no second look
      def _restore_row(row, storage, as_stored)
        _use_chart(self.class.chart)
        @_saved_in = storage
        @id, @_version, _type, life, @parent_task_id, attributes, models, failure, @_trail = row
        @exception_class, @exception_message, @exception_backtrace = failure if failure
        self._life = life
        as_stored ? _start_attribute_data(attributes, models, false) : restore_data(attributes, models)
      end

      # @private
      def _refuse_other_text
        name, value = serialised_attributes.find { |_name, stored| !Types::JsonSafe.utf8?(stored) }
        return unless name

        what = value.is_a?(String) ? "text in #{value.encoding}" : "text"
        raise Error.new("#{self} has #{what} in :#{name} that is no UTF-8, and JSON can hold nothing else. Assign it in UTF-8 " \
          "(#{name}.encode(\"UTF-8\")), or declare bytes: has_attribute :#{name}, :binary", self)
      end

      private

      def _copy(value)
        case value
        when Hash then value.transform_values { |inner| _copy(inner) }
        when Array then value.map { |inner| _copy(inner) }
        when String then value.frozen? ? value : value.dup
        else value
        end
      end

      # @return [Object, nil] what is stored, or what nil reads as
      def _unique_value(name)
        definition = self.class.attribute_definitions[name] or return serialised_models[name]

        value = serialised_attributes[name]
        value.nil? ? definition.beginning : value
      end

      # The same for values that are equal: a Hash in the order of its keys, text that JSON cannot carry as its bytes.
      def _canonical(value)
        case value
        when Hash then value.sort.to_h { |key, inner| [key, _canonical(inner)] }
        when Array then value.map { |inner| _canonical(inner) }
        when String
          text = value.ascii_only? ? value.dup.force_encoding(Encoding::UTF_8) : value
          (text.encoding == Encoding::UTF_8 && text.valid_encoding?) ? text : [text.encoding.name, text.unpack1("H*")]
        else value
        end
      end

      def _restore(data)
        _use_chart(self.class.chart)
        @id = data[:id]
        @parent_task_id = data[:parent_task_id]
        @exception_class, @exception_message, @exception_backtrace =
          data.values_at(:exception_class, :exception_message, :exception_backtrace)
        @start_key = data[:start_key]
        self._life = _life_in(data)
        @_trail = data[:history]&.dup || [@current_state, @_entered_us, History::STAYED, nil]
        restore_data(_copy(data[:attributes] || {}), _copy(data[:models] || {}))
      end

      def _life_in(data)
        moments = %i[wake_at timeout_at delete_at completed_at failed_at].map { |key| Clock.us(data[key]) }
        created = Clock.us(data[:created_at]) || Clock.now_us
        [CODES[_status_named(data.fetch(:status))], data[:current_state].to_s, _entered_in(data, moments[1], created),
          *moments, data[:steps] || 0, data[:attempts] || 0, created, Clock.us(data[:updated_at]) || created]
      end

      # A storage with only the public fields still shows when the state was entered: the timeout counts from there.
      def _entered_in(data, timeout_us, created_us) = Clock.us(data[:entered_at]) || self.class.entered_us(timeout_us, created_us)
    end
  end
end
