# The application behind puma: / is healthy, /keys gives every caller a key and keeps them all, 3 KiB each with what was looked at.
require "securerandom"

kept = {}

run lambda { |env|
  body =
    if env["PATH_INFO"] == "/keys"
      key = SecureRandom.hex(16)
      kept[key] = { path: env["PATH_INFO"].dup, agent: env["HTTP_USER_AGENT"].to_s.dup, at: Time.now, seen: (1..50).map { |n| "page #{n}" } }
      "#{key}\n"
    else
      (1..50).map { |n| "#{n} #{n * n}" }.join("\n")
    end
  [200, { "content-type" => "text/plain" }, [body]]
}
