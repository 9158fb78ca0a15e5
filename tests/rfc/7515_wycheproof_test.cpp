// Project Wycheproof's vectors for whole JWS under whole JWK. A JWK may be private there; this
// library takes none of those from strangers, so the public one is read where there are both.

#include <string>

#include "mcp_oauth/grammar/base64url.hpp"
#include "mcp_oauth/grammar/json_writer.hpp"
#include "mcp_oauth/rfc/7515_jws.hpp"
#include "support/wycheproof.hpp"

using namespace mcp_oauth;

namespace {

std::string to_text(json_value value);

std::string object_text(json_value object) {
    json_object_writer json;
    object.for_each_member([&json](std::string_view name, json_value member) {
        json.add_json(name, to_text(member));
    });
    return json.take();
}
std::string array_text(json_value array) {
    std::string text = "[";
    array.for_each_element(
        [&text](json_value each) { text += (text.size() > 1 ? "," : "") + to_text(each); });
    return text + ']';
}
std::string to_text(json_value value) {
    if (value.is_object()) return object_text(value);
    if (value.is_array()) return array_text(value);
    std::string text;
    append_json_string(text, value.string().value_or(""));
    return text;
}

json_value key_of(json_value group) {
    const auto shown = group.find("public");
    return shown ? *shown : *group.find("private");
}

// As its header says; where that is not even base64url, as the key says.
std::string algorithm_of(json_value group, json_value test) {
    const std::string jws{test.string_at("jws").value_or("")};
    const auto header = decode_base64url(jws.substr(0, jws.find('.')));
    const auto document = json_document::parse(header.value_or(""));
    const auto said = document ? document->root().string_at("alg") : std::nullopt;
    return std::string{said ? *said : key_of(group).string_at("alg").value_or("")};
}

// A valid vector of an algorithm that this library does not have. Invalid ones are all run.
wycheproof::why_skipped skip(json_value group, json_value test) {
    if (test.string_at("result") == "acceptable") return "acceptable: may verify or not";
    const auto alg = algorithm_of(group, test);
    if (test.string_at("result") != "valid" || signature_algorithm_from(alg)) return {};
    return "valid, but " + alg + " is not offered";
}

// Whatever a stranger's set holds, none of the five algorithms is left out.
bool accepts(json_value group, json_value test) {
    const auto jwk = key_of(group);
    const auto set = jwk.find("keys") ? to_text(jwk) : R"({"keys":[)" + to_text(jwk) + "]}";
    const auto keys = key_set::parse(set);
    if (!keys) return false;
    jws_use use;
    use.algorithms = algorithm_set::all();
    use.types = {"jwt"};
    use.type = jws_use::typ::optional;
    return verify_jws(test.string_at("jws").value_or(""), use, *keys).has_value();
}

void run(const std::string& file) {
    const auto document = wycheproof::vectors(file);
    if (!document) return;
    wycheproof::tally tally{file};
    tally.run(*document, skip, accepts);
}

} // namespace

TEST_CASE("Wycheproof: JSON web signatures",
          "[JOSE-01][JOSE-03][JOSE-07][JOSE-10][ATK-JW-07][ATK-JW-09][wycheproof]") {
    run("json_web_signature_test.json");
}

TEST_CASE("Wycheproof: JSON web keys",
          "[JOSE-03][JOSE-08][JOSE-15][JOSE-20][ATK-JW-07][wycheproof]") {
    run("json_web_key_test.json");
}
