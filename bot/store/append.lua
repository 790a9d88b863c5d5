-- One step per command: was this cause obeyed? was somebody faster? then events, state, timers, indexes and effects together.
-- Both number and hash of the last event must stand: after a loss of data the same number may be another event.
-- Returns {"seen"|"conflict", version, head, state} or {"ok", lane to wake, …}.
local incident, log, causes, timers, lanes, open, all, channels, owed = unpack(KEYS, 1, 9)
local id, cause, expected, previous = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local version, head, state, due = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local is_open, channel, declared, now, grace = ARGV[9], ARGV[10], ARGV[11], tonumber(ARGV[12]), tonumber(ARGV[13])
local owes = ARGV[14]

if redis.call('HEXISTS', causes, cause) == 1 then
  local stored = redis.call('HMGET', incident, 'v', 'h', 's')
  return {'seen', stored[1], stored[2], stored[3]}
end
local stored = redis.call('HMGET', incident, 'v', 'h', 's')
if (stored[1] or '0') ~= expected or (stored[2] or previous) ~= previous then
  return {'conflict', stored[1] or '0', stored[2] or '', stored[3] or ''}
end

local at = 15
local count = tonumber(ARGV[at])
for i = 1, count do
  redis.call('XADD', log, (tonumber(expected) + i) .. '-0', 'r', ARGV[at + i])
end
at = at + count + 1

redis.call('HSET', incident, 'v', version, 'h', head, 's', state)
redis.call('HSET', causes, cause, version)
if due == '' then redis.call('ZREM', timers, id) else redis.call('ZADD', timers, due, id) end
if expected == '0' then redis.call('ZADD', all, declared, id) end
if is_open == '1' then redis.call('ZADD', open, declared, id) else redis.call('ZREM', open, id) end
if owes == '1' then redis.call('ZADD', owed, declared, id) else redis.call('ZREM', owed, id) end
if channel ~= '' then redis.call('HSETNX', channels, channel, id) end

local answer = {'ok'}
local effects = tonumber(ARGV[at])
for i = 1, effects do
  local lane, once, wanted, entry = unpack(ARGV, at + (i - 1) * 4 + 1, at + i * 4)
  local list, words = KEYS[9 + i * 2 - 1], KEYS[9 + i * 2]
  if once == '' or redis.call('SADD', words, once) == 1 then
    redis.call('RPUSH', list, entry)
    local is_later = tonumber(wanted) > now
    if redis.call('ZADD', lanes, 'NX', is_later and wanted or now + grace, lane) == 1 and not is_later then
      answer[#answer + 1] = lane
    end
  end
end
return answer
