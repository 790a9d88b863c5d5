-- When an incident wants to be looked at next, unless something has happened to it since that was found out.
local incident, timers = KEYS[1], KEYS[2]
local id, expected, due = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HGET', incident, 'v') ~= expected then return 0 end
if due == '' then redis.call('ZREM', timers, id) else redis.call('ZADD', timers, due, id) end
return 1
