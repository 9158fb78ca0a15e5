#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "mcp_oauth/base/expected.hpp"
#include "mcp_oauth/ports/http_fetcher.hpp"
#include "mcp_oauth/ports/record_store.hpp"
#include "mcp_oauth/rfc/6749_client.hpp"

/// Endpoints without I/O. An operation is asked for its next step, the host carries it out in
/// whatever way suits its event loop, and hands back the answer; `driver.hpp` does that with
/// blocking calls.
namespace mcp_oauth {
inline namespace v0 {

// What an operation may ask for. The set is closed, and each step owns its strings.
/// Answer with `record_store::load`.
struct load_step {
    std::string key; ///< begins with the issuer, as every key does
};
/// Answer with `record_store::create`.
struct create_step {
    record fresh; ///< with the operation's own version, by which it knows its write again
};
/// Answer with `record_store::replace`.
struct replace_step {
    record next;             ///< under the same key, with the operation's own version
    record_version expected; ///< of the record that was read: swap where it is still there
};
/// Answer with `record_store::erase`.
struct erase_step {
    std::string key;         ///< of a client or a consent; grants are never erased, only revoked
    record_version expected; ///< of the record that was read: erase where it is still there
};
/// Answer with `record_store::list`.
struct list_step {
    record_kind kind;  ///< `grant` or `consent`
    std::string owner; ///< as the records have it, with the issuer
    std::string after; ///< empty at first, then the last page's `next`
    std::size_t limit; ///< 1 to 100
};
/// Only asked where the host has a `client_registry` of its own.
struct find_client_step {
    std::string client_id; ///< a stranger's text: printable ASCII, at most `limits.client_id`
};
/// Sign these octets with one of the configured keys, in the form that its algorithm has in a JWS:
/// for ECDSA R || S (see `ecdsa_signature_from_der`), for PS256 with a salt of 32 octets.
struct sign_step {
    std::string key_id; ///< the key's thumbprint: see `jwk_thumbprint`
    std::string octets; ///< the JWS signing input (RFC 7515 §5.1), not hashed yet
};
/// Fetch this URL, or send it a form, by the rules of `http_fetcher`: without a form the URL may
/// come from a stranger, and with one there are secrets in it.
struct fetch_step {
    fetch_request wanted; ///< with limits of the library's choosing; keep them
};
/// One step of an operation.
using step = std::variant<load_step, create_step, replace_step, erase_step, list_step,
                          find_client_step, sign_step, fetch_step>;

// What answers them, in the same order.
/// The record, nothing, or that the store did not answer.
using load_answer = expected<std::optional<record>, unavailable>;
/// How the `create` ended.
using create_answer = create_result;
/// How the `replace` ended.
struct replace_answer {
    write_outcome outcome; ///< `unknown` where the answer was lost: the operation reads back
};
/// How the `erase` ended.
struct erase_answer {
    write_outcome outcome; ///< likewise
};
/// The page, or that the store did not answer.
using list_answer = expected<record_page, unavailable>;
/// The client, nothing, or that the registry did not answer.
using find_client_answer = expected<std::optional<client>, unavailable>;
/// The signature, or that the key did not answer.
using sign_answer = expected<std::string, unavailable>;
/// The response, or why there is none.
using fetch_answer = expected<http_response, fetch_error>;
/// The answer to one step.
using step_answer = std::variant<load_answer, create_answer, replace_answer, erase_answer,
                                 list_answer, find_client_answer, sign_answer, fetch_answer>;

/// The greatest number of steps that an operation takes. Those of a token request: the client's
/// record, the mark of a DPoP proof and its read-back, one signature, which is made once and kept,
/// a write that keeps the client alive, eight attempts of load and swap, and the load that tells
/// what became of the last. A revocation for replay may take `most_revocation_steps`, since it is
/// not given up for a lost swap.
inline constexpr std::size_t most_steps = 24;
/// See `most_steps`.
inline constexpr std::size_t most_revocation_steps = 136;

/// `step` and `step_answer`, by names that depend on a result: whoever runs no operation does not
/// pay for these two variants, which would be a tenth of the time that the umbrella header takes.
template <class Result> struct operation_types {
    using asked = step;           ///< whatever the result
    using answered = step_answer; ///< likewise
};

/// The inside of an operation; hosts use `operation`.
template <class Result> class operation_state {
public:
    virtual ~operation_state() = default;
    /// Takes the answer to `pending`, and leaves either another step in `pending` or a `result`.
    virtual void resume(typename operation_types<Result>::answered&& given) = 0;

    /// What is to be carried out; nothing once there is a `result`.
    std::optional<typename operation_types<Result>::asked> pending;
    std::optional<Result> result; ///< nothing while a step is `pending`
};

/// One run of an endpoint.
///
///     while (!op.finished()) op.resume(carry_out(op.next()));
///     send(std::move(op).result());
///
/// It owns its request and everything it needs; no view outlives a call. Movable, used by one
/// thread at a time. An operation that is abandoned may be destroyed at any step: each step leaves
/// the store consistent on its own.
template <class Result> class operation {
public:
    /// For the library; a host gets its operations from `begin_…`.
    /// Requires: not null, and either a step pending or a result.
    explicit operation(std::unique_ptr<operation_state<Result>> state) noexcept
        : state_(std::move(state)) {}

    /// Whether `result` is there. May be so from the start: some requests need no step.
    [[nodiscard]] bool finished() const noexcept { return state_->result.has_value(); }
    /// Requires: not finished.
    [[nodiscard]] const step& next() const noexcept { return *state_->pending; }
    /// Requires: not finished. An answer of another kind than the step counts as none.
    void resume(typename operation_types<Result>::answered given) {
        state_->resume(std::move(given));
    }
    /// Requires: finished.
    [[nodiscard]] Result result() && { return std::move(*state_->result); }

private:
    std::unique_ptr<operation_state<Result>> state_;
};

} // namespace v0
} // namespace mcp_oauth
