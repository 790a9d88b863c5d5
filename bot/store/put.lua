-- Line up one effect that follows from no event. Returns the lane if it wants a worker now.
local list, words, lanes = KEYS[1], KEYS[2], KEYS[3]
local lane, once, entry, wake_by = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if once ~= '' and redis.call('SADD', words, once) == 0 then return false end
redis.call('RPUSH', list, entry)
if redis.call('ZSCORE', lanes, lane) then return false end
redis.call('ZADD', lanes, wake_by, lane)
return lane
