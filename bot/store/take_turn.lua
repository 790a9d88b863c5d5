-- Take the audit's turn, unless somebody has it or the last round began less than `least` ago. Returns 1 | 0.
local turn, audit = KEYS[1], KEYS[2]
local token, life, now, least = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local last = tonumber(redis.call('HGET', audit, 'at') or '0')
if now >= last and now - last < least then return 0 end
if not redis.call('SET', turn, token, 'NX', 'PX', life) then return 0 end
redis.call('HSET', audit, 'at', now)
return 1
