-- Posts the review in the file BODY as the API server does. CPU time of the process SERVER and answers are counted only after START
-- seconds, when all connections are open. CLOSE=1 opens a connection for each request.
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int clock, moment *out);")
local moment = ffi.new("moment")

local function seconds(clock)
  assert(ffi.C.clock_gettime(clock, moment) == 0)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

local function now() return seconds(1) end

-- The clock that clock_getcpuclockid() returns for the process. It includes threads that have ended.
local cpu_clock = -8 * (tonumber(os.getenv("SERVER")) + 1) + 2
local function cpu() return seconds(cpu_clock) * 1e9 end

local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.method, wrk.path, wrk.body = "POST", "/validate?timeout=5s", file:read("*a")
file:close()
wrk.headers = {["Host"] = "droveway.droveway.svc:443", ["User-Agent"] = "kube-apiserver-admission", ["Accept"] = "application/json, */*",
  ["Content-Type"] = "application/json", ["Accept-Encoding"] = "gzip"}
if os.getenv("CLOSE") == "1" then wrk.headers["Connection"] = "close" end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

local text, sent, start

local function begin()
  begin_time, begin_cpu, begin_sent = now(), cpu(), sent
end

function init()
  text, sent, start = wrk.format(), 0, now() + tonumber(os.getenv("START"))
  begin()
end

function request()
  sent = sent + 1
  if start and sent % 4 == 0 and now() >= start then
    begin()
    start = nil
  end
  return text
end

function done(summary, latency)
  local thread = threads[1]
  io.write(string.format("result %.0f %d %.6f %g %g %g %d\n", cpu() - thread:get("begin_cpu"), summary.requests - thread:get("begin_sent"),
    now() - thread:get("begin_time"), latency:percentile(50), latency:percentile(99), latency:percentile(99.9), summary.errors.status))
end
