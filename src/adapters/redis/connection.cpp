#include "adapters/redis/connection.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace mcp_oauth {
inline namespace v0 {
namespace redis {
namespace {

/// Appends `c` as it goes over the wire. Returns: false where memory is short.
bool append(std::string& out, const command& c) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    texts.reserve(c.size());
    sizes.reserve(c.size());
    for (const auto each : c) {
        texts.push_back(each.data());
        sizes.push_back(each.size());
    }
    char* made = nullptr;
    const int size =
        redisFormatCommandArgv(&made, static_cast<int>(c.size()), texts.data(), sizes.data());
    if (size < 0) return false;
    out.append(made, static_cast<std::size_t>(size));
    redisFreeCommand(made);
    return true;
}

std::optional<std::int64_t> number(std::optional<std::string_view> text) noexcept {
    std::int64_t value = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{})
        return std::nullopt;
    return value;
}

unexpected<std::string> no_answer() {
    return unexpected<std::string>{"does not answer in time, or is no Redis server"};
}

/// The server's own words, but never to AUTH: a server that does not know it repeats the password.
unexpected<std::string> refused(std::string_view what, const reply& answer) {
    return unexpected<std::string>{"refuses " + std::string{what} + ": " +
                                   std::string{answer.error().value_or("an unknown answer")}};
}
unexpected<std::string> not_authenticated(const reply& answer) {
    const auto code = error_code(*answer.error());
    if (code == "WRONGPASS") return unexpected<std::string>{"refuses the user or the password"};
    return unexpected<std::string>{"refuses AUTH (" + std::string{code} +
                                   "): it has no password, too many clients, or no such command"};
}

} // namespace

expected<connection, std::string> connection::open(const address& to, deadline until) {
    auto connected = socket::connect(to, until);
    if (!connected)
        return unexpected<std::string>{to.name() +
                                       " cannot be reached: " + std::move(connected).error()};
    connection made{std::move(*connected)};
    const auto greeted = made.greet(to, until);
    if (!greeted) return unexpected<std::string>{to.name() + ' ' + greeted.error()};
    return made;
}

connection::connection(socket connected)
    : socket_(std::move(connected)), reader_(redisReaderCreate()) {}

expected<void, std::string> connection::greet(const address& to, deadline until) {
    const auto database = std::to_string(to.database);
    command auth{"AUTH"};
    if (!to.user.empty()) auth.push_back(to.user);
    if (!to.password.empty()) auth.push_back(to.password.reveal());

    std::string hello;
    bool made = reader_ != nullptr;
    if (auth.size() > 1) made = made && append(hello, auth);
    if (to.database != 0) made = made && append(hello, {"SELECT", database});
    made = made && append(hello, {"INFO"}) && append(hello, {"TIME"});
    if (!made || !socket_.send(hello, until)) return no_answer();

    if (auth.size() > 1) {
        const auto answer = receive(until);
        if (!answer) return no_answer();
        if (answer->error()) return not_authenticated(*answer);
    }
    if (to.database != 0) {
        const auto answer = receive(until);
        if (!answer) return no_answer();
        if (answer->error()) return refused("database " + database, *answer);
    }
    const auto info = receive(until);
    const auto time = receive(until);
    if (!info || !time) return no_answer();
    if (info->error() && error_code(*info->error()) != "NOPERM") return refused("INFO", *info);
    if (info->text()) facts_ = read_facts(*info->text());
    if (const auto problem = unfit(facts_)) return unexpected<std::string>{*problem};
    return note_time(*time);
}

expected<void, std::string> connection::note_time(const reply& time) {
    if (time.size() != 2) return refused("TIME", time);
    const auto s = number(time.text_at(0));
    const auto us = number(time.text_at(1));
    if (!s || !us) return refused("TIME", time);
    measured_at_ = std::chrono::steady_clock::now();
    measured_ms_ = *s * 1000 + *us / 1000;
    return {};
}

bool connection::alive() const noexcept {
    // Two clocks that nobody sets right drift apart by less than 0.1 s in this time.
    constexpr std::chrono::minutes longest_use{10};
    return std::chrono::steady_clock::now() - measured_at_ < longest_use && socket_.quiet();
}

std::int64_t connection::server_time(deadline until) const noexcept {
    using std::chrono::floor;
    return measured_ms_ + floor<std::chrono::milliseconds>(until - measured_at_).count();
}

expected<reply, failure> connection::ask(const command& c, deadline until) {
    std::string octets;
    const bool in_time = std::chrono::steady_clock::now() < until;
    if (!in_time || !append(octets, c) || !socket_.send(octets, until)) {
        give_up();
        return unexpected<failure>{failure::unsent};
    }
    auto answer = receive(until);
    if (!answer || reader_->pos != reader_->len) give_up(); // something is left over: out of step
    return answer;
}

expected<reply, failure> connection::receive(deadline until) {
    std::array<char, 16 * 1024> octets; // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (;;) {
        void* made = nullptr;
        if (redisReaderGetReply(reader_.get(), &made) != REDIS_OK) break;
        if (made != nullptr) return reply{static_cast<redisReply*>(made)};
        const auto size = socket_.receive(octets.data(), octets.size(), until);
        if (size == 0 || redisReaderFeed(reader_.get(), octets.data(), size) != REDIS_OK) break;
    }
    return unexpected<failure>{failure::unanswered};
}

} // namespace redis
} // namespace v0
} // namespace mcp_oauth
