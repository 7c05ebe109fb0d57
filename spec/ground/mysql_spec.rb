# frozen_string_literal: true

RSpec.describe MysqlServer, :mysql do
  # @return [Array<String>] what the program printed
  def with_server(program)
    child_ruby(<<~RUBY, File.join(CleanMachine::ROOT, "spec/support/mysql_server.rb")).out.lines(chomp: true)
      require ARGV.shift
      require "trilogy"
      $stdout.sync = true
      server = MysqlServer.start(max_connections: 11)
      puts server.folder
      ask = ->(sql) { Trilogy.new(socket: server.socket, username: "root").then { |client| client.query(sql).first.tap { client.close } } }
      #{program}
    RUBY
  end

  it "is reached by its socket only, flushes the disk at each commit, and takes settings" do
    _folder, said = with_server("p ask.('SELECT @@skip_networking, @@innodb_flush_log_at_trx_commit, @@max_connections')")
    expect(said).to eq("[1, 1, 11]")
  end

  it "is gone with its folder when the program ends, though a process that it forked stands still" do
    folder, pid, child = with_server(<<~RUBY)
      puts File.read(server.folder + "/pid")
      child = fork { [$stdout, $stderr].each { |stream| stream.reopen(File::NULL) } && Process.kill(:STOP, Process.pid) }
      Process.wait(child, Process::WUNTRACED)
      puts child
    RUBY
    expect(File.exist?(folder)).to be false
    expect(File.exist?("/proc/#{pid}")).to be false
  ensure
    Process.kill(:KILL, child.to_i) if child
  end

  it "is gone when the program is killed" do
    folder, pid = with_server("puts File.read(server.folder + '/pid'); Process.kill(:KILL, Process.pid)")
    expect(eventually { !File.exist?(folder) }).to be true
    expect(File.exist?("/proc/#{pid}")).to be false
  end
end
