# frozen_string_literal: true

RSpec.describe "[columns]" do
  include_context "flows in a database"

  before(:context) do
    FlowDatabase.connect
    ActiveRecord::Encryption.configure(primary_key: "p" * 32, deterministic_key: "d" * 32, key_derivation_salt: "s" * 32)
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      %i[patients vaults plain_patients].each do |name|
        next if connection.table_exists?(name)

        connection.create_table(name) do |table|
          table.text :diagnosis
          table.text :settings
          table.integer :visits
        end
      end
    end
  end

  before do
    %w[patients vaults plain_patients].each { |name| ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("DELETE FROM #{name}") } }
    stub_const("Patient", Class.new(ActiveRecord::Base) {
      self.table_name = "patients"
      encrypts :diagnosis
      serialize :settings, coder: YAML
    })
    stub_const("Vault", Class.new(ActiveRecord::Base) {
      self.table_name = "vaults"
      encrypts :diagnosis
      serialize :settings, coder: JSON
    })
    Patient.create!(id: 1, diagnosis: "flu", settings: {"a" => [1, 2]}, visits: 1)
    Patient.create!(id: 2, diagnosis: nil, settings: nil, visits: 1)
  end

  def vault_flow(from: :patients, to: :vaults, &more)
    flow("VaultFlow") do
      source from.to_s.classify.safe_constantize || from
      class_eval(&more) if more
      sink to.to_s.classify.safe_constantize || to
    end
  end

  it "are read and written through their models, whatever each keeps them as" do
    expect(counted(vault_flow.run_now)).to eq(read: 2, new: 2)
    expect(Vault.order(:id).pluck(:diagnosis, :settings)).to eq([["flu", {"a" => [1, 2]}], [nil, nil]])
    stored = rows(:vaults, :diagnosis, :settings).first
    expect(stored.first).to include('"p"').and not_include("flu")
    expect(stored.last).to eq('{"a":[1,2]}')
  end

  it "are not written again where they are the same, though encrypting them again gives other bytes" do
    vault_flow.run_now
    before = rows(:vaults, :diagnosis)
    expect(counted(vault_flow.run_now)).to eq(read: 2, unchanged: 2)
    Patient.find(1).update!(visits: 2)
    expect(counted(vault_flow.run_now)).to eq(read: 2, updated: 1, unchanged: 1)
    expect(rows(:vaults, :diagnosis)).to eq(before)
    Patient.find(1).update!(diagnosis: "cold")
    expect(counted(vault_flow.run_now)).to eq(read: 2, updated: 1, unchanged: 1)
    expect(Vault.find(1).diagnosis).to eq("cold")
  end

  it "are plain values in every step" do
    seen = []
    run = vault_flow do
      filter { |row| row[:diagnosis] == "flu" }
      transform { |row| seen << [row[:diagnosis], row[:settings]] }
      set diagnosis: "secret"
    end.run_now
    expect(seen).to eq([["flu", {"a" => [1, 2]}]])
    expect(counted(run)).to eq(read: 2, filtered: 1, new: 1)
    expect(Vault.find(1).diagnosis).to eq("secret")
    expect(rows(:vaults, :diagnosis).flatten.first).not_to include("secret")
  end

  it "go as they are into a table without a model" do
    vault_flow(to: :plain_patients) { drop :settings }.run_now
    expect(rows(:plain_patients, :diagnosis).flatten).to eq(["flu", nil])
  end

  it "stay what they are where the table that is read is changed" do
    before = rows(:patients, :diagnosis, :settings)
    expect(counted(vault_flow(to: :patients) { transform { |row| row[:visits] += 1 } }.run_now)).to eq(read: 2, updated: 2)
    expect(rows(:patients, :diagnosis, :settings)).to eq(before)
    expect(counted(vault_flow(to: :patients) { transform { |row| row[:diagnosis] = row[:diagnosis]&.upcase } }.run_now)).to eq(read: 2, updated: 1, unchanged: 1)
    expect(Patient.find(1).diagnosis).to eq("FLU")
  end

  it "are put aside with their row where the model cannot read them" do
    ActiveRecord::Base.connection_pool.with_connection { |connection| connection.execute("UPDATE patients SET diagnosis = '{\"p\":\"broken\"}' WHERE id = 1") }
    run = vault_flow { on_error :quarantine, budget: 1 }.run_now
    expect(counted(run)).to eq(read: 2, new: 1, rejected: 1)
    expect(run.rejects.first).to have_attributes(column_name: "diagnosis", stage: "transform", reason: /\Adiagnosis could not go through its model: ActiveRecord::Encryption/)
    expect(run.rejects.first.row["diagnosis"]).to eq('{"p":"broken"}')
  end

  it "are named by the plan, which does not leave them to the database" do
    text = vault_flow.plan.to_s
    expect(text).to include("diagnosis, settings through the model, value by value")
    expect(text).not_to match(/path +pushdown/)
  end

  it "go through callbacks: true as the model takes them" do
    klass = flow("VaultFlow") do
      source Patient
      sink Vault, callbacks: true
    end
    expect(counted(klass.run_now)).to eq(read: 2, new: 2)
    expect(counted(klass.run_now)).to eq(read: 2, unchanged: 2)
    expect(Vault.find(1)).to have_attributes(diagnosis: "flu", settings: {"a" => [1, 2]})
  end
end

RSpec::Matchers.define_negated_matcher :not_include, :include
