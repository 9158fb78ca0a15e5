#include "adapters/postgresql/connection.hpp"

#include <utility>

#include "adapters/postgresql/outcome.hpp"

namespace mcp_oauth {
inline namespace v0 {
namespace postgresql {

namespace {

std::string_view field(const PGresult* r, int which) noexcept {
    const char* text = PQresultErrorField(r, which);
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

reply_kind kind_of(const PGresult* r) noexcept {
    switch (PQresultStatus(r)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK: return reply_kind::done;
    case PGRES_FATAL_ERROR: break;
    default: return reply_kind::lost; // no statement here is answered so
    }
    // libpq makes such a result itself where the connection broke, and then it has no code.
    switch (judge(field(r, PG_DIAG_SEVERITY_NONLOCALIZED), field(r, PG_DIAG_SQLSTATE))) {
    case verdict::rolled_back: return reply_kind::rolled_back;
    case verdict::session_spent: return reply_kind::session_spent;
    case verdict::not_known: break;
    }
    return reply_kind::lost;
}

std::string without(std::string text, std::string_view password) {
    if (password.empty()) return text;
    for (auto at = text.find(password); at != std::string::npos; at = text.find(password, at))
        text.replace(at, password.size(), "***");
    return text;
}

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

// What the server grumbles about goes to its log already.
void ignore_notice(void*, const PGresult*) {}

} // namespace

void connection::closer::operator()(PGconn* c) const noexcept {
    // Only a session that is in the middle of something has anything unsent. To the others this is
    // an ordinary farewell.
    if (PQtransactionStatus(c) == PQTRANS_ACTIVE) drop_unsent_at_close(PQsocket(c));
    PQfinish(c);
}

expected<connection, std::string> connection::open(const connection_words& words, deadline end) {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& each : words.names) names.push_back(each.c_str());
    for (const auto& each : words.values) values.push_back(each.c_str());
    names.push_back(nullptr);
    values.push_back(nullptr);

    connection made{PQconnectStartParams(names.data(), values.data(), 0)};
    PGconn* c = made.handle_.get();
    if (c == nullptr) return unexpected{std::string{"out of memory"}};
    PQsetNoticeReceiver(c, ignore_notice, nullptr);

    auto state = PQstatus(c) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
        const auto what = state == PGRES_POLLING_READING ? until::readable : until::writable;
        if (!wait(PQsocket(c), what, end)) {
            drop_unsent_at_close(PQsocket(c));
            return unexpected{std::string{"no answer in time"}};
        }
        state = PQconnectPoll(c);
    }
    if (state != PGRES_POLLING_OK || PQsetnonblocking(c, 1) != 0) return unexpected{made.problem()};
    return made;
}

reply connection::run(const std::string& sql, deadline end) {
    if (PQstatus(handle_.get()) != CONNECTION_OK) return {reply_kind::session_spent, {}, problem()};
    return finish(PQsendQuery(handle_.get(), sql.c_str()) == 1, end);
}

reply connection::execute(const char* prepared, const parameters& values, deadline end) {
    if (PQstatus(handle_.get()) != CONNECTION_OK) return {reply_kind::session_spent, {}, problem()};
    constexpr int binary = 1;
    return finish(PQsendQueryPrepared(handle_.get(), prepared, values.count(), values.values(),
                                      values.lengths(), values.formats(), binary) == 1,
                  end);
}

// A statement is committed when the server is ready for the next one, and not before: its
// `CommandComplete`, and with it the first result, precedes the commit, which may still fail. So
// results are taken until there is none left, and the worst of them is the answer.
reply connection::finish(bool sent, deadline end) {
    if (!sent || !flush(end)) return {reply_kind::lost, {}, problem()};
    reply answer{reply_kind::done, {}, {}};
    for (;;) {
        if (!await_result(end)) {
            if (answer.kind == reply_kind::done) answer.problem = problem();
            answer.kind = reply_kind::lost;
            return answer;
        }
        result next{PQgetResult(handle_.get())};
        if (!next) break;
        take(answer, std::move(next));
    }
    if (PQstatus(handle_.get()) != CONNECTION_OK) answer.kind = reply_kind::lost;
    return answer;
}

bool connection::flush(deadline end) noexcept {
    PGconn* c = handle_.get();
    for (;;) {
        const int pending = PQflush(c);
        if (pending <= 0) return pending == 0;
        // The server may want to be read before it reads on.
        if (!wait(PQsocket(c), until::either, end)) return false;
        if (PQconsumeInput(c) != 1) return false;
    }
}

bool connection::await_result(deadline end) noexcept {
    PGconn* c = handle_.get();
    while (PQisBusy(c) == 1) {
        if (!wait(PQsocket(c), until::readable, end)) return false;
        // After a failure libpq still holds what the server said before it went; a result then
        // carries that, and the broken connection is seen at the end.
        if (PQconsumeInput(c) != 1) return true;
    }
    return true;
}

void connection::take(reply& so_far, result next) const {
    const auto kind = kind_of(next.get());
    if (kind <= so_far.kind) {
        if (kind == reply_kind::done) so_far.rows = std::move(next);
        return;
    }
    so_far.kind = kind;
    so_far.problem = without(trimmed(PQresultErrorMessage(next.get())), PQpass(handle_.get()));
}

bool connection::stale() const noexcept {
    return PQstatus(handle_.get()) != CONNECTION_OK || has_arrivals(PQsocket(handle_.get()));
}

std::string_view connection::server_encoding() const noexcept {
    const char* text = PQparameterStatus(handle_.get(), "server_encoding");
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

std::string connection::problem() const {
    return without(trimmed(PQerrorMessage(handle_.get())), PQpass(handle_.get()));
}

} // namespace postgresql
} // namespace v0
} // namespace mcp_oauth
