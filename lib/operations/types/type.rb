# frozen_string_literal: true

module Operations
  module Types
    # What every type answers. The generated readers and writers ask {direct_when}, {mutable?} and {inline} once, when
    # they are written, so that the common types cost no call at run time.
    class Type
      # @return [Symbol, nil] the word that was written
      attr_reader :name

      def initialize(name = nil)
        @name = name
      end

      # @return [Object, nil] what a reader would return for what was written
      # @raise [CastError]
      def cast(value) = deserialise(serialise(value))

      # @return [Object, nil] the form that is stored, sharing nothing with `value` that could change
      # @raise [CastError] when the type cannot hold such a value
      def serialise(value) = raise(NotImplementedError, "#{self.class}#serialise")

      # @param stored [Object, nil] what {serialise} returned
      # @return [Object, nil]
      def deserialise(stored) = stored

      # Asked of what a storage brings back, which may have been written under another type.
      # @return [Boolean] whether this is what {serialise} would have stored
      def stored?(value) = raise(NotImplementedError, "#{self.class}#stored?")

      # @return [Boolean] whether the stored form is what the reader returns
      def direct? = true

      # @return [String, nil] a Ruby expression on `value`; when it holds, the reader returns what is stored
      def direct_when = nil

      # @return [Boolean] whether the reader hands out something that can be changed in place
      def mutable? = false

      # @return [Module] the classes whose objects the type takes as the numbers they are. Of anything else a number is
      #   made, and what was given is kept until the task is saved, for {Operations::Validations::Numericality} to judge
      def own = BasicObject

      # @return [String] a Ruby expression that serialises the common kinds of `value` on the spot; %s is for the others
      def inline = "%s"

      private

      # What all types of numbers do with what is no number.
      # @return [Object, nil] nil for blank text and empty things
      def number_from(value)
        case value
        when true then 1
        when false then 0
        else Types.blank?(value) ? nil : value
        end
      end
    end
  end
end
