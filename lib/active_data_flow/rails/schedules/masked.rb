# frozen_string_literal: true

module ActiveDataFlow
  module Rails
    module Schedules
      # The text of a YAML file with ERB in it, made readable as YAML without evaluating anything: every line and every
      # column stays where it is.
      module Masked
        # @param text [String]
        # @return [String] a tag that has its lines to itself is a comment, another one a word, or nothing where it prints nothing
        def self.erb(text)
          text.gsub(/^([ \t]*)(<%.*?%>)(?=[ \t]*\r?$)|<%.*?%>/m) do |tag|
            next "#{$1}#{filled($2, "#")}" if $2

            filled(tag, tag.start_with?("<%=") ? "x" : " ")
          end
        end

        def self.filled(tag, sign) = tag.gsub(/[^\r\n]/, sign)
        private_class_method :filled
      end
    end
  end
end
