# frozen_string_literal: true

RSpec.describe PostgresqlServer, :postgresql do
  # @return [Array<String>] what the program printed
  def with_server(program)
    child_ruby(<<~RUBY, File.join(CleanMachine::ROOT, "spec/support/postgresql_server.rb")).out.lines(chomp: true)
      require ARGV.shift
      require "pg"
      $stdout.sync = true
      server = PostgresqlServer.start(max_connections: 7)
      puts server.folder
      ask = ->(sql) { PG.connect(server.url).then { |pg| pg.exec(sql).getvalue(0, 0).tap { pg.close } } }
      #{program}
    RUBY
  end

  it "is reached by its socket only, flushes the disk at each commit, and takes settings" do
    _folder, *said = with_server("puts %w[listen_addresses fsync synchronous_commit max_connections].map { |name| ask.('SHOW ' + name) }")
    expect(said).to eq ["", "on", "on", "7"]
  end

  it "keeps what was committed over a crash of its own" do
    _folder, said = with_server('ask.("CREATE TABLE t AS SELECT 7 AS n; SELECT 0"); server.restart("immediate"); puts ask.("SELECT n FROM t")')
    expect(said).to eq "7"
  end

  it "is gone with its folder when the program ends" do
    folder, data = with_server("puts File.exist?(server.folder + '/data/postmaster.pid')")
    expect(data).to eq "true"
    expect(File.exist?(folder)).to be false
  end

  it "is gone when the program is killed" do
    folder, pid = with_server("puts File.foreach(server.folder + '/data/postmaster.pid').first; Process.kill(:KILL, Process.pid)")
    expect(eventually { !File.exist?(folder) }).to be true
    expect(eventually { ended?(pid.to_i) }).to be true
  end

  # One that nobody has waited for is ended too.
  def ended?(pid)
    status = "/proc/#{pid}/status"
    return File.read(status).match?(/^State:\s+Z/) if File.exist?(status)
    Process.kill(0, pid) && false
  rescue Errno::ESRCH, Errno::ENOENT
    true
  end
end
