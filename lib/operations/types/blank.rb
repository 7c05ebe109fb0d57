# frozen_string_literal: true

module Operations
  module Types
    SPACE = /\A[[:space:]]*\z/
    private_constant :SPACE

    # Nothing worth having: nil, false, text of white space, or something empty, as Rails' `blank?` has it.
    # @return [Boolean]
    def self.blank?(value)
      return blank_text?(value) if String === value

      case value
      when nil, false then true
      when Numeric, true, Time then false
      else blank_object?(value)
      end
    end

    # Bytes that are no text are something, and a pattern cannot look at them.
    def self.blank_text?(text)
      first = text.getbyte(0)
      return true if first.nil?
      return false if first > 32 && first < 128 && text.encoding == Encoding::UTF_8 # nearly all texts end here
      return false unless text.valid_encoding?

      SPACE.match?(text.encoding.ascii_compatible? ? text : text.encode(Encoding::UTF_8))
    end

    def self.blank_object?(value)
      question = %i[blank? empty?].find { |candidate| value.respond_to?(candidate) }
      !!(question && value.public_send(question))
    end
    private_class_method :blank_text?, :blank_object?
  end
end
