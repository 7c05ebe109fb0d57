# frozen_string_literal: true

module ActiveDataFlow
  module Files
    # Where a row comes from, for those who are to mend it.
    #
    # line:: Integer, on which it begins
    # raw:: String, as it stands in the file, without its line end
    # row_ref:: String, as editors and people find it: "contacts.csv:17"
    # read:: whether it could be read: only then there is a row beside the raw one
    Origin = Data.define(:line, :raw, :row_ref, :read)
  end
end
