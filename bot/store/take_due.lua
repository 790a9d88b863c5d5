-- A clock takes incidents of which something has fallen due, longest wait first; each is offered again after `grace`.
local timers = KEYS[1]
local now, grace, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local due = redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
for i = 1, #due, 2 do redis.call('ZADD', timers, now + grace, due[i]) end
return due
