require "sinatra/base"
require_relative "shared"

class Shop < Sinatra::Base
  enable :sessions
  set :session_secret, Shared::SECRET
  set :logging, false
  before { Shared.count_request unless request.path_info == "/ready" }

  helpers do
    def answer(kind)
      return Shared.page if kind == :page

      content_type :json
      case kind
      when :json then JSON.generate(Shared.order(JSON.parse(request.body.read)))
      when :cached then JSON.generate(Shared.look_up)
      when :session then JSON.generate(Shared.visit(session))
      end
    end
  end
  %i[json page cached session].each { |kind| post("/#{kind}") { answer(kind) } }
  post("/mix") { answer(Shared.pick) }
  get("/ready") { "yes" }
end

run Shop
