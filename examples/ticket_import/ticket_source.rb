# frozen_string_literal: true

require "active_data_flow"
require "json"
require "net/http"

# The tickets of a help desk that answers in pages. Where it has been is the desk's cursor; it is stored with each commit.
class TicketSource < ActiveDataFlow::Connector::Source
  attribute :url

  def fetch(after:, limit:) # how long a page is says the desk
    answer = get(after ? "/tickets?#{URI.encode_www_form(cursor: after)}" : "/tickets")
    case answer
    when Net::HTTPSuccess then JSON.parse(answer.body).then { |page| Page.new(page["tickets"], cursor: page["next"]) }
    when Net::HTTPTooManyRequests then raise ActiveDataFlow::Throttled.new(wait: Float(answer["Retry-After"]))
    when Net::HTTPGone then raise ActiveDataFlow::CursorExpired
    else answer.error!
    end
  end

  private

  # With a token that has expired it asks for another one, once.
  def get(path)
    2.times do
      @token ||= Net::HTTP.post(URI("#{url}/token"), "").body
      answer = Net::HTTP.get_response(URI(url + path), "Authorization" => "Bearer #{@token}")
      return answer unless answer.is_a?(Net::HTTPUnauthorized)

      @token = nil
    end
    raise "#{url} takes no token of ours"
  end
end
