# frozen_string_literal: true

require "securerandom"
require "active_data_flow/rails/after_commit"

# A queue as small as one can be: a job is a row of a table, and working it off is what a job does: find the run, claim it, carry
# its row over, or end.
class TableQueue
  class Job < ActiveRecord::Base
    self.table_name = "queued_jobs"
  end

  Ticket = Data.define(:job_id, :run_id)

  def self.create_table
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.create_table(:queued_jobs, if_not_exists: true) { |table| table.string(:job_id) && table.bigint(:run_id) }
    end
  end

  # @param before [#call] what happens before the jobs are there
  # @param after [#call] and when they are
  def initialize(before: -> {}, after: -> {})
    @before = before
    @after = after
  end

  def job_for(row) = Ticket.new(job_id: SecureRandom.uuid, run_id: row.id)

  def enqueue(jobs)
    @before.call
    Job.insert_all!(jobs.map(&:to_h))
    @after.call
  end

  def after_commit(&) = ActiveDataFlow::AfterCommit.call(&)

  # @return [Array<Integer>] the runs of the jobs that wait
  def runs = Job.order(:id).pluck(:run_id)

  # Works off what there is.
  # @return [Array<Symbol>] what became of each job: :done, :busy, :no_slot, or :nothing to do
  def work_off(store, group: nil)
    jobs = Job.order(:id).to_a
    jobs.map { |job| work(store, job, group).tap { job.destroy! } }
  end

  private

  def work(store, job, group)
    row = store.run_of_job(job_id: job.job_id, run_id: job.run_id) or return :nothing
    claiming = ActiveDataFlow::Engine::Claiming.new(store, row, job_id: job.job_id, group:)
    claim = claiming.call or return claiming.why
    claim = store.commit(claim, to: "i:1") { RunDatabase::SinkRow.create!(name: "run #{row.id}") && {} }
    store.finish(claim) && :done
  end
end
