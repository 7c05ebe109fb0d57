# frozen_string_literal: true

require "json"
require "openssl"
require "socket"

# A service with pages of tickets, over HTTP on loopback, in a thread of its own. Its cursors mean nothing to anybody else. What
# goes wrong is said beforehand, by the number of the page; everything else is as an honest service does it.
class PagedApi
  # What a request was answered with: the number of the page, and the status, or :reset and :cut.
  Answer = Data.define(:page, :status)

  STATUS = {200 => "OK", 401 => "Unauthorized", 410 => "Gone", 429 => "Too Many Requests", 503 => "Service Unavailable"}.freeze
  private_constant :STATUS

  # @return [Array<Answer>] in the order in which they were asked for
  attr_reader :answers
  # @return [Integer] tokens that were given out
  attr_reader :tokens

  # @yieldparam api [PagedApi] which ends with the block
  def self.open(...)
    api = new(...)
    yield api
  ensure
    api&.close
  end

  # @param sizes [Array<Integer>] of its pages
  # @param troubles [Hash{Integer => Array}] for a page what its first requests meet: :busy, :gone, :reset, :cut, :down, or
  #   something to call, after which it is answered
  # @param token_for [Integer, nil] requests that a token is good for; nil: none is needed
  # @param at_once [Integer, nil] requests that are answered before it asks for a pause; nil: any number
  def initialize(sizes, troubles: {}, token_for: nil, at_once: nil)
    @pages = pages_of(sizes)
    @troubles = troubles.transform_values(&:dup)
    @token_for, @at_once = token_for, at_once
    @answers, @tokens, @left, @answered = [], 0, 0, 0
    @server = TCPServer.new("127.0.0.1", 0)
    @thread = Thread.new { serve }
  end

  # @return [String]
  def url = "http://127.0.0.1:#{@server.addr[1]}"

  # @return [Array<Hash>] all tickets
  def tickets = @pages.flatten

  # @return [Array<Integer>] of the pages that were asked for, in order
  def asked = @answers.map(&:page)

  def close
    @thread.kill.join
    @server.close
  end

  private

  def pages_of(sizes)
    numbers = (1..).each
    sizes.map { |size| Array.new(size) { numbers.next.then { |number| {"number" => number, "title" => "Ticket #{number} ✓"} } } }
  end

  def serve
    loop do
      socket = @server.accept
      answer(socket, socket.gets.to_s.split)
    rescue SystemCallError, IOError # whoever asked is gone
      nil
    ensure
      socket&.close
    end
  end

  def answer(socket, (verb, target, _version))
    headers = headers_of(socket)
    return token(socket) if verb == "POST"

    page = number_of(target[/cursor=(\w+)/, 1])
    trouble = @troubles[page]&.shift
    trouble.call if trouble.respond_to?(:call)
    status = status_of(headers, trouble)
    @answers << Answer.new(page:, status:)
    return break_off(socket, page, status) if status.is_a?(Symbol)

    respond(socket, status, (status == 200) ? body(page) : {"error" => STATUS[status]})
  end

  def headers_of(socket)
    lines = socket.each_line("\r\n").lazy.map(&:chomp).take_while { |line| !line.empty? }
    lines.to_h { |line| line.downcase.split(": ", 2) }
  end

  def status_of(headers, trouble)
    return 401 unless authorized?(headers)
    return {busy: 429, gone: 410, down: 503}.fetch(trouble, trouble) if trouble.is_a?(Symbol)
    return 200 if @at_once.nil? || (@answered += 1) <= @at_once

    @answered = 0
    429
  end

  def authorized?(headers)
    return true unless @token_for

    headers["authorization"] == "bearer token-#{@tokens}" && (@left -= 1) >= 0
  end

  def token(socket)
    @tokens += 1
    @left = @token_for
    respond(socket, 200, {"token" => "token-#{@tokens}"})
  end

  # Of another service a cursor says nothing.
  def cursor_of(page) = "#{page}x#{OpenSSL::Digest::SHA256.hexdigest(@pages.size.to_s + page.to_s)[0, 8]}"

  def number_of(cursor) = cursor ? (0...@pages.size).find { |page| cursor_of(page) == cursor } : 0

  def body(page) = {"tickets" => @pages[page], "next" => (cursor_of(page + 1) if page + 1 < @pages.size)}

  def head(status, length)
    more = (status == 429) ? "Retry-After: 0\r\n" : ""
    "HTTP/1.1 #{status} #{STATUS[status]}\r\nContent-Type: application/json\r\n#{more}Content-Length: #{length}\r\nConnection: close\r\n\r\n"
  end

  def respond(socket, status, body)
    text = JSON.generate(body)
    socket.write(head(status, text.bytesize), text)
  end

  # In the middle of the body: with an end like any other, or with a reset.
  def break_off(socket, page, how)
    text = JSON.generate(body(page))
    socket.write(head(200, text.bytesize), text.byteslice(0, text.bytesize / 2))
    socket.setsockopt(Socket::SOL_SOCKET, Socket::SO_LINGER, [1, 0].pack("ii")) if how == :reset
  end
end
