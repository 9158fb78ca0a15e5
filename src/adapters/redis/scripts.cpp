// Every script begins with the pieces that it needs. Names that they share:
//
//   KEYS[1]           the record, or the list
//   KEYS[2], KEYS[3]  the lists of the owners that the new record has
//   ARGV[1]           when the call ends, by the server's clock, in milliseconds
//   ARGV[2], ARGV[3]  what the names of records and of lists begin with
//
// A script cannot be rolled back. So what may fail comes before the first write, lists gain their
// entries before the record is there, and lose them after it is gone: an entry too many is skipped
// when the list is read, an entry too few would hide a record from a revocation.

#include "adapters/redis/scripts.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace redis {
namespace {

// A server that stood still must not write when the library has long given up.
constexpr std::string_view in_time = R"(
local time = redis.call('TIME')
if time[1] * 1000 + time[2] / 1000 > tonumber(ARGV[1]) then
    return redis.error_reply('LATE this call has ended')
end
)";

// The version of a record, and the lists that it is in.
constexpr std::string_view head_of = R"(
local function head_of(text)
    local version, kind, subject, client, at =
        string.match(text, '^(%x+) (%S+) %S+ (%d+) (%d+)\n()')
    if not version then return nil, {} end
    local middle = at + subject
    local lists = {}
    if middle > at then
        lists[1] = ARGV[3] .. kind .. ':' .. string.sub(text, at, middle - 1)
    end
    if tonumber(client) > 0 then
        lists[#lists + 1] = ARGV[3] .. kind .. ':' .. string.sub(text, middle, middle + client - 1)
    end
    return version, lists
end
)";

// Puts a record's key into a list, sees to it that the list lives longer, and looks whether some of
// the entries behind it are dead: their records have expired. Keys are random, so that is a sample.
// A list in which many are dead is searched further, like Redis does for expired keys.
constexpr std::string_view enter = R"(
local member = string.sub(KEYS[1], #ARGV[2] + 1)
local day = 86400000
local function drop_dead(list)
    local from = '(' .. member
    for _ = 1, 16 do
        local page = redis.call('ZRANGEBYLEX', list, from, '+', 'LIMIT', 0, 8)
        local dead = 0
        for _, each in ipairs(page) do
            if redis.call('EXISTS', ARGV[2] .. each) == 0 then
                redis.call('ZREM', list, each)
                dead = dead + 1
            end
        end
        if dead < 2 then return end
        from = '(' .. page[#page]
    end
end
local function enter(list, span)
    redis.call('ZADD', list, 0, member)
    if redis.call('PTTL', list) < span then redis.call('PEXPIRE', list, span + day) end
    drop_dead(list)
end
)";

constexpr std::string_view leave = R"(
local function leave(lists, key)
    for _, list in ipairs(lists) do redis.pcall('ZREM', list, key) end
end
)";

// ARGV[4] the record's text, ARGV[5] how long to keep it, in milliseconds.
// Returns 1 where it was created, otherwise the text that is there.
constexpr std::string_view create = R"(
local there = redis.call('GET', KEYS[1])
if there then return there end
for i = 2, #KEYS do enter(KEYS[i], tonumber(ARGV[5])) end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
return 1
)";

// ARGV[4] and ARGV[5] as above, ARGV[6] the version that is expected.
// Returns 1 where it was replaced, otherwise 0.
constexpr std::string_view replace = R"(
local there = redis.call('GET', KEYS[1])
if not there then return 0 end
local version, old_lists = head_of(there)
if version ~= ARGV[6] then return 0 end
local span = tonumber(ARGV[5])
local left = {}
for _, list in ipairs(old_lists) do
    if list ~= KEYS[2] and list ~= KEYS[3] then left[#left + 1] = list end
end
for i = 2, #KEYS do
    local known = KEYS[i] == old_lists[1] or KEYS[i] == old_lists[2]
    if not known or redis.call('PTTL', KEYS[i]) < span then enter(KEYS[i], span) end
end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
leave(left, member)
return 1
)";

// ARGV[4] the version that is expected. Returns 1 where it was erased, otherwise 0.
constexpr std::string_view erase = R"(
local there = redis.call('GET', KEYS[1])
if not there then return 0 end
local version, lists = head_of(there)
if version ~= ARGV[4] then return 0 end
redis.call('DEL', KEYS[1])
leave(lists, string.sub(KEYS[1], #ARGV[2] + 1))
return 1
)";

// ARGV[4] the key after which to go on, or nothing, ARGV[5] how many to look at.
// Returns the last key looked at, or nothing at the end; then key and text of each record in turn.
// An entry without a record is dropped where the server takes writes.
constexpr std::string_view list = R"(
local from = '-'
if ARGV[4] ~= '' then from = '(' .. ARGV[4] end
local page = redis.call('ZRANGEBYLEX', KEYS[1], from, '+', 'LIMIT', 0, ARGV[5])
local found = {''}
if #page == tonumber(ARGV[5]) then found[1] = page[#page] end
for _, key in ipairs(page) do
    local text = redis.call('GET', ARGV[2] .. key)
    if text then
        found[#found + 1] = key
        found[#found + 1] = text
    else
        redis.pcall('ZREM', KEYS[1], key)
    end
end
return found
)";

template <class... Piece> script of(Piece... pieces) {
    script made;
    (made.text.append(pieces), ...);
    return made;
}

} // namespace

script_set make_scripts() {
    return {of(in_time, enter, create), of(in_time, head_of, enter, leave, replace),
            of(in_time, head_of, leave, erase), of(list)};
}

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
