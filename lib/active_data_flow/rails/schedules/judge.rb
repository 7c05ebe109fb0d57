# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # What SolidQueue says about an entry: the validations of its own model. The database at hand is most often that of a
      # development machine and has no tables of SolidQueue's, so the model is asked without any.
      module Judge
        TEXTS = %i[key class_name command schedule queue_name description].freeze
        private_constant :TEXTS

        # @param key [String, Symbol]
        # @param options [Hash{Symbol => Object}] as they stand in the file
        # @return [Array<String>] what is wrong with it
        def self.objections(key, options)
          task = model.from_configuration(key, **options)
          task.valid? ? [] : task.errors.full_messages
        end

        def self.model
          @model ||= Class.new(::SolidQueue::RecurringTask) do
            extend WithoutTable

            self.primary_key = :key
            TEXTS.each { |name| attribute name, ::ActiveModel::Type::String.new }
            attribute :priority, ::ActiveModel::Type::Integer.new
            attribute :static, ::ActiveModel::Type::Boolean.new
            attribute :arguments, ::ActiveModel::Type::Value.new
          end
        end
        private_class_method :model

        # Answers what ActiveRecord would ask the database.
        module WithoutTable
          # Errors name the attributes as those of SolidQueue's model.
          def model_name = superclass.model_name

          # Else the attributes of the class above would be asked for as well.
          def base_class = self

          # @return [true]
          def table_exists? = true

          private

          def load_schema!
            @columns_hash = {}.freeze
            # Rails 7.1 adds the attributes in the method that this one replaces; later ones look them up.
            return unless respond_to?(:attributes_to_define_after_schema_loads)

            attributes_to_define_after_schema_loads.each do |name, (type, default)|
              define_attribute(name, (Proc === type) ? type[type_for_attribute(name)] : type, default:)
            end
          end
        end
        private_constant :WithoutTable
      end
    end
  end
end
