// The body is JSON text: it may come back in another spelling, and must say the same.

#include "mcp_oauth/grammar/json_writer.hpp"
#include "testing/contract_run.hpp"
#include "testing/lookalikes.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace testing {
namespace contract {

namespace {

constexpr std::size_t largest_body = 64 * 1024;

void require_kept(record_store& store, record r, std::string body, const char* what) {
    r.body = std::move(body);
    create(store, r);
    require_stored(store, r, what);
    auto next = r;
    next.version = fresh_version();
    replace(store, next, r.version);
    require_stored(store, next, what);
}

void values(contract_run& run) {
    const auto store = run.open();
    constexpr std::string_view bodies[] = {
        R"({})",
        R"({"a":null,"b":true,"c":false,"d":"","e":[],"f":{}})",
        R"({"z":1,"y":{"b":[1,"2",[3],{"c":null}],"a":0},"x":-1})",
        R"({"largest":9007199254740993,"int64":[9223372036854775807,-9223372036854775808]})",
        R"({"fractions":[0.5,-0.25,1.0,0.1,1e3,1.5e-3,123456789.125]})",
        R"({"text of a number":"1","of a truth":"true","of nothing":"null","of JSON":"{\"a\":1}"})",
        " {\t\"spaced\" :\r\n [ 1 , 2 ] } ",
    };
    std::size_t n = 0;
    for (const auto body : bodies)
        require_kept(*store, run.fresh(std::to_string(n++)), std::string{body},
                     "a record of this body");
}

void escapes(contract_run& run) {
    const auto store = run.open();
    constexpr std::string_view bodies[] = {
        R"({"s":"\"\\\/\b\f\n\r\t"})",
        R"({"s":"\u0001\u001f\u007f\u0080\u00e9\u2028\u2029\ud7ff\ue000\ufeff\ufffe\uffff"})",
        R"({"s":"\ud800\udc00\ud83d\udd11\udbff\udfff"})",
        R"({"s":"\\u0000 \\ud800 \\n \\\\ %s %00 '' $1 ? :x"})",
    };
    std::size_t n = 0;
    for (const auto body : bodies)
        require_kept(*store, run.fresh(std::to_string(n++)), std::string{body},
                     "a record whose body has escapes");
}

std::string body_with(std::string_view text) { return json_object_writer{}.add("s", text).take(); }

// In one body after the other, as many as it holds.
void every_scalar(contract_run& run) {
    const auto store = run.open();
    constexpr std::size_t room = largest_body - 512; // the controls are written as escapes
    std::string text;
    std::size_t bodies = 0;
    const auto keep = [&] {
        auto r = run.fresh(std::to_string(++bodies));
        r.body = body_with(text);
        create(*store, r);
        require_stored(*store, r, "a record whose body holds a piece of Unicode");
        text.clear();
    };
    for (char32_t scalar = 1; scalar <= 0x10FFFF; ++scalar) {
        if (scalar == 0xD800) scalar = 0xE000; // surrogates are no scalar values
        append_utf8(text, scalar);
        if (text.size() >= room) keep();
    }
    keep();
}

void at_the_limit(contract_run& run) {
    const auto store = run.open();
    const auto empty = body_with({}).size();
    for (const std::string_view letter : {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x91"}) {
        std::string text;
        while (text.size() + letter.size() <= largest_body - empty) text.append(letter);
        while (text.size() < largest_body - empty) text.push_back('x');
        require_kept(*store, run.fresh(letter), body_with(text), "a record with a body of 64 KiB");
    }
}

} // namespace

clause_group clauses_of_bodies() {
    return {
        {{"body.values",
          "The body is JSON: member order and white space may change, and no value does."},
         values},
        {{"body.escapes", "An escaped character in a body is kept, however it is spelt."}, escapes},
        {{"body.every_scalar",
          "A body may hold every Unicode scalar value but U+0000 (checked with all of them)."},
         every_scalar},
        {{"body.limit", "A body has up to 64 KiB (65536 octets)."}, at_the_limit},
    };
}

} // namespace contract
} // namespace testing
} // namespace v0
} // namespace mcp_oauth
