# frozen_string_literal: true

RSpec.shared_examples "runs of a group" do
  let(:group) { GroupedFlow.group }

  def of_group(number) = enqueued(number, flow_name: GroupedFlow.flow_name)

  def claiming(run, **options) = ActiveDataFlow::Engine::Claiming.new(store, run, group:, **options)

  def at_work = store.runs.count { |run| run.token && run.slot_key&.start_with?("exports/") }

  it "are at work three at a time, though forty claims of eight processes come at once" do
    runs = Array.new(40) { |number| of_group(number) }
    seen = in_processes(8) do |index|
      mine = runs.each_slice(5).to_a[index]
      answers = mine.map { |run| Thread.new { claiming(run).call && at_work } }
      answers.map(&:value).compact
    end
    expect(seen.grep_v(Array)).to eq([]) # what went wrong there
    expect([seen.flatten.size, seen.flatten.max, at_work]).to eq([3, 3, 3])
    expect(store.runs.filter_map(&:slot_key).sort).to eq(group.slots)
  end

  it "come to their turn, all of them, never more than three at a time" do
    runs = Array.new(24) { |number| of_group(number) }
    most = in_processes(4) do |index|
      runs.each_slice(6).to_a[index].map { |run| patiently { carried_over(run) } }.max
    end
    expect(most.max).to be_between(1, 3)
    expect([store.runs.map(&:status).tally, sink.size]).to eq([{"success" => 24}, 24])
  end

  # @return [Integer, nil] how many were at work meanwhile
  def carried_over(run)
    claim = claiming(run).call or return
    at_work.tap { store.finish(store.commit(claim, to: "i:1") { write("run #{run.id}") }) }
  end

  def patiently
    loop do
      answer = yield and return answer
      sleep 0.01
    end
  end

  it "are one of each flow and arguments as well" do
    run = of_group(1)
    twin = of_group(2)
    RunDatabase::Run.where(id: twin.id).update_all(arguments_digest: "1")
    claim = claiming(run).call
    second = claiming(store.find(twin.id))
    expect([second.call, second.why, at_work]).to eq([nil, :busy, 1])
    store.finish(claim)
    expect(second.call).to have_attributes(id: twin.id)
  end

  it "say why they are not to be had: somebody is at them, or the group is full" do
    runs = Array.new(4) { |number| of_group(number) }
    claims = runs.first(3).map { |run| claiming(run).call }
    full, busy = claiming(runs.last), claiming(runs.first)
    expect([full.call, full.why, busy.call, busy.why]).to eq([nil, :no_slot, nil, :busy])
    store.release(claims.first)
    expect(full.call.slot_key).to eq(claims.first.slot_key)
  end

  it "try the next place where one was taken between the look and the claim" do
    late, *others = Array.new(4) { |number| of_group(number) }
    stopped = stop_at(:before, /SET deaths/) { claiming(late).tap(&:call).why }
    claims = others.map { |run| claiming(run).call }
    expect([claims.map(&:slot_key).sort, go_on(stopped)]).to eq([group.slots, "no_slot"])
  end

  # Elsewhere a claim is one statement, and done with it. InnoDB may lock the places beside it as well, while it lasts.
  it "leave the place alone that somebody stands still with in the middle of a claim", if: RunDatabase::KIND == :mysql do
    late, *others = Array.new(4) { |number| of_group(number) }
    stopped = stop_at(:after, /SET deaths/) { claiming(late).call.slot_key }
    ActiveRecord::Base.lease_connection.execute("SET SESSION innodb_lock_wait_timeout = 1")
    claims = others.map { |run| claiming(run) }
    meanwhile = claims.map(&:call).compact.size
    slot = go_on(stopped)
    claims.each(&:call)
    expect([meanwhile <= 2, group.slots.include?(slot), at_work, store.taken_slots(group.slots).sort]).to eq([true, true, 3, group.slots])
  end

  it "get the place of a dead worker, and its run gets another" do
    runs = Array.new(4) { |number| of_group(number) }
    killed { runs.first(3).each { |run| claiming(run).call } && die }
    expect(claiming(runs.last).call).to be_nil
    later(store.lease_seconds + 1)
    heir = claiming(runs.last).call
    expect(group.slots).to include(heir.slot_key)
    others = runs.first(3).map { |run| claiming(run, job_id: "job").call }
    expect([others.compact.size, at_work, others.compact.map(&:slot_key).push(heir.slot_key).sort]).to eq([2, 3, group.slots])
  end

  it "keep the place that they have, where they are taken over" do
    run = of_group(1)
    killed { claiming(run).call && die }
    slot = now_of(run).slot_key
    others = Array.new(2) { |number| claiming(of_group(number + 2)).call }
    later(store.lease_seconds - 1)
    store.renew(others)
    later(2)
    expect(claiming(store.find(run.id), job_id: "job").call).to have_attributes(slot_key: slot, fence: 2)
  end

  it "wait as a row where a job finds no place, and the oldest is enqueued by who gives one back" do
    runs = Array.new(5) { |number| of_group(number) }
    claims = runs.first(3).map { |run| claiming(run).call }
    sweep
    expect(queue.work_off(store, group:)).to eq(%i[no_slot no_slot])
    expect(ActiveDataFlow::Outbox.next_of_group(store, group)).to eq([])
    store.finish(claims.first)
    expect(ActiveDataFlow::Outbox.next_of_group(store, group).map(&:id)).to eq([runs[3].id])
    expect([ActiveDataFlow::Outbox.next_of_group(store, group).map(&:id), queue.runs]).to eq([[runs[4].id], [runs[3].id, runs[4].id]])
    expect(queue.work_off(store, group:)).to eq(%i[done done])
  end

  it "are enqueued by a flow that ends, and by the sweep where whoever ended it died before that" do
    runs = Array.new(5) { |number| of_group(number) }
    claims = runs.first(3).map { |run| claiming(run).call }
    sweep && queue.work_off(store, group:)
    store.finish(claims.first)
    expect([GroupedFlow.run_now(shop: 9).status, queue.runs]).to eq(["success", [runs[3].id]])
    queue.work_off(store, group:)
    expect([sweep[:dispatched], queue.runs]).to eq([1, [runs[4].id]])
  end

  it "are returned by run_now where the group is full, or waited for" do
    claims = Array.new(3) { |number| claiming(of_group(number)).call }
    run = GroupedFlow.run_now(shop: 9)
    expect(run).to have_attributes(status: "pending", arguments: {"shop" => 9})
    expect(log.string).to include("GroupedFlow(shop 9) is to run as run #{run.id}, and as many flows of the group exports are at work as may be (3); returned it.")
    stub_const("PatientFlow", Class.new(GroupedFlow) { on_conflict :wait })
    waiting = Thread.new { PatientFlow.run_now(shop: 9) }
    sleep 0.01 until log.string.include?("waits for it")
    store.release(claims.first)
    expect(waiting.value).to be_success
    expect([at_work, GroupedFlow.run_now(shop: 9)]).to match([2, have_attributes(id: run.id, status: "success")])
  end
end
