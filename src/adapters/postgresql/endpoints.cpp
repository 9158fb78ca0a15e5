#include "adapters/postgresql/endpoints.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

namespace {

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    for (;;) {
        const auto comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

const std::string* find(const connection_words& words, std::string_view name) {
    for (std::size_t i = 0; i < words.names.size(); ++i)
        if (words.names[i] == name) return &words.values[i];
    return nullptr;
}

void set(connection_words& words, std::string_view name, std::string value) {
    for (std::size_t i = 0; i < words.names.size(); ++i)
        if (words.names[i] == name) {
            words.values[i] = std::move(value);
            return;
        }
    words.names.emplace_back(name);
    words.values.push_back(std::move(value));
}

void set_default(connection_words& words, std::string_view name, std::string value) {
    if (find(words, name) == nullptr) set(words, name, std::move(value));
}

// What this adapter insists on, and what it proposes.
void settle(connection_words& words, milliseconds unanswered_limit) {
    set(words, "client_encoding", "UTF8");
    set(words, "target_session_attrs", "read-write");
    set_default(words, "fallback_application_name", "mcp_oauth");
    set_default(words, "keepalives_idle", "30");
    set_default(words, "keepalives_interval", "10");
    set_default(words, "keepalives_count", "3");
    set_default(words, "tcp_user_timeout", std::to_string(unanswered_limit.count()));
}

// A list with one element stands for all servers, as a port may.
std::string part_of(const std::vector<std::string>& list, std::size_t index) {
    return list.size() == 1 ? list.front() : index < list.size() ? list[index] : std::string{};
}

std::vector<connection_words> one_by_one(const connection_words& all) {
    std::vector<std::pair<std::string_view, std::vector<std::string>>> lists;
    std::size_t servers = 1;
    for (const std::string_view name : {"host", "hostaddr", "port"})
        if (const auto* value = find(all, name)) {
            lists.emplace_back(name, split(*value));
            servers = std::max(servers, lists.back().second.size());
        }
    std::vector<connection_words> each(servers, all);
    for (std::size_t i = 0; i < servers; ++i)
        for (const auto& [name, list] : lists) set(each[i], name, part_of(list, i));
    return each;
}

} // namespace

expected<std::unique_ptr<endpoints>, std::string> endpoints::parse(const std::string& connection,
                                                                   milliseconds unanswered_limit) {
    char* message = nullptr;
    PQconninfoOption* options = PQconninfoParse(connection.c_str(), &message);
    PQfreemem(message); // it quotes what it read, which may be the password
    if (options == nullptr)
        return unexpected{std::string{"is not a connection string that libpq understands"}};
    connection_words words;
    for (const auto* each = options; each->keyword != nullptr; ++each)
        if (each->val != nullptr) set(words, each->keyword, each->val);
    PQconninfoFree(options);
    settle(words, unanswered_limit);
    return std::unique_ptr<endpoints>{new endpoints(one_by_one(words))};
}

expected<connection, std::string> endpoints::connect(deadline end) {
    std::string problems;
    const std::size_t first = last_good_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < each_.size(); ++i) {
        const std::size_t index = (first + i) % each_.size();
        const auto now = steady_clock::now();
        const auto share = (end - now) / static_cast<int>(each_.size() - i);
        auto made = connection::open(each_[index], now + share);
        if (made) {
            last_good_.store(index, std::memory_order_relaxed);
            return made;
        }
        if (!problems.empty()) problems += "\n";
        problems += made.error();
    }
    return unexpected{std::move(problems)};
}

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
