# frozen_string_literal: true

require "json"

module Operations
  module Storage
    class ActiveRecord < Base
      # The column `data`, in the format of the gem's ancestor: a JSON Hash with the attributes by name, a model as
      # `"user_id" => "modelid-gid://app/User/7"`, a list of models as such texts with commas in `"readers_array"`, and
      # the error. A model that has no GlobalID stands there as `{"id": 7, "type": "User"}`.
      module DataColumn
        PREFIX = "modelid-"
        GID = %r{\Agid://[^/]+/([^/]+)/([^?]+)}
        FAILURE = %w[exception_class exception_message exception_backtrace].freeze
        private_constant :PREFIX, :GID, :FAILURE

        module_function

        # @param task [Operations::Task]
        # @return [String] JSON
        # @raise [Error] for an attribute with text that JSON cannot hold
        def of(task)
          task._refuse_other_text
          data = {**task.serialised_attributes}
          models = task.serialised_models
          each_key(task.class) { |name, key, list| data[key] = write(models[name], list) if models.key?(name) }
          FAILURE.each { |name| data[name] = plain(task.public_send(name)) } if task.exception_class
          JSON.generate(data)
        end

        # @param text [String, nil] JSON
        # @return [Array] attributes, models and the error (or nil), as {Operations::Task.from_row} takes them
        def read(task_class, text)
          data = text ? JSON.parse(text) : {}
          failure = FAILURE.map { |name| data.delete(name) }
          models = {}
          each_key(task_class) { |name, key, list| models[name] = read_models(data.delete(key), list) if data.key?(key) }
          [data, models, (with_lines(failure) if failure.first)]
        end

        # @param gid [String] a GlobalID's text
        # @return [Hash, nil] :id, :type and :gid
        def reference(gid)
          type, id = GID.match(gid)&.captures
          return unless id

          id = URI.decode_uri_component(id)
          {id: id.match?(/\A(0|[1-9]\d{0,18})\z/) ? Integer(id) : id, type:, gid:}
        end

        # An attribute of the author's may have the name already.
        def each_key(task_class)
          task_class.model_definitions.each do |name, definition|
            key = definition.list? ? "#{name}_array" : "#{name}_id"
            yield name, task_class.attribute_definitions.key?(key) ? "#{name}_model" : key, definition.list?
          end
        end

        def write(models, list)
          return models && write_one(models) unless list

          texts = Array(models).map { |model| write_one(model) }
          texts.all?(String) ? texts.join(",") : texts
        end

        def write_one(model) = model["gid"] ? "#{PREFIX}#{model["gid"]}" : model

        def read_models(stored, list)
          return stored && read_one(stored) unless list

          (stored.is_a?(String) ? stored.split(",") : Array(stored)).map { |one| read_one(one) }
        end

        def read_one(stored)
          return stored unless stored.is_a?(String)

          reference(stored.delete_prefix(PREFIX))&.transform_keys(&:name) || {"id" => stored, "type" => nil}
        end

        # An error's text may hold any bytes, and a failure that could not be stored would be run again for ever.
        def plain(text) = text&.encode(Encoding::UTF_8, invalid: :replace, undef: :replace)

        # The ancestor stored the lines as an Array is inspected.
        def with_lines(failure)
          lines = failure.last
          failure[2] = JSON.parse(lines).join("\n") if lines&.start_with?("[\"")
          failure
        rescue JSON::ParserError
          failure
        end
        private_class_method :each_key, :write, :write_one, :read_models, :read_one, :plain, :with_lines
      end
    end
  end
end
