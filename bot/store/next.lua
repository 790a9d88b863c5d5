-- A worker asks for its lane's next effect, having done the one named (or none yet).
-- Returns {"effect", entry, tries} | {"empty"} | {"later"} | {"taken"}.
local list, words, lease, lanes, attempts = unpack(KEYS)
local lane, token, now, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local done, rest, untried = ARGV[5], tonumber(ARGV[6]), ARGV[7]

local holder = redis.call('GET', lease)
if holder and holder ~= token then return {'taken'} end
if done ~= '' and not holder then return {'taken'} end
if done ~= '' then
  local head = redis.call('LINDEX', list, 0)
  if head and cjson.decode(head)['id'] == done then
    redis.call('LPOP', list)
    redis.call('HDEL', attempts, done)
  end
end
if untried ~= '' and holder then redis.call('HINCRBY', attempts, untried, -1) end
if rest > 0 then
  redis.call('DEL', lease)
  redis.call('ZADD', lanes, now + rest, lane)
  return {'later'}
end
local entry = redis.call('LINDEX', list, 0)
if not entry then
  redis.call('DEL', lease)
  redis.call('ZREM', lanes, lane)
  return {'empty'}
end
local effect = cjson.decode(entry)
if effect['due'] > now then
  redis.call('DEL', lease)
  redis.call('ZADD', lanes, effect['due'], lane)
  return {'later'}
end
redis.call('SET', lease, token, 'PX', lease_ms)
redis.call('ZADD', lanes, now + lease_ms, lane)
local tries = redis.call('HINCRBY', attempts, effect['id'], 1)
-- Later tries leave the word alone: by then it belongs to an equal effect that waits behind this one.
if tries == 1 and effect['once'] ~= '' then redis.call('SREM', words, effect['once']) end
return {'effect', entry, tries}
