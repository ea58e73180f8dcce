-- Request metrics of the gateway in Prometheus' text format, kept in memory shared by nginx' processes.
-- http_request_duration_seconds{code} counts from the reading of the request to the end of the answer.
local histogram = {}

local EDGES = { 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10 }
local requests = ngx.shared.requests

function histogram.arrive()
    ngx.ctx.arrived = true
    requests:incr("in_flight", 1, 0)
end

function histogram.leave()
    if not ngx.ctx.arrived then return end -- refused before it was let in, such as a malformed request
    requests:incr("in_flight", -1, 0)
    -- nginx caches the clock for a turn of its event loop: without the update a busy turn measures 0.
    ngx.update_time()
    local seconds = ngx.now() - ngx.req.start_time()
    local code = ngx.status
    local bucket = #EDGES + 1
    for i, edge in ipairs(EDGES) do
        if seconds <= edge then
            bucket = i
            break
        end
    end
    requests:incr("bucket " .. code .. " " .. bucket, 1, 0)
    requests:incr("sum " .. code, seconds, 0)
end

local function codes()
    local seen, list = {}, {}
    for _, key in ipairs(requests:get_keys(0)) do
        local code = key:match("^sum (%d+)$")
        if code and not seen[code] then
            seen[code] = true
            list[#list + 1] = code
        end
    end
    table.sort(list)
    return list
end

function histogram.expose()
    ngx.header.content_type = "text/plain; version=0.0.4"
    local total = {}
    ngx.say("# HELP http_request_duration_seconds Time from reading a request to the end of its answer.")
    ngx.say("# TYPE http_request_duration_seconds histogram")
    for _, code in ipairs(codes()) do
        local count = 0
        for i = 1, #EDGES + 1 do
            count = count + (requests:get("bucket " .. code .. " " .. i) or 0)
            ngx.say(('http_request_duration_seconds_bucket{code="%s",le="%s"} %d'):format(code, EDGES[i] or "+Inf", count))
        end
        ngx.say(('http_request_duration_seconds_sum{code="%s"} %.3f'):format(code, requests:get("sum " .. code)))
        ngx.say(('http_request_duration_seconds_count{code="%s"} %d'):format(code, count))
        total[code] = count
    end
    ngx.say("# HELP http_requests_total Requests answered.")
    ngx.say("# TYPE http_requests_total counter")
    for _, code in ipairs(codes()) do
        ngx.say(('http_requests_total{code="%s"} %d'):format(code, total[code] or 0))
    end
    ngx.say("# HELP http_requests_in_flight Requests let in and not yet answered.")
    ngx.say("# TYPE http_requests_in_flight gauge")
    ngx.say(("http_requests_in_flight %d"):format(requests:get("in_flight") or 0))
end

return histogram
