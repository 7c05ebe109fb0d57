# frozen_string_literal: true

require_relative "peers/active_record"
require_relative "peers/sequel"
require_relative "peers/kiba"

module Bench
  module Flow
    # What one writes today, each as its own guide has it. SLOWER is by how much fewer rows one carries than the others.
    module Peers
      ALL = {
        "in_batches + upsert_all" => UpsertAll, "find_each + save!" => Save, "activerecord-import" => Import,
        "Sequel, insert_conflict" => SequelUpsert, "Kiba, ActiveRecord" => KibaActiveRecord, "Kiba, pg and COPY" => KibaCopy
      }.freeze
    end
  end
end
