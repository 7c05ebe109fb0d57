# frozen_string_literal: true

# The least that can have attributes, models and validations: what Operations::Task and flows do, and nothing else.
class AttributeHost
  include Operations::Machine::Attributes
  include Operations::Machine::Models
  include Operations::Machine::Validations

  def self.inherited(subclass)
    super
    subclass.send(:copy_attribute_tables, self)
    subclass.send(:copy_validation_tables, self)
  end

  # A subclass with a name, since messages have it.
  def self.declare(name = "Order", &body)
    Class.new(self) do
      define_singleton_method(:name) { name }
      class_exec(&body)
    end
  end

  def self.restore(attributes, models = nil) = allocate.tap { |host| host.restore_data(attributes, models) }

  def initialize(**given) = initialize_attributes(given)

  # As a storage would: what it keeps, and what it gives back.
  def saved
    stored = Marshal.load(Marshal.dump([serialised_attributes, serialised_models]))
    data_saved!
    self.class.restore(*stored)
  end
end

# Records that a storage can find again, in memory.
class AttributeRecord
  attr_reader :id

  def self.records = @records ||= {}

  def self.find_by(id:) = records[id] || subclasses.filter_map { |subclass| subclass.find_by(id:) }.first

  def self.find(id) = find_by(id:) || raise(KeyError, "no #{name} #{id}")

  def initialize(id)
    @id = id
    self.class.records[id] = self
  end

  def delete = self.class.records.delete(@id)
end
