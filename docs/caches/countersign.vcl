vcl 4.1;
# Countersign behind Varnish, which answers public pages itself while they are fresh (docs/performance.md).
import std;

backend countersign {
  .host = "127.0.0.1";
  .port = "8080";
  .probe = {
    .url = "/healthz";
    .interval = 2s;
    .timeout = 1s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
  }
}

sub vcl_recv {
  # Public pages know no cookies. Everything else passes as it is.
  if (req.method == "GET" && req.url ~ "^/(letters/[^/?]+(/signatories[.a-z]*)?(\?.*)?|\?.*)?$") {
    unset req.http.Cookie;
  }
  # Old pages are for the time when Countersign is down; else 3 s, as its headers say.
  if (std.healthy(req.backend_hint)) {
    set req.grace = 3s;
  }
}

sub vcl_backend_response {
  if (beresp.http.Cache-Control ~ "no-store|private") {
    set beresp.uncacheable = true;
    set beresp.ttl = 0s;
    return (deliver);
  }
  # A fault never takes the place of a page that was good.
  if (beresp.status >= 500 && bereq.is_bgfetch) {
    return (abandon);
  }
  set beresp.grace = 24h;
}

sub vcl_deliver {
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  } else {
    set resp.http.X-Cache = "MISS";
  }
}
