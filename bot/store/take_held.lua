-- Give out everything that waits for a destination to one page, once and for all: the same page gets the same again.
local held, bundle = KEYS[1], KEYS[2]
local garbage = ARGV[1]
if redis.call('EXISTS', bundle) == 0 then
  if redis.call('EXISTS', held) == 1 then redis.call('RENAME', held, bundle) end
  redis.call('ZADD', bundle, '-inf', '')  -- remembers that the page asked, even where nothing waited
  redis.call('PEXPIRE', bundle, garbage)
end
return redis.call('ZRANGE', bundle, 1, -1)
