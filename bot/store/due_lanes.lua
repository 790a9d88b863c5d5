-- The clock takes the lanes that want a worker and that nobody serves; each is offered again after `grace`.
local lanes = KEYS[1]
local now, grace, limit, prefix = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local wanted = {}
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', lanes, '-inf', now, 'LIMIT', 0, limit)) do
  redis.call('ZADD', lanes, now + grace, lane)
  if redis.call('EXISTS', prefix .. lane) == 0 then wanted[#wanted + 1] = lane end
end
return wanted
