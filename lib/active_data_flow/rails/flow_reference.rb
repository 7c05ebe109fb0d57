# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    # What the argument of a job says which flow is meant: jobs of ours bring the flow's row by its GlobalID, a schedule brings a
    # text, people what they have.
    module FlowReference
      ID = /\A(\d+|\h{8}(-\h{4}){3}-\h{12})\z/
      private_constant :ID

      class << self
        # @param given [DataFlow, Class, Integer, String] row, class, id, GlobalID or name
        # @return [Class, nil] nil where the row of that id was deleted
        # @raise [ConfigurationError] for a flow that there is not
        def find(given)
          case given
          when Class then flow(given)
          when Integer, ID then DataFlow.find_by(id: given)&.flow_class
          when %r{\Agid://} then located(given)&.flow_class
          when String then Flow::Registry.fetch(given)
          else flow_row(given).flow_class
          end
        end

        private

        def flow(given)
          return given if given < Base

          raise ConfigurationError, "a job of flows takes a flow (a subclass of ActiveDataFlow::Base), not #{given.name || given.inspect}"
        end

        def located(gid)
          flow_row(::GlobalID::Locator.locate(gid))
        rescue ::ActiveRecord::RecordNotFound
          nil
        end

        def flow_row(given)
          return given if given.is_a?(DataFlow)

          raise ConfigurationError, "a job of flows takes a flow, its DataFlow, GlobalID, id or name, not #{given.inspect}"
        end
      end
    end
  end
end
