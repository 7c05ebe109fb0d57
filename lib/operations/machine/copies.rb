# frozen_string_literal: true

module Operations
  module Machine
    # Which copy of a task this is: read from the storage, out of date, made elsewhere, or of a task that is gone.
    module Copies
      # @private
      def _fenced
        Busy.new("#{self} #{_why_fenced}", self).extend(Fenced)
      end

      # @private What `restore_from` made knows nothing of what is stored under its id: it is neither run nor saved over that.
      # @raise [Busy]
      def _refuse_stranger
        return if @id.nil? || stored? || !Operations.storage.keeps_versions?

        raise _fenced if Operations.storage.find(@id)
      end

      private

      def _not_stored(done) = Error.new("#{self} is not stored, so it cannot be #{done}", self)

      def _why_fenced
        unless Operations.storage.find(@id)
          return "was deleted by somebody else since this copy was read. Start a new one."
        end
        return "was changed by somebody else since this copy was read. Reload it, then make the change again." if @_saved_in

        "is stored already, and this copy was not read from there (it was made by restore_from, or by new with an id), so it " \
          "may be older. Write: #{self.class.name}.find(#{@id.inspect}), or reload this copy, then make the change again."
      end

      # Under another id, or as another class, it would be another task.
      def _refuse_identity(own)
        name = %i[id type].find { |field| own.key?(field) && own[field] != public_send(field) && (field == :type || stored?) }
        return unless name

        raise ArgumentError, "#{self} has the #{name} #{public_send(name).inspect}, which cannot be changed to #{own[name].inspect}. " \
          "Start another task, or reload this one"
      end
    end
  end
end
