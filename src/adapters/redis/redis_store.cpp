// Each call is one command: GET to load, a script for all else.
//
// What is left to decide here is when a command may be sent again. A read always may, once: a
// connection out of the pool can die while it is asked. A write may if it was not sent whole, or
// if the server says that it did nothing; otherwise its outcome is unknown, and the library reads
// back.

#include "mcp_oauth/adapters/redis.hpp"

#include <algorithm>
#include <utility>

#include "adapters/redis/pool.hpp"
#include "adapters/redis/record_text.hpp"
#include "adapters/redis/scripts.hpp"

namespace mcp_oauth {
inline namespace v0 {

using redis::command;
using redis::deadline;
using redis::failure;
using redis::reply;

namespace {

constexpr std::size_t most_per_page = 256;

unexpected<redis_error> refuse(std::string problem) {
    return unexpected<redis_error>{redis_error{std::move(problem)}};
}

std::optional<std::string> wrong_limits(const redis_options& o) {
    if (o.connections < 1 || o.connections > 1024) return "connections must be 1 to 1024";
    if (o.connect_timeout <= milliseconds{0}) return "connect_timeout must be above zero";
    if (o.call_limit <= milliseconds{0} || o.call_limit > std::chrono::minutes{10})
        return "call_limit must be above zero and at most 10 minutes";
    return std::nullopt;
}

/// Proves that scripts run here, and learns their digests.
std::optional<std::string> learn_digests(redis::connection& c, redis::script_set& s,
                                         deadline until) {
    const auto answer = c.ask({"EVAL", redis::digest_script, "0", s.create.text, s.replace.text,
                               s.erase.text, s.list.text},
                              until);
    if (!answer) return "does not answer in time";
    if (const auto error = answer->error()) {
        if (redis::judge(redis::error_code(*error)).of_this_server)
            return "will not do for now: " + std::string{*error};
        return "does not run scripts, which each write needs: " + std::string{*error};
    }
    if (answer->size() != 4) return "does not run scripts, which each write needs";
    std::size_t i = 0;
    for (auto* each : {&s.create, &s.replace, &s.erase, &s.list}) {
        const auto digest = answer->text_at(i++);
        if (!digest || digest->size() != 40) return "has scripts without redis.sha1hex";
        each->sha1 = *digest;
    }
    return std::nullopt;
}

std::vector<std::string> look_for_warnings(redis::connection& c, deadline until) {
    const auto answer = c.ask({"CONFIG", "GET", "*appendfsync*"}, until);
    redis::flush_settings flushes;
    for (std::size_t i = 0; answer && i + 1 < answer->size(); i += 2) {
        const auto value = answer->text_at(i + 1).value_or("");
        if (answer->text_at(i) == "appendfsync") flushes.appendfsync = value;
        if (answer->text_at(i) == "no-appendfsync-on-rewrite")
            flushes.not_on_rewrite = value == "yes";
    }
    return redis::durability_warnings(c.facts(), flushes);
}

unexpected<unavailable> not_available() { return unexpected<unavailable>{unavailable{}}; }

} // namespace

struct redis_store::state {
    state(redis::address to, const redis_options& o)
        : pool(std::move(to), o.connections, std::min(o.connect_timeout, o.call_limit / 2)),
          call_limit(o.call_limit),
          records(o.key_prefix + "record:"),
          lists(o.key_prefix + "list:") {}

    redis::pool pool;
    milliseconds call_limit;
    std::string records; ///< what the name of a record begins with
    std::string lists;
    redis::script_set scripts = redis::make_scripts();
    std::vector<std::string> warnings;

    [[nodiscard]] deadline now_and(milliseconds span) const {
        return std::chrono::steady_clock::now() + span;
    }
    [[nodiscard]] std::string record_name(std::string_view key) const {
        return std::string{records}.append(key);
    }
    [[nodiscard]] std::string list_name(record_kind kind, std::string_view owner) const {
        return std::string{lists}.append(name(kind)).append(1, ':').append(owner);
    }
    [[nodiscard]] std::vector<std::string> names_of(const record& r) const {
        std::vector<std::string> names{record_name(r.key)};
        for (const auto* owner : {&r.subject_owner, &r.client_owner})
            if (!owner->empty()) names.push_back(list_name(r.kind, *owner));
        return names;
    }

    /// `attempt` on a connection, and once more on another where that can do no harm.
    template <class Attempt> expected<reply, failure> call(bool is_read, Attempt attempt);
    expected<reply, failure> run(const redis::script& s, const std::vector<std::string>& names,
                                 const std::vector<std::string>& arguments, bool is_read);
    write_outcome write(const redis::script& s, const std::vector<std::string>& names,
                        const std::vector<std::string>& arguments);
    create_result created(const record& fresh, const expected<reply, failure>& answer) const;
};

template <class Attempt>
expected<reply, failure> redis_store::state::call(bool is_read, Attempt attempt) {
    const auto until = now_and(call_limit);
    for (bool again = false;; again = true) {
        auto lease = pool.take(until);
        if (!lease) return unexpected<failure>{failure::unsent};
        auto answer = attempt(**lease, until);
        if (answer && !answer->error()) return answer;

        bool repeatable = is_read;
        if (answer) {
            const auto means = redis::judge(redis::error_code(*answer->error()));
            if (!means.of_this_server) return answer;
            repeatable = repeatable || means.nothing_was_written;
            (*lease)->give_up();
            pool.renew();
        } else {
            repeatable = repeatable || answer.error() == failure::unsent;
        }
        if (again || lease->fresh() || !repeatable) return answer;
    }
}

expected<reply, failure> redis_store::state::run(const redis::script& s,
                                                 const std::vector<std::string>& names,
                                                 const std::vector<std::string>& arguments,
                                                 bool is_read) {
    const auto count = std::to_string(names.size());
    return call(is_read, [&](redis::connection& c, deadline until) {
        const auto end = std::to_string(c.server_time(until));
        command evaluate{"EVALSHA", s.sha1, count};
        evaluate.insert(evaluate.end(), names.begin(), names.end());
        evaluate.insert(evaluate.end(), {end, records, lists});
        evaluate.insert(evaluate.end(), arguments.begin(), arguments.end());
        auto answer = c.ask(evaluate, until);
        if (!answer || !answer->error() || redis::error_code(*answer->error()) != "NOSCRIPT")
            return answer;
        evaluate[0] = "EVAL"; // the server was started anew, or told to forget its scripts
        evaluate[1] = s.text;
        return c.ask(evaluate, until);
    });
}

namespace {

/// What a write that did not answer with a value ended in.
write_outcome outcome_without_value(const expected<reply, failure>& answer) {
    if (!answer)
        return answer.error() == failure::unsent ? write_outcome::unavailable
                                                 : write_outcome::unknown;
    const auto error = answer->error();
    return error && redis::judge(redis::error_code(*error)).nothing_was_written
               ? write_outcome::unavailable
               : write_outcome::unknown;
}

} // namespace

write_outcome redis_store::state::write(const redis::script& s,
                                        const std::vector<std::string>& names,
                                        const std::vector<std::string>& arguments) {
    const auto answer = run(s, names, arguments, false);
    const auto changed = answer ? answer->integer() : std::nullopt;
    if (!changed) return outcome_without_value(answer);
    return *changed == 1 ? write_outcome::done : write_outcome::conflict;
}

create_result redis_store::state::created(const record& fresh,
                                          const expected<reply, failure>& answer) const {
    if (answer && answer->integer() == 1) return {write_outcome::done, std::nullopt};
    const auto there = answer ? answer->text() : std::nullopt;
    if (!there) return {outcome_without_value(answer), std::nullopt};
    auto existing = redis::decode(fresh.key, *there);
    // What is there is none of ours: nothing was written, and nothing can be said about it.
    if (!existing) return {write_outcome::unavailable, std::nullopt};
    return {write_outcome::conflict, std::move(existing)};
}

expected<redis_store, redis_error> redis_store::open(const redis_options& options) {
    auto to = redis::parse_address(options.uri);
    if (!to) return refuse(std::move(to).error());
    if (auto problem = wrong_limits(options)) return refuse(std::move(*problem));
    const auto where = to->name();
    auto made = std::make_unique<state>(std::move(*to), options);

    auto lease = made->pool.take(made->now_and(options.connect_timeout));
    if (!lease) return refuse(std::move(lease).error());
    const auto until = made->now_and(options.call_limit);
    if (const auto problem = learn_digests(**lease, made->scripts, until))
        return refuse(where + ' ' + *problem);
    made->warnings = look_for_warnings(**lease, until);
    return redis_store{std::move(made)};
}

redis_store::redis_store(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
redis_store::redis_store(redis_store&&) noexcept = default;
redis_store& redis_store::operator=(redis_store&&) noexcept = default;
redis_store::~redis_store() = default;

const std::vector<std::string>& redis_store::warnings() const noexcept { return state_->warnings; }

expected<std::optional<record>, unavailable> redis_store::load(std::string_view key) {
    const auto name = state_->record_name(key);
    const auto answer = state_->call(true, [&name](redis::connection& c, deadline until) {
        return c.ask({"GET", name}, until);
    });
    if (!answer) return not_available();
    if (answer->is_nil()) return std::optional<record>{};
    const auto text = answer->text();
    auto found = text ? redis::decode(key, *text) : std::nullopt;
    if (!found) return not_available();
    return found;
}

create_result redis_store::create(const record& fresh) {
    const auto span = redis::time_to_keep(fresh.expires_at, system_clock{}.now());
    return state_->created(fresh, state_->run(state_->scripts.create, state_->names_of(fresh),
                                              {redis::encode(fresh), std::to_string(span)}, false));
}

write_outcome redis_store::replace(const record& next, const record_version& expected) {
    const auto span = redis::time_to_keep(next.expires_at, system_clock{}.now());
    return state_->write(
        state_->scripts.replace, state_->names_of(next),
        {redis::encode(next), std::to_string(span), redis::version_text(expected)});
}

write_outcome redis_store::erase(std::string_view key, const record_version& expected) {
    return state_->write(state_->scripts.erase, {state_->record_name(key)},
                         {redis::version_text(expected)});
}

expected<record_page, unavailable> redis_store::list(record_kind kind, std::string_view owner,
                                                     std::string_view after, std::size_t limit) {
    record_page page;
    if (owner.empty()) return page; // records without an owner belong to nobody's list
    limit = std::clamp<std::size_t>(limit, 1, most_per_page);
    const auto answer = state_->run(state_->scripts.list, {state_->list_name(kind, owner)},
                                    {std::string{after}, std::to_string(limit)}, true);
    if (!answer || answer->size() == 0) return not_available();
    page.next = answer->text_at(0).value_or("");
    for (std::size_t i = 1; i + 1 < answer->size(); i += 2) {
        const auto key = answer->text_at(i);
        const auto text = answer->text_at(i + 1);
        auto found = key && text ? redis::decode(*key, *text) : std::nullopt;
        if (!found) return not_available();
        const bool is_owners = found->subject_owner == owner || found->client_owner == owner;
        if (is_owners && found->kind == kind) page.records.push_back(std::move(*found));
    }
    return page;
}

} // namespace v0
} // namespace mcp_oauth
