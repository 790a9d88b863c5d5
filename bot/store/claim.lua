-- Take on what is to be done again, once: if it is time, or another word stood there the last time.
-- Returns the word of the last time, or false where there is nothing to do.
local rounds = KEYS[1]
local what, word, every, now, patient = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
local kept = redis.call('HGET', rounds, what)
local before = ''
if kept then
  local at, said = string.match(kept, '^(%d+) (.*)$')
  before = said
  local is_time = every >= 0 and now >= tonumber(at) + every
  if not is_time and (patient or said == word) then return false end
end
redis.call('HSET', rounds, what, string.format('%d %s', now, word))
return before
