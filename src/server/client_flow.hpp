#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp_oauth/rfc/7591_client_registration.hpp"
#include "server/exchange.hpp"
#include "server/flow.hpp"
#include "server/record_keys.hpp"

namespace mcp_oauth {
inline namespace v0 {

/// A client as it was found. `stored` is its record where it registered itself.
struct known_client {
    client who;
    std::optional<record> stored;
};

/// A flow that looks clients up: configured ones first, then the host's registry where there is
/// one, then those that registered themselves. Three outcomes are kept apart: found, unknown, and
/// no answer.
template <class Self, class Result> class client_flow : public flow<Self, Result> {
protected:
    using with_client = void (Self::*)(std::optional<known_client>&&);

    explicit client_flow(exchange x) : x_(std::move(x)) {}

    /// Goes on at `then`; at `Self::on_unavailable` where the store or the registry does not
    /// answer.
    void find_client(std::string_view client_id, with_client then) {
        then_ = then;
        wanted_ = client_id;
        const auto& configured = x_.server().configured_clients;
        if (client_id.size() > x_.rules().limits.client_id || !is_vschar(client_id))
            return found(std::nullopt);
        if (const auto at = configured.find(client_id); at != configured.end())
            return found(known_client{at->second, std::nullopt});
        if (x_.server().clients != nullptr)
            return this->ask(find_client_step{std::string{client_id}}, &Self::on_registry);
        this->ask(load_step{record_keys::client(x_.server().common->issuer, client_id)},
                  &Self::on_client_record);
    }

    [[nodiscard]] const exchange& request() const noexcept { return x_; }

public:
    void on_registry(find_client_answer a) {
        if (!a) return self().on_unavailable();
        if (!*a || (*a)->client_id != wanted_) return found(std::nullopt);
        found(known_client{std::move(**a), std::nullopt});
    }
    void on_client_record(load_answer a) {
        if (!a) return self().on_unavailable();
        if (!*a) return found(std::nullopt);
        auto who = decode_client((*a)->body);
        if (!who)
            return self().on_unavailable(); // a record that nobody can read is the store's fault
        if (who->client_id != wanted_) return found(std::nullopt);
        if (who->expires_at && x_.arrived() >= *who->expires_at) return found(std::nullopt);
        found(known_client{std::move(*who), std::move(**a)});
    }

private:
    // RFC 6749 appendix A.1. Nothing else gets as far as a key in the store, U+0000 least of all.
    [[nodiscard]] static bool is_vschar(std::string_view text) noexcept {
        for (const char c : text)
            if (c < 0x20 || c > 0x7E) return false;
        return true;
    }
    [[nodiscard]] Self& self() noexcept { return static_cast<Self&>(*this); }
    void found(std::optional<known_client>&& who) { (self().*then_)(std::move(who)); }

    exchange x_;
    std::string wanted_; ///< a look-up that ignores case finds another client, and that is none
    with_client then_ = nullptr;
};

} // namespace v0
} // namespace mcp_oauth
