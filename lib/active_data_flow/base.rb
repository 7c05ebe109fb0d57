# frozen_string_literal: true

module ActiveDataFlow
  # A flow: rows from a source, through steps, into a sink, in batches behind a cursor.
  #
  #   class OrderExportFlow < ActiveDataFlow::Base
  #     source :orders, scope: :paid
  #     derive(:total) { |row| row[:net] + row[:tax] }
  #     sink :order_exports, key: :id
  #   end
  #   OrderExportFlow.run_now
  #
  # What people write is the class. An instance is one attempt at one run: blocks run with it as self.
  class Base
    include Operations::Machine::Attributes
    include Operations::Machine::Models
    include Operations::Machine::Validations
    extend Flow::Words::Ends
    extend Flow::Words::Steps
    extend Flow::Words::Options
    extend Flow::Running

    class << self
      # An abstract class is a base for others: it is neither registered nor run.
      attr_writer :abstract_class

      # @return [Boolean]
      def abstract_class? = @abstract_class == true
      alias_method :abstract_class, :abstract_class?

      # @return [String] the name under which runs are stored: "OrderExportFlow" is "order_export"
      def flow_name = @flow_name || Flow.stored_name(self)

      # @param name [String, Symbol]
      def flow_name=(name)
        @flow_name = name.to_s
      end

      # @private
      def declarations = @declarations ||= Flow::Declarations.new

      # @private Closes the declarations; called at the first use.
      # @return [Flow::Declarations]
      # @raise [ConfigurationError] when the class cannot run
      def declared
        raise ConfigurationError, "#{Flow.label(self)} is abstract; run one of its subclasses" if abstract_class?
        return declarations if declarations.frozen?

        Flow::Check.call(self)
        freeze_attribute_tables
        declarations.close
      end

      # @private What neither an argument nor a model may be called: what a flow has itself, and the keywords of {#run_now},
      #   {#preview} and their like.
      def reserved_attribute_names = %i[attributes models errors arguments current_run restart rows wait]

      # @private
      def required_arguments
        rules = validation_rules.select { |rule| rule.is_a?(Operations::Validations::Presence) && rule.always? }
        (rules.flat_map(&:names).map(&:to_s) & (attribute_names + model_names)).reject { |name| attribute_definitions[name]&.default? }
      end

      # @private
      def declaring(word)
        return unless declarations.frozen?

        raise ConfigurationError, "#{Flow.label(self)} has run already, so #{word} comes too late: " \
          "declare the whole flow in its class body, before its first use"
      end

      private

      def inherited(subclass)
        super
        subclass.send(:copy_attribute_tables, self)
        subclass.send(:copy_validation_tables, self)
        subclass.instance_variable_set(:@declarations, declarations.dup)
      end
    end

    # @return [Run, nil] the run that this instance works for
    attr_reader :current_run

    # @param arguments [Hash] attributes and models of the class
    # @raise [Operations::Task::UnknownAttributeError] naming what the class has
    # @raise [Operations::ValidationError]
    def initialize(**arguments)
      self.class.declared
      initialize_attributes(arguments)
      validate!
    end

    # @return [Hash{String => Object}] the arguments as they are stored, JSON-safe
    def arguments = Flow::Arguments.stored(self)

    # Runs the flow here and now. See {Flow::Running#run_now}.
    # @yieldparam run [Run] after each commit
    # @return [Run]
    def run(restart: false, &progress) = Engine::Start.new(self, restart:, progress:).call

    # Has a job run the flow. See {Flow::Running#enqueue_now}.
    # @param wait [Numeric, ActiveSupport::Duration] seconds
    # @return [Run]
    def enqueue(wait: 0) = Engine::Enqueuing.all([self], wait: Operations::Duration.us(wait, :wait) / 1e6).first

    # @private Lets a job carry batches of a run over.
    # @param cursor [String, nil] what the job remembers; it mirrors the run's, which is asked, since after a kill it is older
    # @return [Symbol] (see Engine::Attempt#ending)
    def run_batch(row:, context:, cursor: nil, start: Engine::Start.new(self)) = start.resume(row, context)

    # @private
    def _run_as(run)
      @current_run = run
      self
    end

    def inspect = "#<#{Flow.label(self.class)} #{attributes.merge(models.transform_values(&:class)).inspect}>"
  end
end
