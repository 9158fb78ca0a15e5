// Stores that keep something else than what was written.
#include <algorithm>

#include "testing/broken_stores.hpp"

namespace contract_tests {

namespace {

record_version as_text_of_c(record_version v) {
    std::fill(std::find(v.begin(), v.end(), 0), v.end(), std::uint8_t{0});
    return v;
}

std::string in_lower_case(std::string_view text) {
    std::string lower{text};
    for (auto& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::string with_all(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string three_octets_at_most(const std::string& text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool four = static_cast<unsigned char>(text[i]) >= 0xF0;
        kept.push_back(four ? '?' : text[i]);
        if (four) i += 3;
    }
    return kept;
}

void changing_bodies(broken_store& s, std::function<std::string(const std::string&)> change) {
    s.on_write([change](record r) {
        r.body = change(r.body);
        return r;
    });
}

} // namespace

std::vector<flaw> flaws_of_values() {
    return {
        {"record.absent", "an empty record stands for none",
         [](broken_store& s) {
             s.on_load = [&s](std::string_view key) -> load_result {
                 auto there = *s.database->store.load(key);
                 return there ? there : std::optional<record>{record{}};
             };
         }},
        {"record.every_member", "kinds are kept as numbers, and the last has none",
         [](broken_store& s) {
             s.on_write([](record r) {
                 if (r.kind == record_kind::secret_check) r.kind = record_kind::grant;
                 return r;
             });
         }},
        {"record.versions", "a version ends at its first zero octet",
         [](broken_store& s) {
             s.on_create = [&s](record r) {
                 r.version = as_text_of_c(r.version);
                 return s.database->store.create(r);
             };
             s.on_replace = [&s](record r, const record_version& expected) {
                 r.version = as_text_of_c(r.version);
                 return s.database->store.replace(r, as_text_of_c(expected));
             };
         }},
        {"record.instants", "expires_at is kept in seconds",
         [](broken_store& s) {
             s.on_write([](record r) {
                 r.expires_at = from_unix_seconds(to_unix_seconds(r.expires_at));
                 return r;
             });
         }},
        {"record.instants", "expires_at is kept in 32 bits",
         [](broken_store& s) {
             s.on_write([](record r) {
                 const auto most = from_unix_seconds(0x7FFF'FFFF);
                 r.expires_at = std::min(r.expires_at, most);
                 return r;
             });
         }},
        {"record.keys", "a key is cut after 255 octets",
         [](broken_store& s) {
             s.on_write([](record r) {
                 r.key.resize(std::min<std::size_t>(r.key.size(), 255));
                 return r;
             });
         }},
        {"record.keys_apart", "keys are compared without regard to case",
         [](broken_store& s) {
             s.on_load = [&s](std::string_view key) {
                 return s.database->store.load(in_lower_case(key));
             };
             s.on_write([](record r) {
                 r.key = in_lower_case(r.key);
                 return r;
             });
         }},
        {"body.values", "numbers are kept as floating point",
         [](broken_store& s) {
             changing_bodies(s, [](const std::string& body) {
                 return with_all(body, "9007199254740993", "9007199254740992");
             });
         }},
        {"body.escapes", "backslashes are unescaped once too often",
         [](broken_store& s) {
             changing_bodies(s,
                             [](const std::string& body) { return with_all(body, "\\\\", "\\"); });
         }},
        {"body.every_scalar", "characters have three octets at most",
         [](broken_store& s) { changing_bodies(s, three_octets_at_most); }},
        {"body.limit", "a body is cut after 65535 octets",
         [](broken_store& s) {
             changing_bodies(s, [](const std::string& body) { return body.substr(0, 65'535); });
         }},
    };
}

} // namespace contract_tests
