# frozen_string_literal: true

# For a database that flows write into and that does not keep their runs: there a mark, committed with the rows, says how far
# a run has come.
class CreateActiveDataFlowMarks < ActiveRecord::Migration[7.1]
  def change
    # Numbers, whatever the application's keys are: nothing refers to a mark.
    create_table :active_data_flow_marks, id: :primary_key do |t|
      t.string :identity, null: false, limit: 64
      t.string :flow_name, null: false
      t.string :run_id, null: false, limit: 36
      t.string :born, limit: 32
      t.bigint :fence, null: false, default: 0
      t.string :token, limit: 64
      t.bigint :commits, null: false, default: 0
      long_text t, :cursor
      long_text t, :state
      t.string :replayed, limit: 80
      t.timestamps

      t.index :identity, name: "index_adf_marks_on_identity", unique: true
    end
  end

  private

  # A text of MySQL's ends at 64 KiB, and the rows that a batch has put aside may be longer.
  def long_text(t, name)
    t.text name, **(connection.adapter_name.match?(/mysql|trilogy/i) ? {size: :medium} : {})
  end
end
