# frozen_string_literal: true

module Operations
  module Machine
    # The words of the class.
    module DrawingOfClass
      # @return [String] a Mermaid flowchart
      def to_mermaid = plan.to_mermaid([], nil, nil)

      # @return [String] a Graphviz digraph
      def to_dot = plan.to_dot([], nil, nil)
    end

    # The flowchart as a picture: of the class, or of one task with the path it took.
    module Drawing
      # @return [String] a Mermaid flowchart with the path taken and the current state marked
      def to_mermaid = @_plan.to_mermaid(*_path)

      # @return [String] a Graphviz digraph with the path taken and the current state marked
      def to_dot = @_plan.to_dot(*_path)

      private

      # The states it passed, each with what moved it on.
      def _path
        stays = _trail_now.each_slice(History::FIELDS).map { |state, _at, _outcome, by| [state, by] }
        [stays, @current_state, CODES[@_status]]
      end
    end
  end
end
