require "rack"
require_relative "shared"

use Rack::Session::Cookie, secret: Shared::SECRET

JSON_TYPE = { "content-type" => "application/json" }.freeze
KINDS = {
  json: ->(env) { [200, JSON_TYPE.dup, [JSON.generate(Shared.order(JSON.parse(env["rack.input"].read)))]] },
  page: ->(_env) { [200, { "content-type" => "text/html" }, [Shared.page]] },
  cached: ->(_env) { [200, JSON_TYPE.dup, [JSON.generate(Shared.look_up)]] },
  session: ->(env) { [200, JSON_TYPE.dup, [JSON.generate(Shared.visit(env["rack.session"]))]] },
  ready: ->(_env) { [200, {}, ["yes"]] }
}.freeze

run lambda { |env|
  kind = env["PATH_INFO"].delete_prefix("/").to_sym
  Shared.count_request unless kind == :ready
  kind = Shared.pick if kind == :mix
  KINDS.fetch(kind).call(env)
}
