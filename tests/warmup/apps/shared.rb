# What the Ruby apps have in common: how much of what a run of them does, drawn from its seed, and the mistake of a leaking twin.
require "digest"
require "erb"
require "json"
require "securerandom"

module Shared
  draw = Random.new(Digest::SHA256.hexdigest(ENV.fetch("SEED"))[0, 12].to_i(16))
  ROWS = [10, 25, 60, 120].sample(random: draw)
  FIELDS = [3, 10, 30].sample(random: draw)
  CACHE = [32, 64, 128, 256].sample(random: draw)
  SECRET = "a secret of this test, longer than sixty-four characters as rack asks for it"
  # Bytes kept of each request for ever; 0 in a healthy one. An entry of the hash and a string's slot cost about 90.
  LEAK = ENV.fetch("LEAK", "0").to_i
  PAGE = ERB.new(<<~PAGE)
    <!doctype html><title><%= title %></title><h1><%= title %></h1><table>
    <% rows.each do |row| %><tr><td><%= row[:id] %></td><td><%= row[:name] %></td><td><%= row[:price] %></td></tr>
    <% end %></table>
  PAGE
  @kept, @serial, @cache, @lock = {}, 0, {}, Mutex.new

  module_function

  def rows = (0...ROWS).map { |n| { id: n, name: "article #{rand(10**6)}", price: rand * 100 } }

  def page(title: "articles", rows: Shared.rows) = PAGE.result_with_hash(title:, rows:)

  def order(asked)
    lines = (0...FIELDS).map { |n| { sku: rand(2**64).to_s(16), count: n, price: (rand * 90).round(2) } }
    { for: asked["user"] || "-", items: asked["items"] || [], lines:, sum: lines.sum { |line| line[:price] } }
  end

  def look_up
    key = rand(CACHE * 3)
    @lock.synchronize do
      value = @cache.delete(key) || { key:, text: "#{key} " * 40, stock: Array.new(20) { rand } }
      @cache.shift if @cache.size >= CACHE
      @cache[key] = value
    end
  end

  def visit(session)
    session["visits"] = (session["visits"] || 0) + 1
    session["last"] = SecureRandom.hex(16)
    { visits: session["visits"] }
  end

  def count_request
    return if LEAK.zero?

    @lock.synchronize { @kept[@serial += 1] = Random.bytes([LEAK - 90, 24].max) }
  end

  def pick = %i[json page cached session].sample
end
