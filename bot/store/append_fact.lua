-- Add a fact about who is on call behind number `expected`, and line up what follows from it, in one step.
-- Returns 1, or 0 where somebody was faster.
local facts, list, lanes = KEYS[1], KEYS[2], KEYS[3]
local expected, fact, lane, entry, wake_by = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local last = redis.call('XREVRANGE', facts, '+', '-', 'COUNT', 1)
local number = last[1] and tonumber(string.match(last[1][1], '^%d+')) or 0
if number ~= expected then return 0 end
redis.call('XADD', facts, (expected + 1) .. '-0', 'f', fact)
redis.call('RPUSH', list, entry)
if not redis.call('ZSCORE', lanes, lane) then redis.call('ZADD', lanes, wake_by, lane) end
return 1
