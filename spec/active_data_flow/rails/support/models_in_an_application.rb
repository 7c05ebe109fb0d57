# frozen_string_literal: true

RSpec.describe "[models] ActiveDataFlow::DataFlow" do
  let(:flow) { ActiveDataFlow::DataFlow.find_or_create(name: "order_export", source: {"table" => "orders"}, sink: {"table" => "order_exports"}, runtime: {"interval" => 60, "enabled" => true}) }

  it "is found or made by its name, and is active then" do
    expect(flow).to be_persisted.and be_active
    flow.update!(status: "inactive")
    again = ActiveDataFlow::DataFlow.find_or_create(name: "order_export", source: {"table" => "paid_orders"}, sink: {}, runtime: nil)
    expect(again).to eq(flow).and have_attributes(status: "active", source: {"table" => "paid_orders"}, sink: {}, runtime: nil)
  end

  it "knows its class, and runs it" do
    expect(flow.flow_class).to eq(export)
    expect(flow.run.counts).to include(written: 2)
    flow.update!(name: "another", runtime: {"class_name" => "OrderExportFlow"})
    expect(flow.flow_class).to eq(export)
    flow.update!(runtime: nil)
    expect { flow.flow_class }.to raise_error(ActiveDataFlow::ConfigurationError, /no flow "another"; there are :order_export/)
  end

  it "has the settings of its runtime" do
    expect(flow).to have_attributes(interval_seconds: 60, enabled?: true)
    expect(ActiveDataFlow::DataFlow.new).to have_attributes(interval_seconds: 3600, enabled?: false, status: "inactive")
  end

  it "has one name, and ends" do
    expect(flow.dup.tap(&:validate).errors.attribute_names).to eq([:name])
    expect(ActiveDataFlow::DataFlow.new.tap(&:validate).errors.attribute_names).to eq(%i[name source sink])
    expect { flow.update!(status: "asleep") }.to raise_error(ActiveRecord::RecordInvalid)
  end

  it "is found by its status, and by what is due" do
    run = ActiveDataFlow::DataFlowRun.create_pending_for_data_flow(flow)
    expect(ActiveDataFlow::DataFlow.active).to eq([flow])
    expect(ActiveDataFlow::DataFlow.inactive).to eq([])
    expect(ActiveDataFlow::DataFlow.due_to_run).to eq([])
    expect(flow.next_due_run).to eq(run)
    travel(61) { expect(ActiveDataFlow::DataFlow.due_to_run).to eq([flow]) }
  end

  it "plans no run ahead: schedules are ActiveJob's" do
    expect { [flow.schedule_next_run, flow.heartbeat_event] }.not_to change(ActiveDataFlow::DataFlowRun, :count)
  end

  it "is failed by a failed run, and active again after the next" do
    run = flow.data_flow_runs.create!(run_after: Time.current)
    flow.mark_run_started!(run)
    flow.mark_run_failed!(run, RuntimeError.new("no"))
    expect(flow).to have_attributes(status: "failed", last_error: "no", last_run_at: run.started_at)
    expect(run).to have_attributes(status: "failed", error_class: "RuntimeError", error_message: "no")
    following = flow.data_flow_runs.create!(run_after: Time.current)
    flow.mark_run_started!(following)
    flow.mark_run_completed!(following)
    expect(flow).to have_attributes(status: "active", last_error: nil)
  end

  it "takes its runs along when it is deleted" do
    flow.run
    expect { flow.destroy! }.to change(ActiveDataFlow::DataFlowRun, :count).by(-1)
  end

  it "can be given to a job" do
    expect(GlobalID::Locator.locate(flow.to_global_id)).to eq(flow)
  end
end

RSpec.describe "[models] ActiveDataFlow::DataFlowRun" do
  let(:flow) { ActiveDataFlow::DataFlow.find_or_create(name: "order_export", source: {}, sink: {}) }
  let(:run) { flow.data_flow_runs.create!(run_after: 1.minute.ago) }

  it "is pending, and due when its time has come" do
    expect(run).to be_pending.and be_due
    expect(run).not_to be_overdue
    expect(ActiveDataFlow::DataFlowRun.due_to_run).to eq([run])
    expect(ActiveDataFlow::DataFlowRun.overdue).to eq([])
    travel(3600) do
      expect(run).to be_overdue
      expect(ActiveDataFlow::DataFlowRun.overdue).to eq([run])
    end
  end

  it "starts, and ends well or badly" do
    expect(run.start!).to be_in_progress
    expect(run.complete!).to be_success.and be_completed
    expect(run.duration).to be_between(0, 60)
    failed = flow.data_flow_runs.create!(run_after: Time.current).fail!("no network")
    expect(failed).to have_attributes(status: "failed", error_message: "no network", completed?: true)
    expect(ActiveDataFlow::DataFlowRun.completed).to contain_exactly(run, failed)
    expect { failed.start! }.to raise_error(ActiveDataFlow::Error, /is failed; only one that is pending and nobody's can become in progress/)
  end

  it "is left to the worker that holds it" do
    store = ActiveDataFlow::ActiveRecord::Stores.for(nil)
    claim = store.claim(run.id)
    expect { run.complete! }.to raise_error(ActiveDataFlow::Error, /in_progress and a worker holds it/)
    expect(store.commit(claim, to: "int:1").commits).to eq(1)
  end

  it "is paused, resumed and cancelled as every run, and counts as it" do
    expect(run.pause!).to be_paused
    expect(run.resume!).not_to be_paused
    expect(run.cancel!).to be_cancelled
    expect(run.counts).to include(read: 0, written: 0)
    expect { run.resume! }.to raise_error(ActiveDataFlow::Error, /is cancelled and was not resumed/)
  end

  it "is one that run_now goes on with, when it was planned" do
    planned = ActiveDataFlow::DataFlowRun.create_pending_for_data_flow(flow)
    expect(planned.run_after).to be_within(5).of(1.hour.from_now)
    expect(export.run_now.id).to eq(planned.id)
    expect(planned.reload).to be_success
  end
end
