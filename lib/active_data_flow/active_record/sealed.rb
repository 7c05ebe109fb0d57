# frozen_string_literal: true

module ActiveDataFlow
  module ActiveRecord
    # Texts that may be personal, encrypted where the application has set ActiveRecord's encryption up (a primary key, as
    # `bin/rails db:encryption:init` makes one), and else as they are. What was stored before it was set up is read as before.
    module Sealed
      # What begins so is encrypted. A row as JSON could look like an encrypted text by chance.
      MARK = "encrypted:"
      private_constant :MARK

      class << self
        # @param text [String, nil]
        # @return [String, nil]
        def seal(text) = (text && keys?) ? MARK + ::ActiveRecord::Encryption.encryptor.encrypt(text) : text

        # @param text [String, nil] as it is stored
        # @return [String, nil]
        # @raise [::ActiveRecord::Encryption::Errors::Base] where the key that it was sealed with is gone
        def open(text) = text&.start_with?(MARK) ? ::ActiveRecord::Encryption.encryptor.decrypt(text.delete_prefix(MARK)) : text

        private

        def keys? = ::ActiveRecord::Encryption.config.has_primary_key?
      end

      # The same, as the type of a model's attribute.
      class Type < ::ActiveModel::Type::String
        # @param value [Object]
        def deserialize(value) = Sealed.open(super)

        # (see #deserialize)
        def serialize(value) = Sealed.seal(super)
      end
    end
  end
end
