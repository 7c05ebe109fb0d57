# frozen_string_literal: true

RSpec.describe RedisServer, :redis do
  # @return [Array<String>] what the program printed
  def with_server(program)
    child_ruby(<<~RUBY, File.join(CleanMachine::ROOT, "spec/support/redis_server.rb")).out.lines(chomp: true)
      require ARGV.shift
      require "redis_client"
      $stdout.sync = true
      server = RedisServer.start
      puts server.folder
      ask = ->(*command) { RedisClient.new(url: server.url).call(*command) }
      #{program}
    RUBY
  end

  it "is reached by its socket only, and writes nothing to the disk" do
    folder, *said = with_server('puts %w[port save appendonly].map { |name| ask.("CONFIG", "GET", name).values.first }')
    expect(said).to eq ["0", "", "no"]
    expect(File.exist?(folder)).to be false
  end

  it "is gone when the program is killed" do
    folder, = with_server("Process.kill(:KILL, Process.pid)")
    expect(folder).to be_a(String)
    expect(eventually { !File.exist?(folder) }).to be true
  end
end
