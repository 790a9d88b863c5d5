-- Keep what a round came to and let the turn go, if it is still ours. Returns 1 | 0.
local turn, audit, outbreaks = KEYS[1], KEYS[2], KEYS[3]
local token, book, outbreak, kept = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('GET', turn) ~= token then return 0 end
redis.call('HSET', audit, 'book', book)
if outbreak ~= '' then redis.call('HSET', audit, 'outbreak', outbreak) end
for i = 5, #ARGV do redis.call('LPUSH', outbreaks, ARGV[i]) end
redis.call('LTRIM', outbreaks, 0, kept - 1)
redis.call('DEL', turn)
return 1
