# frozen_string_literal: true

require "json"
require "socket"

# A help desk on this machine, with the manners of real ones: it answers in pages, wants a token that expires, is too busy now
# and then, forgets a cursor, and hangs up.
class Desk
  PAGE = 3
  REFUSALS = {busy: "429 Too Many Requests", expired: "401 Unauthorized", forgets: "410 Gone"}.freeze
  private_constant :PAGE, :REFUSALS

  # @return [Array<Hash>] to be changed by whoever likes
  attr_reader :tickets

  # @return [String]
  attr_reader :url

  # @param trouble [Hash{Integer => Symbol}] what the so-manieth request for tickets meets: a refusal, or :hangs_up
  # @param out [IO] is told of each request
  def initialize(trouble, out)
    @trouble = trouble
    @out = out
    @requests = @tokens = 0
    @tickets = (1..8).map { |id| {id:, title: "Ticket #{id}", state: id.odd? ? "open" : "closed", changed: "2026-11-2#{id}T08:00:00Z", by: "Ada"} }
    server = TCPServer.new("127.0.0.1", 0)
    @url = "http://127.0.0.1:#{server.addr[1]}"
    Thread.new { loop { serve(server.accept) } }
  end

  private

  def serve(client)
    request = client.gets("\r\n\r\n")
    path = request[/\S+ (\S+)/, 1]
    status, body = (path == "/token") ? ["200 OK", "token-#{@tokens += 1}"] : answer(path, request[/token-\d+/])
    @out.puts "  GET #{path}: #{status || "hangs up"}" unless path == "/token"
    client.print "HTTP/1.1 #{status}\r\nRetry-After: 0.2\r\nContent-Length: #{body.size}\r\nConnection: close\r\n\r\n#{body}" if status
  ensure
    client.close
  end

  def answer(path, token)
    trouble = @trouble[@requests += 1]
    return if trouble == :hangs_up

    @tokens += 1 if trouble == :expired
    return REFUSALS[:expired], "" if token != "token-#{@tokens}"

    REFUSALS.key?(trouble) ? [REFUSALS[trouble], ""] : ["200 OK", page(path[/cursor=page-(\d+)/, 1].to_i)]
  end

  def page(from)
    upto = from + PAGE
    JSON.generate(tickets: @tickets[from...upto], next: ("page-#{upto}" if upto < @tickets.size))
  end
end
