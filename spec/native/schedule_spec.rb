# frozen_string_literal: true

require "fugit"

# fugit is who reads schedules in a queue: what we say of them has to be what it does.
RSpec.describe ActiveDataFlow::Native::Schedule do
  def micros(time) = time.to_i * 1_000_000

  # The next moments by our schedule, in UTC.
  def ours(schedule, from, count)
    count.times.reduce([]) { |found, _| found << schedule.next_after(found.last || from, 0) }
  end

  # The same by fugit's reading of a cron line.
  def theirs(line, from, count)
    cron = Fugit.parse_cron("#{line} UTC") or raise "fugit cannot read #{line}"
    count.times.reduce([]) { |found, _| found << micros(cron.next_time(EtOrbi::EoTime.new((found.last || from) / 1_000_000, "UTC"))) }
  end

  let(:now) { micros(Time.utc(2026, 11, 26, 23, 58, 31)) }

  it "says the same of an interval as fugit does", req: "A-21" do
    [1, 2, 5, 15, 30, 60, 300, 1200, 1800, 3600, 7200, 43_200, 86_400, 604_800].each do |seconds|
      schedule = described_class.every_seconds(seconds)
      expect(ours(schedule, now, 8)).to eq(theirs(schedule.to_cron, now, 8)), schedule.to_s
      expect(schedule.interval).to eq(seconds)
      next if seconds == 604_800 # "every 1 week" is no text of fugit's

      expect(theirs(Fugit.parse(schedule.to_s).to_cron_s, now, 8)).to eq(ours(schedule, now, 8)), schedule.to_s
    end
  end

  it "says the same of a cron line as fugit does", req: "A-21" do
    ["0 2 * * *", "*/5 * * * *", "5/15 22-2 * * *", "0 0 13 * fri", "0 0 29 feb *", "15,45 8-18/2 * jan-mar mon-fri", "0 0 * * 7",
      "0 12 31 * *", "0 0 1,15 * sun", "@daily", "@hourly", "@weekly", "@monthly", "@yearly", "0 6 * * fri-mon", "0 0 13 * sun-sat", "0 0 * * 7-7", "0 0 * * 7-2", "0 0 1 * 0-7/2", "0 0 13 * */1", "0 0 1-31 * mon", "59 23 31 12 *"].each do |line|
      schedule = described_class.cron(line)
      expect(ours(schedule, now, 6)).to eq(theirs(line, now, 6)), line
      expect(theirs(schedule.to_cron, now, 6)).to eq(ours(schedule, now, 6)), line
    end
  end

  it "says the same of any cron line as fugit does" do
    random = Random.new(5)
    # What crons disagree about is refused: a * in a list, and a weekday with a step.
    item = lambda do |first, last|
      a, b = [random.rand(first..last), random.rand(first..last)].sort
      forms = ["*/#{random.rand(1..9)}", a.to_s, "#{a}-#{b}", "#{b}-#{a}", "#{a}-#{b}/#{random.rand(1..5)}"]
      forms << "#{a}/#{random.rand(1..9)}" unless last == 6
      forms.sample(random:)
    end
    field = ->(first, last) { (random.rand(6) == 0) ? "*" : Array.new(random.rand(1..3)) { item.call(first, last) }.join(",") }
    200.times do
      line = [field[0, 59], field[0, 23], field[1, 28], field[1, 12], field[0, 6]].join(" ")
      expect(ours(described_class.cron(line), now, 3)).to eq(theirs(line, now, 3)), line
    end
  end

  it "takes an interval with a time", req: "A-21" do
    {[86_400, "02:00"] => "0 2 * * *", [604_800, "monday 02:30"] => "30 2 * * 1", [3600, ":15"] => "15 * * * *"}.each do |given, line|
      schedule = described_class.every_seconds_at(*given)
      expect([schedule.to_cron, schedule.interval]).to eq([line, nil])
      expect(ours(schedule, now, 4)).to eq(theirs(line, now, 4))
    end
    expect(described_class.every_seconds_at(86_400, "02:00").to_s).to eq("every 1 day at 02:00")
    expect { described_class.every_seconds_at(86_400, "2am") }.to raise_error(ArgumentError,
      'cannot start every 1 day at "2am"; it takes a time of the day, as in at: "02:00"')
  end

  it "counts by the local clock", req: "A-18" do
    schedule = described_class.cron("0 2 * * *")
    expect(schedule.next_after(now, 3600)).to eq(micros(Time.utc(2026, 11, 27, 1)))
    expect(schedule.next_after(now, -5 * 3600)).to eq(micros(Time.utc(2026, 11, 27, 7)))
    expect(schedule.next_after(2**63 - 1, 0)).to be_nil
    expect { schedule.next_after(now, 2**40) }.to raise_error(RangeError, /no offset of a clock/)
  end

  it "refuses what is no schedule, and an interval that a cron would round", req: "A-18" do
    expect { described_class.every_text("5 minuts") }.to raise_error(ArgumentError,
      'cannot read "5 minuts" as an interval; write 5.minutes or "5 minutes"')
    expect { described_class.every_seconds(5400) }.to raise_error(ArgumentError, "an interval of 90 minutes does not divide " \
      "an hour, so no cron can keep it; the nearest that do are 30 minutes and 1 hour")
    [90, 7 * 60, 45 * 60, 5 * 3600, 36 * 3600, 2 * 86_400, 0, -300].each do |seconds|
      expect { described_class.every_seconds(seconds) }.to raise_error(ArgumentError), seconds.to_s
    end
    expect { described_class.every_seconds(1.5) }.to raise_error(TypeError, "expected an Integer (seconds), got Float")
    expect { described_class.cron("0 25 * * *") }.to raise_error(ArgumentError,
      'cannot read "0 25 * * *" as a cron line: "25" is no hour; write 0 to 23, *, 1-5, */2, or a list of those')
    expect { described_class.cron("0 0 31 2 *") }.to raise_error(ArgumentError, /it would never come/)
    expect { described_class.allocate }.to raise_error(TypeError)
  end

  it "accepts no interval that fugit would run at another pace" do
    (1..400).to_a.concat((1..100).map { |minutes| minutes * 60 }, (1..50).map { |hours| hours * 3600 }).each do |seconds|
      schedule = begin
        described_class.every_seconds(seconds)
      rescue ArgumentError
        next
      end
      moments = theirs(schedule.to_cron, now, 70)
      expect(moments.each_cons(2).map { |one, other| other - one }.uniq).to eq([seconds * 1_000_000]), schedule.to_s
    end
  end

  it "can be used by every Ractor" do
    schedule = described_class.cron("0 2 * * *")
    expect(schedule).to be_frozen
    expect(Ractor.shareable?(schedule)).to be(true)
  end
end
