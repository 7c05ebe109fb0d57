# frozen_string_literal: true

# In a process of its own: the others hold that no ActiveRecord is loaded by ours.
RSpec.describe "ActiveDataFlow::ActiveRecord::SqliteDoor" do
  support = File.expand_path("../sqlite/support/doors", __dir__)

  # @return [String] the value of the program's last line
  define_method(:said) do |program|
    answer = child_ruby(<<~RUBY)
      require #{support.inspect}
      require "active_record"
      require "active_data_flow/active_record/sqlite_door"
      class Thing < ActiveRecord::Base; end
      Through = ActiveDataFlow::ActiveRecord::SqliteDoor
      Dir.mktmpdir do |folder|
        ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: File.join(folder, "a.db"), timeout: 5_000)
        connection = ActiveRecord::Base.connection
        connection.create_table(:things) { |table| table.string :name and table.float :price }
        print((-> {\n#{program}\n}).call.inspect)
      end
    RUBY
    expect(answer).to be_success, answer.err
    expect(answer.err).to eq("")
    answer.out
  end

  it "writes inside ActiveRecord's transaction, late as it begins, and goes back with it" do
    expect(said(<<~RUBY)).to eq("[{:new=>3, :updated=>0, :unchanged=>0, :skipped=>0}, 3, 0, 3]")
      inside = counts = nil
      ActiveRecord::Base.transaction do
        counts = Through.write(connection) { |door| writer(door).write(many(3, from: 1)) }
        inside = Thing.count
        raise ActiveRecord::Rollback
      end
      after = Thing.count
      ActiveRecord::Base.transaction { Through.write(connection) { |door| writer(door).write(many(3, from: 1)) } }
      [counts, inside, after, Thing.count]
    RUBY
  end

  it "goes back with a savepoint, and with a transaction that begins while a door is open" do
    expect(said(<<~RUBY)).to eq("[[1, 2], [1, 2]]")
      seen = nil
      ActiveRecord::Base.transaction do
        Through.write(connection) do |door|
          writer = writer(door)
          writer.write(many(2, from: 1))
          ActiveRecord::Base.transaction(requires_new: true) do
            writer.write(many(5, from: 7))
            raise ActiveRecord::Rollback
          end
          seen = Thing.order(:id).ids
        end
      end
      Through.write(connection) do |door|
        ActiveRecord::Base.transaction do
          writer(door).write(many(5, from: 20))
          raise ActiveRecord::Rollback
        end
      end
      [seen, Thing.order(:id).ids]
    RUBY
  end

  it "does not write while ActiveRecord prevents it" do
    expect(said(<<~RUBY)).to eq("[ActiveRecord::ReadOnlyError, 0]")
      error = refusal do
        ActiveRecord::Base.while_preventing_writes do
          ActiveRecord::Base.transaction { Through.write(connection) { |door| writer(door).write(many(1)) } }
        end
      end
      [error.first, Thing.count]
    RUBY
  end

  it "leaves no stale answer in the query cache" do
    expect(said(<<~RUBY)).to eq("[0, 2]")
      Thing.cache do
        before = Thing.count
        ActiveRecord::Base.transaction { Through.write(connection) { |door| writer(door).write(many(2)) } }
        [before, Thing.count]
      end
    RUBY
  end

  # The gem before 2.0 closes no connection of which a statement is open, and ActiveRecord leaves it at that.
  since_2 = Gem.loaded_specs["sqlite3"].then { |gem| gem.nil? || gem.version >= Gem::Version.new("2") }

  it "is over when ActiveRecord reconnects; the next door is of the new connection", if: since_2 do
    expect(said(<<~RUBY)).to match(/\A\[\[ActiveDataFlow::Error, "the connection behind this door to SQLite is closed.*"\], 1\]\z/)
      read = ->(door) { door.read("SELECT 1, 2, 3", [], batch, 9) }
      old = Door.open(connection.raw_connection)
      connection.disconnect!
      connection.reconnect!
      [refusal { read.call(old) }, Through.read(connection, &read)]
    RUBY
  end
end
