# The application behind puma: / is healthy, /keys/KEY keeps every key that it was asked for, 3 KiB each with what was looked at.
kept = {}

run lambda { |env|
  path = env["PATH_INFO"]
  body =
    if path.start_with?("/keys/")
      kept[path.dup] ||= { agent: env["HTTP_USER_AGENT"].to_s.dup, at: Time.now, seen: (1..50).map { |n| "page #{n}" } }
      "#{kept.size}\n"
    else
      (1..50).map { |n| "#{n} #{n * n}" }.join("\n")
    end
  [200, { "content-type" => "text/plain" }, [body]]
}
