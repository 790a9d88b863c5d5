-- Let one more page go to a destination, if fewer than `most` went within the window that ends now.
-- Returns 0 and counts it, or the milliseconds until one may go. The sorted set holds when each page went.
local went, numbers = KEYS[1], KEYS[2]
local now, most, window, garbage = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
redis.call('ZREMRANGEBYSCORE', went, '-inf', now - window)
local full = redis.call('ZCARD', went) - most
if full < 0 then
  redis.call('ZADD', went, now, redis.call('INCR', numbers))
  redis.call('PEXPIRE', went, garbage)
  return 0
end
return tonumber(redis.call('ZRANGE', went, full, full, 'WITHSCORES')[2]) + window - now
