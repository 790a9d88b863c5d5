-- Take or renew a target. Returns {"yours", fence} | {"held", holder}.
local lock, fences = KEYS[1], KEYS[2]
local target, holder, now, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('HMGET', lock, 'holder', 'fence', 'until')
if held[1] and held[1] ~= holder and tonumber(held[3]) > now then return {'held', held[1]} end
local fence = held[2]
if held[1] ~= holder then fence = redis.call('HINCRBY', fences, target, 1) end
redis.call('HSET', lock, 'holder', holder, 'fence', fence, 'until', now + lease)
return {'yours', tonumber(fence)}
