# frozen_string_literal: true

require "tmpdir"
require "rails"
require "active_record/railtie"
require "active_job/railtie"
require "active_storage/engine"
require "active_data_flow/active_record"

folder = Dir.mktmpdir
at_exit { FileUtils.rm_rf(folder) }

# As small an application as ActiveStorage works in.
class Uploads < Rails::Application
  config.eager_load = false
  config.logger = Logger.new(nil)
  config.secret_key_base = "0" * 32
  config.active_job.queue_adapter = :inline
end
Uploads.config.root = folder
Uploads.config.active_storage.service = :disk
Uploads.config.active_storage.service_configurations = {disk: {service: "Disk", root: File.join(folder, "blobs")}}
ENV["DATABASE_URL"] = "sqlite3:#{File.join(folder, "uploads.sqlite3")}"
Uploads.initialize!
ActiveRecord::Schema.verbose = ActiveRecord::Migration.verbose = false
require Dir[File.join(ActiveStorage::Engine.root, "db/migrate/*_create_active_storage_tables.rb")].first
CreateActiveStorageTables.new.migrate(:up)
ActiveRecord::Schema.define do
  create_table(:contact_uploads)
  create_table(:contacts) { |table| table.string :name }
end
ActiveDataFlow.prepare_database!

class ContactUpload < ActiveRecord::Base
  has_one_attached :file
  has_many_attached :lists
end

class Contact < ActiveRecord::Base; end

class ContactImportFlow < ActiveDataFlow::Base
  has_model :upload, "ContactUpload"
  source { ActiveDataFlow::CSVSource.new(upload.file, col_sep: ";") }
  sink :contacts
  batch_size 1000
  transform { |row| raise "stop" if ContactImportFlow.stop_at.delete(row[:id]) }

  def self.stop_at = @stop_at ||= []
end

RSpec.describe "[attachments]" do
  let(:count) { 100_000 }
  let(:upload) { ContactUpload.create!.tap { |upload| attach(upload) } }
  let(:ranges) { [] }

  before do
    Contact.delete_all
    seen = ranges
    allow_any_instance_of(ActiveStorage::Service::DiskService).to receive(:download_chunk).and_wrap_original do |read, key, range|
      seen << range
      read.call(key, range)
    end
    allow_any_instance_of(ActiveStorage::Service::DiskService).to receive(:download).and_raise("the whole file was asked for")
  end

  def attach(upload, rows = count)
    text = "id;name\n" + (1..rows).map { |id| "#{id};contact number #{id} of many\n" }.join
    upload.file.attach(io: StringIO.new(text), filename: "contacts.csv", content_type: "text/csv")
  end

  it "is read in ranges, never as a whole" do
    run = ContactImportFlow.run_now(upload:)
    expect(run.counts).to include(read: count, new: count)
    expect(Contact.count).to eq(count)
    expect(ranges.map(&:size).max).to be <= 1 << 20
    expect(ranges.map(&:last).max).to eq(upload.file.byte_size)
  end

  it "goes on at the byte where a run stopped" do
    ContactImportFlow.stop_at << count.to_s
    expect { ContactImportFlow.run_now(upload:) }.to raise_error("stop")
    ranges.clear
    run = ContactImportFlow.run_now(upload:)
    expect(run.counts).to include(read: count, new: count)
    expect(Contact.distinct.count(:id)).to eq(count)
    expect(ranges.drop_while { |range| range.begin.zero? }.map(&:begin).min).to be > upload.file.byte_size - 100_000
  end

  it "names the file, and refuses one that is not there yet" do
    upload = ContactUpload.create!
    upload.file.attach(io: StringIO.new("id;name\n1;2;3\n"), filename: "contacts.csv")
    expect { ContactImportFlow.run_now(upload:) }.to raise_error(ActiveDataFlow::RowError, /stopped at contacts\.csv:2 \(read\)/)
    expect { ContactImportFlow.run_now(upload: ContactUpload.create!) }.to raise_error(ActiveDataFlow::ConfigurationError, "nothing is attached as file yet, so there is no file to read")
  end

  it "is one file: several are refused with the words for one of them" do
    upload = ContactUpload.create!
    upload.lists.attach(io: StringIO.new("id;name\n1;Ada\n"), filename: "contacts.csv")
    source = ActiveDataFlow::CSVSource.new(upload.lists.first, col_sep: ";")
    expect(source.map { |row| row[:name] }).to eq(["Ada"])
    expect { ActiveDataFlow::CSVSource.new(upload.lists).first }.to raise_error(ActiveDataFlow::ConfigurationError,
      "lists are several attachments, and a source reads one file. Write one of them: lists.first")
  end

  it "is another source when another file is attached" do
    ContactImportFlow.stop_at << count.to_s
    expect { ContactImportFlow.run_now(upload:) }.to raise_error("stop")
    attach(upload, 10)
    expect(ContactImportFlow.run_now(upload: ContactUpload.find(upload.id)).counts).to include(read: 10)
  end
end
