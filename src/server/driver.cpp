#include "mcp_oauth/server/driver.hpp"

#include <utility>
#include <variant>

namespace mcp_oauth {
inline namespace v0 {

namespace {

// What a port throws is the host's fault, and ends here. Without exceptions nothing is thrown.
template <class Call, class Otherwise> auto guarded(Call call, Otherwise otherwise) {
#if defined(__cpp_exceptions)
    try {
        return call();
    } catch (...) {
        return otherwise;
    }
#else
    static_cast<void>(otherwise);
    return call();
#endif
}

constexpr unexpected<unavailable> no_answer{unavailable{}};

struct carrier {
    const step_ports& ports;

    step_answer operator()(const load_step& s) const {
        if (ports.store == nullptr) return load_answer{no_answer};
        return guarded([&] { return ports.store->load(s.key); }, load_answer{no_answer});
    }
    step_answer operator()(const create_step& s) const {
        if (ports.store == nullptr) return create_answer{};
        return guarded([&] { return ports.store->create(s.fresh); },
                       create_answer{write_outcome::unknown, std::nullopt});
    }
    step_answer operator()(const replace_step& s) const {
        if (ports.store == nullptr) return replace_answer{write_outcome::unavailable};
        return guarded([&] { return replace_answer{ports.store->replace(s.next, s.expected)}; },
                       replace_answer{write_outcome::unknown});
    }
    step_answer operator()(const erase_step& s) const {
        if (ports.store == nullptr) return erase_answer{write_outcome::unavailable};
        return guarded([&] { return erase_answer{ports.store->erase(s.key, s.expected)}; },
                       erase_answer{write_outcome::unknown});
    }
    step_answer operator()(const list_step& s) const {
        if (ports.store == nullptr) return list_answer{no_answer};
        return guarded([&] { return ports.store->list(s.kind, s.owner, s.after, s.limit); },
                       list_answer{no_answer});
    }
    step_answer operator()(const find_client_step& s) const {
        if (ports.clients == nullptr) return find_client_answer{no_answer};
        return guarded([&] { return ports.clients->find(s.client_id); },
                       find_client_answer{no_answer});
    }
    step_answer operator()(const sign_step& s) const {
        if (!ports.sign) return sign_answer{no_answer};
        return guarded([&] { return ports.sign(s); }, sign_answer{no_answer});
    }
    step_answer operator()(const fetch_step& s) const {
        const fetch_answer none{unexpected{fetch_error::unavailable}};
        if (ports.fetcher == nullptr) return none;
        return guarded([&] { return ports.fetcher->fetch(s.wanted); }, none);
    }
};

} // namespace

step_answer carry_out(const step& next, const step_ports& ports) {
    return std::visit(carrier{ports}, next);
}

} // namespace v0
} // namespace mcp_oauth
