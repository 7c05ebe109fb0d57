# frozen_string_literal: true

# Runs inside of a Rails application that has SolidQueue: ../schedules_spec.rb.
require "./config/environment"
require "active_data_flow/rails/schedules"

ActiveRecord::Schema.verbose = false
load File.join(Gem.loaded_specs.fetch("solid_queue").full_gem_path, "lib/generators/solid_queue/install/templates/db/queue_schema.rb")
Rails.application.eager_load!

RSpec.describe "active_data_flow:sync_schedules" do
  schedules = ActiveDataFlow::Rails::Schedules
  path = Rails.root.join("config/recurring.yml")
  usual = "production:\n  clean:\n    command: \"puts 1\"\n    schedule: every hour\n"

  before do
    ActiveDataFlow.reset_configuration!
    FileUtils.rm_f([path, Rails.root.join("config/queue.yml")])
    path.write(usual)
  end

  after { @made&.each { |flow| Operations::Registry.unload(flow) } }

  # A flow that there is for one example.
  def flow(name, &words)
    flow = Class.new(ActiveDataFlow::Base)
    stub_const(name, flow)
    (@made ||= []) << flow
    flow.source([{id: 1}])
    flow.sink { |row| row }
    flow.class_eval(&words)
    flow
  end

  def as(environment)
    was = Rails.env
    Rails.env = environment
    yield
  ensure
    Rails.env = was
  end

  # What the supervisor hands its scheduler.
  def tasks(environment)
    as(environment) do
      configuration = SolidQueue::Configuration.new
      expect(configuration).to be_valid, configuration.errors.full_messages.join
      scheduler = configuration.configured_processes.find { |process| process.kind == :scheduler }
      scheduler ? scheduler.attributes.fetch(:recurring_tasks).to_h { |task| [task.key, task] } : {}
    end
  end

  define_method(:refused) do |*given|
    before = path.read
    schedules.sync(*given)
    raise "was not refused: #{path.read}"
  rescue ActiveDataFlow::ConfigurationError => error
    expect(path.read).to eq(before)
    error.message
  end

  describe "[accepted]" do
    it "starts flows and sweep in production, and nothing elsewhere" do
      schedules.sync
      expect(tasks("production").keys).to contain_exactly("clean", "data_flow_letter", "data_flow_order_export", "active_data_flow_sweep")
      expect(%w[development test].flat_map { |name| tasks(name).keys }).to eq([])
      expect(SolidQueue::Scheduler::RecurringSchedule.new(tasks("production").values).task_keys).to match_array(tasks("production").keys)
      task = tasks("production").fetch("data_flow_order_export")
      expect([task.class_name, task.arguments, task.queue_name, task.priority]).to eq(["ActiveDataFlow::DataFlowJob", ["order_export"], "exports", 5])
      expect(task.next_time.in_time_zone("Europe/Berlin").strftime("%H:%M")).to eq("02:00")
    end

    it "means by each schedule what the flow means" do
      forms = [[:every, 15], [:every, 5.minutes], [:every, "every hour"], [:every, 6.hours], [:every, 1.day], [:every, 1.week], [:cron, "*/7 2 1 * *"], [:cron, "0 0 13 * fri"], [:cron, "@daily"],
        {every: 1.hour, at: ":15"}, {every: 1.day, at: "23:59"}, {every: 1.week, at: "monday 02:30"}]
      made = forms.each_with_index.map { |form, index| flow("Form#{index}Flow") { form.is_a?(Hash) ? schedule(**form) : schedule(*form) } }
      schedules.sync
      made.each do |klass|
        now = Time.now
        task = tasks("production").fetch("data_flow_#{klass.flow_name}")
        expect(task.next_time_after(now)).to eq(klass.schedule.next_after(now)), klass.schedule.to_s
        expect(Fugit.parse(task.schedule, multi: :fail)).to be_a(Fugit::Cron)
      end
    end

    it "does so in all sections that it is told to write" do
      ActiveDataFlow.configuration.schedule_environments = [:production, "test"]
      schedules.sync
      expect(tasks("test").keys).to contain_exactly("data_flow_letter", "data_flow_order_export", "active_data_flow_sweep")
      expect(tasks("production").size).to eq(4)
    end

    it "reads ERB as each environment would" do
      path.write("<% if Rails.env.production? %>\nproduction:\n  clean:\n    command: \"puts 1\"\n    schedule: every hour\n<% end %>\n")
      schedules.sync
      expect([tasks("production").size, tasks("development").size]).to eq([4, 0])
    end
  end

  describe "[file]" do
    it "keeps its mode, and is not touched the second time" do
      path.chmod(0o640)
      schedules.sync
      before = [path.read, path.stat.ino, path.stat.mtime]
      expect(format("%o", path.stat.mode & 0o777)).to eq("640")
      expect(schedules.sync).to eq("config/recurring.yml (production) has 2 schedules and the sweep already; nothing was changed.")
      expect([path.read, path.stat.ino, path.stat.mtime]).to eq(before)
      expect(path.dirname.children.map { |child| child.basename.to_s }.grep(/\.recurring/)).to eq([])
    end

    it "may be a link, which it stays, and need not be there" do
      elsewhere = Rails.root.join("tmp/shared.yml").tap { |file| file.write(usual) }
      path.delete
      path.make_symlink(elsewhere)
      schedules.sync
      expect([path.symlink?, elsewhere.read]).to match([true, include("data_flow_letter", "clean")])

      path.delete
      schedules.sync
      expect(path.read).to start_with("production:\n  # >>> active_data_flow")
    end

    it "loses what no flow has any more, and gets what has changed" do
      flow("PassingFlow") { schedule :every, 60 }
      schedules.sync
      Operations::Registry.unload(@made.pop)
      ActiveDataFlow.configuration.sweep_interval = 15
      expect(schedules.difference.grep(/\A[+-]/)).to include("-   data_flow_passing:", "-     schedule: \"every 30 seconds\"", "+     schedule: \"every 15 seconds\"")
      schedules.sync
      expect(tasks("production").keys).not_to include("data_flow_passing")
      expect(tasks("production").fetch("active_data_flow_sweep").schedule).to eq("every 15 seconds")
      expect(schedules.difference).to eq([])
    end
  end

  describe "[refused]" do
    it "names each entry that SolidQueue would not accept, whosever it is and in whatever environment" do
      path.write("#{usual}development:\n  one: {class: NoSuchJob, schedule: every hour}\n  two: {command: a, schedule: sometimes}\n  three: hello\n  four: {class: NoSuchJob}\n")
      expect(refused.lines(chomp: true)).to match(["config/recurring.yml would not work, so nothing was changed:",
        /\A- development: one: Class name .*existing class\z/, /\A- development: two: Schedule .*not a supported/, "- development: three: is \"hello\", not an entry with a schedule"])
      expect { schedules.difference }.to raise_error(ActiveDataFlow::ConfigurationError, /NoSuch|existing class/)
    end

    it "finds a key of ours outside of the markers, ERB or not" do
      path.write("#{usual}  data_flow_<%= \"letter\" %>: {class: NoSuchJob, schedule: every hour}\n")
      expect(refused).to include("- production: data_flow_letter stands outside of the markers as well.")
      path.write("default: &default\n  active_data_flow_sweep: {command: a, schedule: every hour}\nproduction:\n  <<: *default\n")
      expect(refused).to include("- production: active_data_flow_sweep stands outside")
    end

    it "writes nothing that would hide what is there" do
      path.write("clean:\n  command: a\n  schedule: every hour\nproduction:\n")
      expect(refused).to include("production: the entries cannot be put there without changing what else it has (clean would be gone).", "data_flow_order_export:")
    end

    it "says what ERB could not do" do
      path.write("#{usual}  other: {command: a, schedule: \"<%= ENV.fetch(\"ADF_NO_SUCH\") %>\"}\n")
      expect(refused).to match(/\Aconfig\/recurring\.yml cannot be read in production, so nothing was changed: KeyError: key not found: "ADF_NO_SUCH"/)
    end

    it "refuses an interval that no cron keeps, naming the flow, and likewise the sweep's" do
      [90.minutes, 36.hours].each { |interval| expect { flow("UnevenFlow") { schedule :every, interval } }.to raise_error(ArgumentError, /\AUnevenFlow: an interval of .* no cron can keep it/) }
      ActiveDataFlow.configuration.sweep_interval = 45
      expect(refused).to match(/\Asweep_interval: an interval of 45 seconds does not divide a minute/)
    end

    it "refuses a zone that there is not, and two flows of one name" do
      flow("LostFlow") { schedule :cron, "0 2 * * *", zone: "Europe/Berln" }
      expect(refused).to start_with("LostFlow: there is no time zone \"Europe/Berln\".")
      Operations::Registry.unload(@made.pop)
      flow("OtherLetterFlow") { schedule :every, 60 }.flow_name = "letter"
      expect(refused).to start_with("LetterFlow and OtherLetterFlow are both stored as \"letter\"")
    end

    it "refuses sections without lines of their own, and other places" do
      path.write("default: &default\n  clean: {command: a, schedule: every hour}\nproduction: *default\n")
      expect(refused).to include("line 3: production is an alias", "  <<: *default\n  # >>> active_data_flow")
      expect(refused(:cron)).to eq("schedules are written to :file, :dynamic, not to :cron")
    end

    it "takes names and targets as they are meant" do
      expect { ActiveDataFlow.configuration.schedule_environments = "production" }.to raise_error(ActiveDataFlow::ConfigurationError, /is a list of names/)
      expect { ActiveDataFlow.configuration.schedule_target = "file" }.to raise_error(ActiveDataFlow::ConfigurationError, "schedule_target is :file or :dynamic, not \"file\"")
    end
  end

  describe "[dynamic]" do
    before { SolidQueue::RecurringTask.delete_all }

    def enable = Rails.root.join("config/queue.yml").write("development:\n  workers: [{queues: \"*\"}]\n  scheduler:\n    dynamic_tasks_enabled: true\n")

    def ids = SolidQueue::RecurringTask.dynamic.pluck(:key, :id).to_h

    it "says which two lines switch them on" do
      expect(refused(:dynamic)).to include("config/queue.yml, in the section of this environment (development)", "\n  scheduler:\n    dynamic_tasks_enabled: true")
      expect(ids).to eq({})
    end

    it "adds, takes away and makes anew what has changed, and nothing else" do
      enable
      SolidQueue.schedule_recurring_task("theirs", command: "puts 1", schedule: "every hour")
      flow("PassingFlow") { schedule :every, 60 }
      expect(schedules.sync(:dynamic)).to eq("Wrote 3 schedules and the sweep into SolidQueue's dynamic tasks (development).")
      before = ids
      expect(before.keys).to contain_exactly("theirs", "data_flow_letter", "data_flow_order_export", "data_flow_passing", "active_data_flow_sweep")
      task = SolidQueue::RecurringTask.find_by!(key: "data_flow_order_export")
      expect([task.class_name, task.arguments, task.schedule, task.queue_name, task.priority]).to eq(["ActiveDataFlow::DataFlowJob", ["order_export"], "0 2 * * * Europe/Berlin", "exports", 5])
      expect([schedules.difference(:dynamic), schedules.sync("dynamic")]).to eq([[], "SolidQueue's dynamic tasks (development) has 3 schedules and the sweep already; nothing was changed."])
      expect(ids).to eq(before)

      Operations::Registry.unload(@made.pop)
      ActiveDataFlow.configure { |config| [config.sweep_interval = 15, config.schedule_target = :dynamic] }
      expect(schedules.difference.grep(/\A[+-]/)).to include("- data_flow_passing:", "+   schedule: \"every 15 seconds\"")
      schedules.sync
      expect(ids.except("active_data_flow_sweep")).to eq(before.except("active_data_flow_sweep", "data_flow_passing"))
      expect(ids.fetch("active_data_flow_sweep")).not_to eq(before.fetch("active_data_flow_sweep"))
      expect(path.read).to eq(usual)
    end

    it "refuses a key that the file has, and makes no second of it" do
      enable
      SolidQueue::RecurringTask.from_configuration("data_flow_letter", class: "ApplicationJob", schedule: "every hour", static: true).save!
      expect(refused(:dynamic)).to include("- data_flow_letter comes from config/recurring.yml.")
      expect(ids).to eq({})
    end
  end
end
