// A grant as the JSON body of its record: read on every refresh and every guarded request that
// loads the grant, so it is read in one pass.

#include <charconv>
#include <utility>

#include "mcp_oauth/base/octets.hpp"
#include "mcp_oauth/grammar/json.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/grant/record.hpp"

namespace mcp_oauth {
inline namespace v0 {

namespace {

constexpr std::int64_t last_ms =
    253'402'300'799'999; // of the year 9999: sums of times stay in range

constexpr std::array<std::pair<std::string_view, grant_state>, 3> states{{
    {"pending", grant_state::pending},
    {"active", grant_state::active},
    {"revoked", grant_state::revoked},
}};

constexpr std::array<revocation_reason, 7> reasons{
    revocation_reason::denied,        revocation_reason::client,
    revocation_reason::code_reuse,    revocation_reason::refresh_reuse,
    revocation_reason::state_lost,    revocation_reason::client_changed,
    revocation_reason::administrator,
};

constexpr std::string_view hex_digits = "0123456789abcdef";

// A JSON number holds 53 bits everywhere, so 64 travel as text.
std::string hex(std::uint64_t value) {
    std::string text(16, '0');
    for (std::size_t i = text.size(); i-- > 0; value >>= 4U) text[i] = hex_digits[value & 0xFU];
    return text;
}

std::string_view state_name(grant_state state) noexcept {
    return states[static_cast<std::size_t>(state)].first;
}

std::string ring_text(const rotation_ring& ring) {
    std::string text = "[";
    for (std::size_t i = 0; i < ring.size(); ++i) {
        if (i > 0) text.push_back(',');
        char digits[20];
        const auto end =
            std::to_chars(std::begin(digits), std::end(digits), to_unix_ms(ring[i])).ptr;
        text.append(digits, end);
    }
    text.push_back(']');
    return text;
}

void write_life(json_object_writer& out, const grant_life& life) {
    out.add("created_at", to_unix_ms(life.created_at));
    out.add("code_deadline", to_unix_ms(life.code_deadline));
    out.add("absolute_end", to_unix_ms(life.absolute_end));
    if (life.redeemed_at) out.add("redeemed_at", to_unix_ms(*life.redeemed_at));
    out.add("head", std::int64_t{life.head});
    out.add("head_born", to_unix_ms(life.head_born));
    out.add("head_nonce", hex(life.head_nonce));
    out.add("head_kid", to_text(life.head_key));
    if (life.ring.size() > 0) out.add_json("ring", ring_text(life.ring));
    out.add("epoch", std::int64_t{life.epoch});
    if (!life.jkt.empty()) out.add("jkt", life.jkt).add("jkt_since", std::int64_t{life.jkt_since});
    if (!life.reason) return;
    json_object_writer revoked;
    revoked.add("reason", name(*life.reason)).add("at", to_unix_ms(life.revoked_at));
    out.add_json("revoked", revoked.take());
}

// Each reader takes one member, and says whether it is what `encode` would have written.
using reader = bool (*)(const json_value& value, grant& g);

bool read_text(const json_value& value, std::string& to) {
    const auto text = value.string();
    if (text) to = *text;
    return text.has_value();
}
bool read_texts(const json_value& value, std::vector<std::string>& to) {
    auto texts = value.strings();
    if (texts) to = std::move(*texts);
    return texts.has_value();
}
bool read_time(const json_value& value, instant& to) {
    const auto ms = value.integer();
    if (!ms || *ms < 0 || *ms > last_ms) return false;
    to = from_unix_ms(*ms);
    return true;
}
bool read_u32(const json_value& value, std::uint32_t& to) {
    const auto number = value.integer();
    if (!number || *number < 0 || *number > std::int64_t{0xFFFFFFFF}) return false;
    to = static_cast<std::uint32_t>(*number);
    return true;
}
bool read_schema(const json_value& value, grant&) { return value.integer() == grant::schema; }
bool read_id(const json_value& value, grant& g) {
    const auto id = grant_id_from(value.string().value_or(""));
    if (id) g.id = *id;
    return id.has_value();
}
bool read_state(const json_value& value, grant& g) {
    for (const auto& [text, state] : states) {
        if (value.string() != text) continue;
        g.life.state = state;
        return true;
    }
    return false;
}
bool read_method(const json_value& value, grant& g) {
    const auto method = client_authentication_method_from(value.string().value_or(""));
    if (method) g.method = *method;
    return method.has_value();
}
bool read_scope(const json_value& value, grant& g) {
    const auto text = value.string();
    if (!text) return false;
    if (text->empty()) return true;
    auto scope = scope_set::parse(*text);
    if (scope) g.scope = std::move(*scope);
    return scope.has_value();
}
bool read_redeemed(const json_value& value, grant& g) {
    return read_time(value, g.life.redeemed_at.emplace());
}
bool read_nonce(const json_value& value, grant& g) {
    const auto text = value.string();
    if (!text || text->size() != 16) return false;
    for (const char c : *text)
        if (hex_digits.find(c) == std::string_view::npos) return false;
    std::from_chars(text->data(), text->data() + text->size(), g.life.head_nonce, 16);
    return true;
}
bool read_key(const json_value& value, grant& g) {
    const auto id = secret_id_from(value.string().value_or(""));
    if (id) g.life.head_key = *id;
    return id.has_value();
}
bool read_ring(const json_value& value, grant& g) {
    bool good = value.is_array();
    value.for_each_element([&](const json_value& element) {
        instant rotated{};
        good = good && read_time(element, rotated) && g.life.ring.append(rotated);
    });
    return good;
}
bool read_redirect_uri_required(const json_value& value, grant& g) {
    const auto flag = value.boolean();
    g.redirect_uri_required = flag.value_or(false);
    return g.redirect_uri_required; // written where it is true, and only there
}
bool read_auth_time(const json_value& value, grant& g) {
    g.auth_time = value.integer();
    return g.auth_time && *g.auth_time >= 0 && *g.auth_time <= last_ms / 1000;
}
bool read_revoked(const json_value& value, grant& g) {
    const auto at = value.find("at");
    if (!at || value.size() != 2 || !read_time(*at, g.life.revoked_at)) return false;
    const auto text = value.string_at("reason");
    for (const auto reason : reasons)
        if (text == name(reason)) g.life.reason = reason;
    return g.life.reason.has_value();
}

struct member {
    std::string_view name;
    bool required;
    reader read;
};

// In the order in which `encode` writes them.
constexpr std::array members{
    member{"v", true, read_schema},
    member{"id", true, read_id},
    member{"state", true, read_state},
    member{"client", true, [](auto& v, grant& g) { return read_text(v, g.client_id); }},
    member{"method", true, read_method},
    member{"subject", true, [](auto& v, grant& g) { return read_text(v, g.subject); }},
    member{"scope", true, read_scope},
    member{"resources", true, [](auto& v, grant& g) { return read_texts(v, g.resources); }},
    member{"challenge", true, [](auto& v, grant& g) { return read_text(v, g.challenge); }},
    member{"redirect_uri", true, [](auto& v, grant& g) { return read_text(v, g.redirect_uri); }},
    member{"redirect_uri_required", false, read_redirect_uri_required},
    member{"dpop_jkt", false, [](auto& v, grant& g) { return read_text(v, g.dpop_jkt); }},
    member{"auth_time", false, read_auth_time},
    member{"acr", false, [](auto& v, grant& g) { return read_text(v, g.acr); }},
    member{"amr", false, [](auto& v, grant& g) { return read_texts(v, g.amr); }},
    member{"host_data", false, [](auto& v, grant& g) { return read_text(v, g.sealed_host_data); }},
    member{"created_at", true, [](auto& v, grant& g) { return read_time(v, g.life.created_at); }},
    member{"code_deadline", true,
           [](auto& v, grant& g) { return read_time(v, g.life.code_deadline); }},
    member{"absolute_end", true,
           [](auto& v, grant& g) { return read_time(v, g.life.absolute_end); }},
    member{"redeemed_at", false, read_redeemed},
    member{"head", true, [](auto& v, grant& g) { return read_u32(v, g.life.head); }},
    member{"head_born", true, [](auto& v, grant& g) { return read_time(v, g.life.head_born); }},
    member{"head_nonce", true, read_nonce},
    member{"head_kid", true, read_key},
    member{"ring", false, read_ring},
    member{"epoch", true, [](auto& v, grant& g) { return read_u32(v, g.life.epoch); }},
    member{"jkt", false, [](auto& v, grant& g) { return read_text(v, g.life.jkt); }},
    member{"jkt_since", false, [](auto& v, grant& g) { return read_u32(v, g.life.jkt_since); }},
    member{"revoked", false, read_revoked},
};

constexpr std::uint32_t required_members() noexcept {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < members.size(); ++i)
        if (members[i].required) bits |= std::uint32_t{1} << i;
    return bits;
}

// Reads members in any order, quickest in the order of `encode`.
class record_reader {
public:
    bool read(std::string_view name, const json_value& value, grant& g) {
        for (std::size_t tried = 0; tried < members.size(); ++tried, ++at_) {
            if (at_ == members.size()) at_ = 0;
            if (members[at_].name != name) continue;
            seen_ |= std::uint32_t{1} << at_;
            return members[at_++].read(value, g);
        }
        return false; // it may restrict the grant: whoever does not know it must not go on without
    }
    [[nodiscard]] bool complete() const noexcept {
        constexpr auto all = required_members();
        return (seen_ & all) == all;
    }

private:
    std::size_t at_ = 0;
    std::uint32_t seen_ = 0;
};

bool consistent(const grant_life& life) noexcept {
    if (life.reason.has_value() != (life.state == grant_state::revoked)) return false;
    if (life.jkt.empty() != (life.jkt_since == 0)) return false; // half a binding is none
    if (life.state == grant_state::pending) return life.head == 0;
    return life.state == grant_state::revoked || life.head > 0;
}

} // namespace

std::string encode(const grant& g) {
    constexpr std::size_t all_but_texts = 512;
    json_object_writer out(all_but_texts + g.redirect_uri.size() + g.sealed_host_data.size());
    out.add("v", std::int64_t{grant::schema});
    out.add("id", to_text(g.id));
    out.add("state", state_name(g.life.state));
    out.add("client", g.client_id);
    out.add("method", name(g.method));
    out.add("subject", g.subject);
    out.add("scope", g.scope.text());
    out.add("resources", g.resources);
    out.add("challenge", g.challenge);
    out.add("redirect_uri", g.redirect_uri);
    if (g.redirect_uri_required) out.add_flag("redirect_uri_required", true);
    out.add_unless_empty("dpop_jkt", g.dpop_jkt);
    if (g.auth_time) out.add("auth_time", *g.auth_time);
    out.add_unless_empty("acr", g.acr);
    out.add_unless_empty("amr", g.amr);
    out.add_unless_empty("host_data", g.sealed_host_data);
    write_life(out, g.life);
    return out.take();
}

std::optional<grant> decode_grant(std::string_view body) {
    const auto document = json_document::parse(body);
    if (!document || !document->root().is_object()) return std::nullopt;
    std::optional<grant> g{std::in_place};
    record_reader reader;
    bool good = true;
    document->root().for_each_member([&](std::string_view name, const json_value& value) {
        good = good && reader.read(name, value, *g);
    });
    if (!good || !reader.complete() || !consistent(g->life)) return std::nullopt;
    return g;
}

} // namespace v0
} // namespace mcp_oauth
